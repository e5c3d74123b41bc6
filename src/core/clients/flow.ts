// How much may be on its way of what local clients say: half of what the history keeps for those who missed it
// (heartbeat-api.md 9). More would be lost for good where a packet is lost.
//
// Who never acknowledges anything does not hear us. He is waited for as long as a silent node would be.

import type { Effect } from "../effect.ts";
import { after, type Instant } from "../instant.ts";

/** Half of the history (membership/history.ts). */
export const flowMax = 250;

export class Flow {
  /** Numbers of what clients said and not everybody has acknowledged; ascending. */
  #waiting: number[] = [];
  #closedAt: Instant | undefined;

  /** A client's message got this number; everybody has all up to `settled`. */
  sent(seq: number, settled: () => number, now: Instant): Effect[] {
    this.#waiting.push(seq);
    if (this.#waiting.length <= flowMax || this.#closedAt !== undefined) return [];
    this.#drop(settled());
    if (this.#waiting.length <= flowMax) return [];
    this.#closedAt = now;
    return [{ do: "flow", open: false }];
  }

  /** Everybody has all up to this number. */
  settled(seq: number): Effect[] {
    if (this.#closedAt === undefined) return [];
    this.#drop(seq);
    return this.#waiting.length > flowMax ? [] : this.#open();
  }

  /** Closed for so long, it opens again. */
  expire(limitMs: number, now: Instant): Effect[] {
    if (this.#closedAt === undefined || now < after(this.#closedAt, limitMs)) return [];
    this.#waiting = [];
    return this.#open();
  }

  #open(): Effect[] {
    this.#closedAt = undefined;
    return [{ do: "flow", open: true }];
  }

  #drop(upTo: number): void {
    const first = this.#waiting.findIndex((seq) => seq > upTo);
    this.#waiting = first < 0 ? [] : this.#waiting.slice(first);
  }
}
