// A message on its way: what is sent once, however many hear it. Its bytes are made only where somebody
// looks at them: damaged, or signed with a key that the listener may not have. A line must know how many
// they are.

import { compact, fitsLine, isSlow } from "../../wire/compact.ts";
import type { Keyring } from "../../wire/keyring.ts";
import type { Message } from "../../wire/message.ts";
import { seal, sealText, textLength } from "../../wire/packet.ts";
import type { Chance } from "../chance.ts";

/** What a host signs and writes with. */
export interface Sealing {
  readonly keyring: Keyring;
  readonly msgfmt: "classic" | "netstring";
}

export class Packet {
  readonly from: string;
  readonly message: Message;
  readonly #sealing: Sealing;
  #bytes: Uint8Array | undefined;
  #text: Uint8Array | undefined;
  #blank: Uint8Array | undefined;
  /** For the speed of line that was asked for last. */
  #line: { readonly baud: number; readonly form: Packet | undefined } | undefined;

  constructor(from: string, message: Message, sealing: Sealing) {
    this.from = from;
    this.message = message;
    this.#sealing = sealing;
  }

  get keyring(): Keyring {
    return this.#sealing.keyring;
  }

  /** As datagrams carry it. */
  get bytes(): Uint8Array {
    this.#bytes ??= seal(this.message, this.#sealing.keyring, this.#sealing.msgfmt);
    return this.#bytes;
  }

  /** As a serial line carries it. */
  get text(): Uint8Array {
    this.#text ??= sealText(this.message, this.#sealing.keyring);
    return this.#text;
  }

  /** As many bytes as the text has, for a queue that only counts them. */
  get blank(): Uint8Array {
    this.#blank ??= new Uint8Array(textLength(this.message, this.#sealing.keyring));
    return this.#blank;
  }

  /** What leaves of it by a line of this speed; undefined: a line cannot carry it. */
  forLine(baud: number): Packet | undefined {
    if (this.#line?.baud !== baud) {
      const message = isSlow(baud) ? compact(this.message) : this.message;
      const form = message === this.message ? this : this.with(message);
      this.#line = { baud, form: fitsLine(message) ? form : undefined };
    }
    return this.#line.form;
  }

  /** Another message, sealed with the same keys. */
  with(message: Message): Packet {
    return new Packet(this.from, message, this.#sealing);
  }
}

/** True when whoever has this ring surely accepts what the other one signs. */
export function trusts(ours: Keyring, theirs: Keyring): boolean {
  if (ours === theirs) return true;
  const key = theirs.keys.find(({ number }) => number === theirs.active);
  const known = ours.keys.find(({ number }) => number === theirs.active);
  return key !== undefined && known?.method === key.method && known.key === key.key;
}

/** The bytes with one bit turned over, or several. */
export function damaged(bytes: Uint8Array, chance: Chance): Uint8Array {
  const worse = bytes.slice();
  const count = chance.next() < 0.5 ? 1 : 2 + chance.below(15);
  for (let n = 0; n < count; n += 1) {
    const at = chance.below(worse.length);
    worse[at] = (worse[at] ?? 0) ^ (1 << chance.below(8));
  }
  return worse;
}
