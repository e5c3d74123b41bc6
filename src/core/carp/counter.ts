// The counter of our adverts (carp.md 3): random until a valid peer was heard, then the peer's plus one.
//
// Never one that somebody said before us: an OpenBSD host takes its own number for an echo of itself.

/** Numbers of so many sources are avoided; more members than that no group has. */
const sourcesMax = 32;

export class Counter {
  #last: bigint | undefined;
  readonly #heard = new Map<string, bigint>();

  /** A valid advert of this source bore this number. */
  heard(from: string, counter: bigint): void {
    this.#last = counter;
    this.#heard.delete(from);
    this.#heard.set(from, counter);
    const oldest = this.#heard.keys().next();
    if (this.#heard.size > sourcesMax && !oldest.done) this.#heard.delete(oldest.value);
  }

  /** The number of the next advert. */
  next(): bigint | "random" {
    if (this.#last === undefined) return "random";
    const taken = new Set(this.#heard.values());
    do this.#last = BigInt.asUintN(64, this.#last + 1n);
    while (taken.has(this.#last));
    return this.#last;
  }
}
