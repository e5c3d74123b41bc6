// One packet that arrives at one host: when, by which link, and what was done to it on its way.

import type { Keyring } from "../../wire/keyring.ts";
import type { Opened } from "../../wire/packet.ts";
import type { Happening } from "../agenda.ts";
import type { Chance } from "../chance.ts";
import type { Way } from "./network.ts";
import { damaged, opened, type Packet } from "./packet.ts";

export class Delivery implements Happening {
  readonly way: Way;
  readonly packet: Packet;
  /** When it was sent. */
  readonly sentAt: number;
  touched: "replayed" | "corrupted" | undefined;
  #bytes: Uint8Array | undefined;

  constructor(way: Way, packet: Packet, sentAt: number) {
    this.way = way;
    this.packet = packet;
    this.sentAt = sentAt;
  }

  get isDamaged(): boolean {
    return this.#bytes !== undefined;
  }

  damage(chance: Chance): void {
    this.touched = "corrupted";
    this.#bytes = damaged(this.#whole, chance);
  }

  /** The same packet once more, sent by a stranger. */
  again(): Delivery {
    const copy = new Delivery(this.way, this.packet, this.sentAt);
    copy.#bytes = this.#bytes;
    copy.touched = "replayed";
    return copy;
  }

  happen(): void {
    this.way.to.arrived(this);
  }

  /** What the listener makes of its bytes. */
  open(keyring: Keyring): Opened {
    return opened(this.#bytes ?? this.#whole, this.#isText, keyring);
  }

  get #isText(): boolean {
    return this.way.cable?.isText === true;
  }

  get #whole(): Uint8Array {
    return this.#isText ? this.packet.text : this.packet.bytes;
  }
}
