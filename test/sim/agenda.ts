// What will happen in a made-up world, in order of time; what was planned first comes first.

interface Entry {
  readonly at: number;
  readonly number: number;
  readonly act: () => void;
}

export class Agenda {
  #heap: Entry[] = [];
  #count = 0;

  plan(at: number, act: () => void): void {
    this.#heap.push({ at, number: this.#count++, act });
    let child = this.#heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfLater(parent, child)) break;
      child = parent;
    }
  }

  /** When the next act is due. */
  next(): number | undefined {
    return this.#heap[0]?.at;
  }

  take(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    let parent = 0;
    while (true) {
      const left = 2 * parent + 1;
      const child = this.#isLater(left, left + 1) ? left + 1 : left;
      if (!this.#swapIfLater(parent, child)) return first;
      parent = child;
    }
  }

  #swapIfLater(parent: number, child: number): boolean {
    const upper = this.#heap[parent];
    const lower = this.#heap[child];
    if (upper === undefined || lower === undefined || !this.#isLater(parent, child)) return false;
    this.#heap[parent] = lower;
    this.#heap[child] = upper;
    return true;
  }

  #isLater(one: number, other: number): boolean {
    const first = this.#heap[one];
    const second = this.#heap[other];
    if (first === undefined || second === undefined) return false;
    return first.at === second.at ? first.number > second.number : first.at > second.at;
  }
}
