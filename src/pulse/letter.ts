// One message on its way out: sealed at most once for each form that a medium asks for.

import type { Keyring } from "../wire/keyring.ts";
import type { Message } from "../wire/message.ts";
import { seal } from "../wire/packet.ts";

/** What messages are sealed with. */
export interface Sealing {
  readonly keyring: Keyring;
  readonly msgfmt: "classic" | "netstring";
}

export class Letter {
  readonly message: Message;
  readonly #sealing: Sealing;
  #packet: Uint8Array | undefined;

  constructor(message: Message, sealing: Sealing) {
    this.message = message;
    this.#sealing = sealing;
  }

  get keyring(): Keyring {
    return this.#sealing.keyring;
  }

  /** The netstring form: what datagrams carry. */
  get packet(): Uint8Array {
    this.#packet ??= seal(this.message, this.#sealing.keyring, this.#sealing.msgfmt);
    return this.#packet;
  }
}
