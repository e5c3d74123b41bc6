// The numbers of one sender as a receiver keeps them: what is new, what came before, what is missing
// (heartbeat-wire 7.1, 7.2).

const LOTS = 250;
const MISSING_MAX = 499;

export type Verdict = "keep" | "duplicate" | "drop";

export class Sequence {
  #last: number | undefined;
  /** Missing numbers, each with the moment when it will be asked for next. */
  readonly missing = new Map<number, number>();

  forget(): void {
    this.#last = undefined;
    this.missing.clear();
  }

  /** Takes a number; `lost` tells how many between it and the last one did not come. */
  take(seq: number, mayResync: boolean): { readonly verdict: Verdict; readonly lost: number } {
    const last = this.#last;
    if (last === undefined || seq === last + 1) {
      this.#last = seq;
      return { verdict: "keep", lost: 0 };
    }
    if (seq === last) return { verdict: "duplicate", lost: 0 };
    if (seq > last) {
      this.#last = seq;
      return { verdict: "keep", lost: seq - last - 1 };
    }
    if (this.missing.delete(seq)) return { verdict: "keep", lost: 0 };
    if (!mayResync) return { verdict: "drop", lost: 0 };
    this.forget();
    this.#last = seq;
    return { verdict: "keep", lost: 0 };
  }

  get last(): number | undefined {
    return this.#last;
  }

  /** Records what is missing before a number; false when it is too much to ask for. */
  miss(seq: number, lost: number, askAt: () => number): boolean {
    if (lost > LOTS) {
      this.missing.clear();
      return false;
    }
    for (let number = seq - lost; number < seq; number += 1) this.missing.set(number, askAt());
    while (this.missing.size > MISSING_MAX) this.missing.delete(Math.min(...this.missing.keys()));
    return true;
  }

  /** The number to acknowledge after `seq` was taken: it ends in the digit, and nothing before it is missing. */
  acknowledge(seq: number, digit: number): number | undefined {
    const lowest = this.missing.size === 0 ? undefined : Math.min(...this.missing.keys());
    if (lowest !== undefined && lowest < seq) return undefined;
    const complete = lowest === undefined ? (this.#last ?? seq) : lowest - 1;
    const number = complete - ((complete - digit + 10) % 10);
    return number >= seq && number > 0 ? number : undefined;
  }
}
