// Many requests of rtnetlink in one datagram, and what the kernel answers to each.
//
// Only the last request asks for an acknowledgement: the kernel works in order and tells of every failure, so
// that a thousand successes cost one answer.

import { acknowledged, errorOf, type NetlinkMessage } from "./netlink.ts";

/** One request of a batch; `sequence` must be put into the message. */
export type Request = (sequence: number) => Uint8Array;

/** As many requests as are sure to have room for their answers in the receive buffer. */
export const BATCH_MAX = 128;

export class Batch {
  readonly bytes: Uint8Array;
  /** The errno of each request, 0 when it was done. Of worth once all is answered. */
  readonly results: number[];
  readonly #first: number;
  #isAnswered = false;

  /** The requests have the numbers from `first` on. */
  constructor(requests: readonly Request[], first: number) {
    const parts = requests.map((make, index) => make(first + index));
    this.bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const [index, part] of parts.entries()) {
      this.bytes.set(part, at);
      if (index === parts.length - 1) acknowledged(this.bytes, at);
      at += part.length;
    }
    this.results = new Array<number>(requests.length).fill(0);
    this.#first = first;
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Takes in what the kernel sent; answers to others are passed over. */
  hear(message: NetlinkMessage): void {
    const index = message.sequence - this.#first;
    const error = errorOf(message);
    if (error === undefined || index < 0 || index >= this.results.length) return;
    this.results[index] = error;
    if (index === this.results.length - 1) this.#isAnswered = true;
  }
}
