// One message on its way out: sealed at most once for each form that a medium asks for.

import { compact, fitsLine, isSlow } from "../wire/compact.ts";
import type { Keyring } from "../wire/keyring.ts";
import type { Message } from "../wire/message.ts";
import { seal, sealText } from "../wire/packet.ts";

/** What messages are sealed with. */
export interface Sealing {
  readonly keyring: Keyring;
  readonly msgfmt: "classic" | "netstring";
}

export class Letter {
  readonly message: Message;
  readonly #sealing: Sealing;
  #packet: Uint8Array | undefined;
  /** The text form for a fast line and for a slow one. */
  readonly #texts = new Map<boolean, Uint8Array | undefined>();

  constructor(message: Message, sealing: Sealing) {
    this.message = message;
    this.#sealing = sealing;
  }

  /** The netstring form: what datagrams carry. */
  get packet(): Uint8Array {
    this.#packet ??= seal(this.message, this.#sealing.keyring, this.#sealing.msgfmt);
    return this.#packet;
  }

  /** The text form for a line of this speed; undefined when a line cannot carry it. */
  text(baud: number): Uint8Array | undefined {
    const slow = isSlow(baud);
    if (this.#texts.has(slow)) return this.#texts.get(slow);
    const message = slow ? compact(this.message) : this.message;
    const bytes = fitsLine(message) ? sealText(message, this.#sealing.keyring) : undefined;
    this.#texts.set(slow, bytes);
    return bytes;
  }

  /** Another message, sealed with the same keys. */
  with(message: Message): Letter {
    return new Letter(message, this.#sealing);
  }
}
