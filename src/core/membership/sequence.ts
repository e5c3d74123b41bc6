// What one sender's sequence numbers say: new, missing, filled in, seen before (heartbeat-wire 7.1, 7.2).
//
// Messages are kept when they arrive, in whatever order; nothing waits for a gap. This machine only
// remembers which numbers are missing and when an acknowledgement is due. It does not ask for them
// (rexmit.ts) and knows nothing of generations (peer.ts).

/** A gap wider than this is not worth asking for (heartbeat-wire 7.1). */
const GAP_MAX = 250;

/** So many missing numbers are remembered; the lowest are forgotten first (heartbeat-wire 7.1). */
const MISSING_MAX = 499;

export type Arrival =
  /** The first, or the one after the last. Kept. */
  | { readonly kind: "next" }
  /** Kept, and the numbers from `first` to `last` are missing; too many are given up at once. */
  | {
      readonly kind: "gap";
      readonly after: number;
      readonly first: number;
      readonly last: number;
      readonly givenUp: boolean;
    }
  /** Was missing. Kept; `complete` when nothing is missing any more. */
  | { readonly kind: "filled"; readonly complete: boolean }
  /** The last one again: another medium's copy. Not kept. */
  | { readonly kind: "duplicate" }
  /** Seen before, forgotten, or older than our acquaintance. Not kept. */
  | { readonly kind: "old" };

export class Sequence {
  #last: number | undefined;
  /** Ascending: numbers enter above all others. */
  readonly #missing = new Set<number>();
  #floor = 0;

  readonly #residue: number;

  /** `residue`: acknowledge the numbers that end in this digit. */
  constructor(residue: number) {
    this.#residue = residue;
  }

  /** The highest number taken in this life of the sender; undefined before the first. */
  get last(): number | undefined {
    return this.#last;
  }

  get missing(): ReadonlySet<number> {
    return this.#missing;
  }

  /** Classifies a number and takes note of it. */
  arrive(seq: number): Arrival {
    const last = this.#last;
    if (last === undefined) {
      if (seq <= this.#floor) return { kind: "old" };
      this.#last = seq;
      return { kind: "next" };
    }
    if (seq === last) return { kind: "duplicate" };
    if (seq < last) return this.#earlier(seq);
    this.#last = seq;
    if (seq === last + 1) return { kind: "next" };
    return this.#jump(last, seq);
  }

  /** The number to acknowledge after `seq` was taken or given up; undefined when none is due. */
  acknowledge(seq: number): number | undefined {
    if (this.#last === undefined) return undefined;
    const complete = this.#missing.size === 0 ? this.#last : this.#lowest() - 1;
    if (complete < seq) return undefined;
    const due = complete - ((complete - this.#residue + 10) % 10);
    return due >= seq ? due : undefined;
  }

  /** The sender no longer has this number: stop missing it. False when it was not missed. */
  giveUp(seq: number): boolean {
    return this.#missing.delete(seq);
  }

  /** The sender was declared dead: a later message starts afresh, but only above what was seen. */
  forget(): void {
    this.#floor = Math.max(this.#floor, this.#last ?? 0);
    this.#last = undefined;
    this.#missing.clear();
  }

  /** The sender began a new generation: its numbers start again. */
  reset(): void {
    this.#floor = 0;
    this.#last = undefined;
    this.#missing.clear();
  }

  /** Of those that are missing. */
  #lowest(): number {
    const [lowest = 0] = this.#missing;
    return lowest;
  }

  #earlier(seq: number): Arrival {
    if (!this.#missing.delete(seq)) return { kind: "old" };
    return { kind: "filled", complete: this.#missing.size === 0 };
  }

  #jump(last: number, seq: number): Arrival {
    const gap = { kind: "gap", after: last, first: last + 1, last: seq - 1 } as const;
    if (seq - last - 1 > GAP_MAX) {
      this.#missing.clear();
      return { ...gap, givenUp: true };
    }
    for (let lost = gap.first; lost <= gap.last; lost++) this.#missing.add(lost);
    for (const lowest of this.#missing) {
      if (this.#missing.size <= MISSING_MAX) break;
      this.#missing.delete(lowest);
    }
    return { ...gap, givenUp: false };
  }
}
