// Who is due next among many: a heap of moments, one per name. Moving one costs log n, asking nothing.

import type { Instant } from "../instant.ts";

interface Entry {
  readonly name: string;
  at: Instant;
  place: number;
}

export class Timetable {
  readonly #heap: Entry[] = [];
  readonly #entries = new Map<string, Entry>();

  /** Sets or moves the moment of this name; undefined: it waits for nothing. */
  set(name: string, at: Instant | undefined): void {
    const entry = this.#entries.get(name);
    if (at === undefined) {
      if (entry !== undefined) this.#remove(entry);
      return;
    }
    if (entry === undefined) {
      const fresh = { name, at, place: this.#heap.length };
      this.#heap.push(fresh);
      this.#entries.set(name, fresh);
      this.#rise(fresh);
      return;
    }
    if (entry.at === at) return;
    entry.at = at;
    this.#rise(entry);
    this.#sink(entry);
  }

  /** The earliest moment of all. */
  first(): Instant | undefined {
    return this.#heap[0]?.at;
  }

  /** Whose moment has come, the earliest first, equal ones in name order; they stay in the table. */
  due(now: Instant): string[] {
    const found: Entry[] = [];
    const look = (place: number) => {
      const entry = this.#heap[place];
      if (entry === undefined || entry.at > now) return;
      found.push(entry);
      look(2 * place + 1);
      look(2 * place + 2);
    };
    look(0);
    return found.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.name);
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, entry.place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const upper = this.#heap[(entry.place - 1) >> 1];
      if (upper === undefined || upper.at <= entry.at) return;
      this.#swap(entry, upper);
    }
  }

  #sink(entry: Entry): void {
    while (true) {
      const left = this.#heap[2 * entry.place + 1];
      const right = this.#heap[2 * entry.place + 2];
      const lower = left === undefined || right === undefined || left.at <= right.at ? left : right;
      if (lower === undefined || lower.at >= entry.at) return;
      this.#swap(entry, lower);
    }
  }

  #swap(one: Entry, other: Entry): void {
    const place = one.place;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(entry: Entry, place: number): void {
    entry.place = place;
    this.#heap[place] = entry;
  }
}
