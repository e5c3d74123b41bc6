// What will happen in a made-up world, in order of time; what was planned first comes first.
//
// A binary heap in three arrays: an entry costs no object of its own.

/** Something that is planned. Who plans it and is overtaken by events lets it do nothing. */
export interface Happening {
  happen(): void;
}

export class Agenda {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #happenings: Happening[] = [];
  #count = 0;

  plan(at: number, happening: Happening): void {
    const order = this.#count;
    this.#count += 1;
    let child = this.#times.length;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      // The newest comes after its equals.
      if ((this.#times[parent] ?? 0) <= at) break;
      this.#move(parent, child);
      child = parent;
    }
    this.#times[child] = at;
    this.#orders[child] = order;
    this.#happenings[child] = happening;
  }

  /** When the next one is due. */
  next(): number | undefined {
    return this.#times[0];
  }

  /** Takes the next one off. */
  take(): Happening | undefined {
    const first = this.#happenings[0];
    const at = this.#times.pop();
    const order = this.#orders.pop();
    const last = this.#happenings.pop();
    const size = this.#times.length;
    if (at === undefined || order === undefined || last === undefined || size === 0) return first;
    let parent = 0;
    for (let child = this.#sooner(1); child < size; child = this.#sooner(2 * parent + 1)) {
      if (!this.#isBefore(child, at, order)) break;
      this.#move(child, parent);
      parent = child;
    }
    this.#times[parent] = at;
    this.#orders[parent] = order;
    this.#happenings[parent] = last;
    return first;
  }

  /** Of two siblings. */
  #sooner(left: number): number {
    const right = left + 1;
    if (right >= this.#times.length) return left;
    return this.#isBefore(right, this.#times[left] ?? 0, this.#orders[left] ?? 0) ? right : left;
  }

  #isBefore(entry: number, at: number, order: number): boolean {
    const time = this.#times[entry] ?? 0;
    return time === at ? (this.#orders[entry] ?? 0) < order : time < at;
  }

  #move(from: number, to: number): void {
    const happening = this.#happenings[from];
    if (happening === undefined) return;
    this.#times[to] = this.#times[from] ?? 0;
    this.#orders[to] = this.#orders[from] ?? 0;
    this.#happenings[to] = happening;
  }
}
