// The numbers that seals bear: microseconds of unix time, but always more than the last one, and never
// beyond what the desk has written down (docs/carp-seal.md).
//
// The clock and not a counter alone: a host that was set back to an old copy of its disk still grows.

import { unixMs } from "../../../ffi/clock.ts";
import type { SealGrant } from "../../core/channel.ts";
import type { HeardSeal } from "../../wire/carp/heard.ts";

export class SealNumber {
  readonly #sender: string;
  readonly #clockMs: () => number;
  #last: number;
  #until: number;

  constructor(grant: SealGrant, clockMs: () => number = unixMs) {
    this.#sender = grant.sender;
    this.#last = grant.from - 1;
    this.#until = grant.until;
    this.#clockMs = clockMs;
  }

  /** The desk has written down that it goes on to here. */
  extend(until: number): void {
    this.#until = Math.max(this.#until, until);
  }

  /** The next one; undefined when all that was granted is used up: better no seal than one that a
   *  later life would have to repeat. */
  next(): HeardSeal | undefined {
    const clock = Math.floor(this.#clockMs() * 1_000);
    // A clock that was set (or a host that slept) beyond what is granted is not followed at once: one
    // leap to the end would use everything up.
    const number = clock > this.#until ? this.#last + 1 : Math.max(this.#last + 1, clock);
    if (number > this.#until) return undefined;
    this.#last = number;
    return { sender: this.#sender, number: BigInt(number) };
  }
}
