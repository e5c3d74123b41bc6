// The alarms of the model: each has a name, and at most one moment.

import type { Instant } from "../../../../src/core/instant.ts";

export type TimerName =
  /** Waiting packets are read. */
  | "wake"
  /** Silent nodes and links are noticed. */
  | "check"
  | "keepalive"
  /** The first five seconds, with a longer dt, are over. */
  | "settled"
  | "reqnodes"
  | "rexmit"
  | "failback"
  /** Two seconds after a partition healed. */
  | "give-up"
  | "farewell"
  | "gone"
  | "reborn"
  /** A shutdown that takes an hour. */
  | "force";

export class Timers {
  readonly #moments = new Map<TimerName, Instant>();

  set(name: TimerName, when: Instant): void {
    this.#moments.set(name, when);
  }

  has(name: TimerName): boolean {
    return this.#moments.has(name);
  }

  clear(name: TimerName): void {
    this.#moments.delete(name);
  }

  clearAll(): void {
    this.#moments.clear();
  }

  earliest(): Instant | undefined {
    return this.#first()?.[1];
  }

  /** Takes the earliest alarm that is due. */
  take(now: Instant): TimerName | undefined {
    const first = this.#first();
    if (first === undefined || first[1] > now) return undefined;
    this.#moments.delete(first[0]);
    return first[0];
  }

  #first(): [TimerName, Instant] | undefined {
    let first: [TimerName, Instant] | undefined;
    for (const entry of this.#moments) {
      if (first === undefined || entry[1] < first[1]) first = entry;
    }
    return first;
  }
}
