// One packet, or a piece of a line's stream, that arrives at one host: by which link, and what was done to
// it on its way.

import { textToBytes } from "../../wire/bytes.ts";
import { RESYNC } from "../../wire/stream.ts";
import type { Happening } from "../agenda.ts";
import type { Chance } from "../chance.ts";
import { Line } from "./line.ts";
import type { Way } from "./network.ts";
import { damaged, type Packet } from "./packet.ts";

export class Delivery implements Happening {
  readonly way: Way;
  readonly packet: Packet;
  /** When it was sent. */
  readonly sentAt: number;
  touched: "replayed" | "corrupted" | undefined;
  /** On a line, the first after it was opened: behind what ends a half-sent packet. */
  readonly #isFirst: boolean;
  /** What the damage left. */
  #damaged: Uint8Array | undefined;

  constructor(way: Way, packet: Packet, sentAt: number, isFirst: boolean) {
    this.#isFirst = isFirst;
    this.way = way;
    this.packet = packet;
    this.sentAt = sentAt;
  }

  /** It arrives otherwise than it left, and must be looked at. */
  get isDamaged(): boolean {
    return this.#damaged !== undefined;
  }

  get bytes(): Uint8Array {
    if (this.#damaged !== undefined) return this.#damaged;
    if (!(this.way.cable instanceof Line)) return this.packet.bytes;
    return this.#isFirst ? behindResync(this.packet.text) : this.packet.text;
  }

  damage(chance: Chance): void {
    this.touched = "corrupted";
    this.#damaged = damaged(this.bytes, chance);
  }

  /** The same packet once more, sent by a stranger. */
  again(): Delivery {
    const copy = new Delivery(this.way, this.packet, this.sentAt, this.#isFirst);
    copy.#damaged = this.#damaged;
    copy.touched = "replayed";
    return copy;
  }

  happen(): void {
    this.way.to.arrived(this);
  }
}

function behindResync(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RESYNC.length + text.length);
  bytes.set(textToBytes(RESYNC));
  bytes.set(text, RESYNC.length);
  return bytes;
}
