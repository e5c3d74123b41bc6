// A few named deadlines of one machine. Setting a name again replaces its moment.

import { earliest, type Instant } from "../instant.ts";

export class Alarms<Name extends string> {
  readonly #at = new Map<Name, Instant>();

  set(name: Name, when: Instant): void {
    this.#at.set(name, when);
  }

  clear(name: Name): void {
    this.#at.delete(name);
  }

  isSet(name: Name): boolean {
    return this.#at.has(name);
  }

  /** The names that are due, in name order; each is cleared. */
  due(now: Instant): Name[] {
    const names = [...this.#at].filter(([, when]) => when <= now).map(([name]) => name);
    for (const name of names) this.#at.delete(name);
    return names.sort();
  }

  next(): Instant | undefined {
    return earliest(...this.#at.values());
  }
}
