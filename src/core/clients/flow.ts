// How much may be on its way of what local clients say: half of what the history keeps for those who missed it
// (heartbeat-api.md 9). More would be lost for good where a packet is lost.
//
// Closed, it keeps what was said before the clients were told. Who never acknowledges anything does not hear us:
// he is waited for as long as a silent node would be.

import type { Message } from "../../wire/message.ts";
import { after, type Instant } from "../instant.ts";

/** Half of the history (membership/history.ts). */
export const flowMax = 250;

export class Flow {
  /** Numbers of what clients said and not everybody has acknowledged; ascending. */
  #unsettled: number[] = [];
  #closedAt: Instant | undefined;
  #kept: Message[] = [];

  get isClosed(): boolean {
    return this.#closedAt !== undefined;
  }

  /** Keeps what comes while it is closed. */
  keep(letter: Message): void {
    this.#kept.push(letter);
  }

  /** The next one that was kept. */
  next(): Message | undefined {
    return this.#kept.shift();
  }

  /** A client's message got this number; everybody has all up to `settled`. */
  sent(seq: number, settled: () => number, now: Instant): void {
    this.#unsettled.push(seq);
    if (this.#unsettled.length > flowMax) this.#drop(settled());
    if (this.#unsettled.length > flowMax) this.#closedAt = now;
  }

  /** Everybody has all up to this number. True when it was closed and is so no more: not until half of what made it
   *  close is settled, so that it is not opened and closed again for every acknowledgement. */
  opens(settled: number, limitMs: number, now: Instant): boolean {
    if (this.#closedAt === undefined) return false;
    if (now >= after(this.#closedAt, limitMs)) this.#unsettled = [];
    else this.#drop(settled);
    if (this.#unsettled.length > flowMax / 2) return false;
    this.#closedAt = undefined;
    return true;
  }

  #drop(upTo: number): void {
    const first = this.#unsettled.findIndex((seq) => seq > upTo);
    this.#unsettled = first < 0 ? [] : this.#unsettled.slice(first);
  }
}
