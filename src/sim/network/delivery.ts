// One packet, or a piece of a line's stream, that arrives at one host: by which link, and what was done to
// it on its way.

import type { Happening } from "../agenda.ts";
import type { Chance } from "../chance.ts";
import type { Way } from "./network.ts";
import { damaged, type Packet } from "./packet.ts";

export class Delivery implements Happening {
  readonly way: Way;
  readonly packet: Packet;
  /** When it was sent. */
  readonly sentAt: number;
  touched: "replayed" | "corrupted" | undefined;
  #bytes: Uint8Array | undefined;

  /** `bytes`: of a line. */
  constructor(way: Way, packet: Packet, sentAt: number, bytes?: Uint8Array) {
    this.#bytes = bytes;
    this.way = way;
    this.packet = packet;
    this.sentAt = sentAt;
  }

  /** It arrives as bytes, which must be looked at. */
  get isRaw(): boolean {
    return this.#bytes !== undefined;
  }

  get bytes(): Uint8Array {
    return this.#bytes ?? this.packet.bytes;
  }

  damage(chance: Chance): void {
    this.touched = "corrupted";
    this.#bytes = damaged(this.bytes, chance);
  }

  /** The same packet once more, sent by a stranger. */
  again(): Delivery {
    const copy = new Delivery(this.way, this.packet, this.sentAt, this.#bytes);
    copy.touched = "replayed";
    return copy;
  }

  happen(): void {
    this.way.to.arrived(this);
  }
}
