// Moves a group to a node that sees more ping nodes: what ipfail does beside Heartbeat 3, built in.
//
// Strictly more, for a settling time, and not soon after the group came here: two nodes whose view
// flickers must not throw a group to and fro.

import { after, earlier, type Instant } from "../instant.ts";

/** How long a group rests where it is before a better view elsewhere may move it. */
export const restMs = 10_000;

export interface Sight {
  readonly node: string;
  readonly pings: number;
}

export class Connectivity {
  /** Since when another node has been seeing more, by group. */
  readonly #since = new Map<string, Instant>();
  /** When the group may move. */
  readonly #due = new Map<string, Instant>();

  readonly #settleMs: () => number;

  constructor(settleMs: () => number) {
    this.#settleMs = settleMs;
  }

  /** The node to which the group shall move now. `others` are in candidate order. */
  judge(key: string, view: View, now: Instant): Sight | undefined {
    let found: Sight | undefined;
    for (const other of view.others) {
      if (other.pings > (found?.pings ?? view.pings)) found = other;
    }
    if (found === undefined) {
      this.forget(key);
      return undefined;
    }
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    const settledAt = after(since, this.#settleMs());
    const due = after(settledAt, Math.max(0, view.notBefore - settledAt));
    this.#due.set(key, due);
    if (now < due) return undefined;
    this.forget(key);
    return found;
  }

  forget(key: string): void {
    this.#since.delete(key);
    this.#due.delete(key);
  }

  deadline(): Instant | undefined {
    let first: Instant | undefined;
    for (const due of this.#due.values()) first = earlier(first, due);
    return first;
  }
}

export interface View {
  /** Ping nodes that this node sees. */
  readonly pings: number;
  /** Nodes that could hold the group instead. */
  readonly others: readonly Sight[];
  readonly notBefore: Instant;
}
