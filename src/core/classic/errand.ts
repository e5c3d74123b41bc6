// The takes and gives that a negotiator has under way. Errands on different groups run side by side;
// one that needs a group of a running errand waits for it, so that the hand is never told to start
// and stop the same group at once.
//
// Not the work itself: the hand does that and says by `settled` how each group ended.

import type { Effect } from "../effect.ts";
import type { Hand, Settled } from "../group/hand.ts";
import type { Instant } from "../instant.ts";

export interface Errand<Purpose> {
  readonly kind: "take" | "give";
  readonly keys: readonly string[];
  readonly why: string;
  readonly purpose: Purpose;
  readonly since: Instant;
}

export interface Ended<Purpose> {
  readonly errand: Errand<Purpose>;
  readonly outcomes: readonly Settled[];
}

export class Errands<Purpose> {
  #running: Errand<Purpose>[] = [];
  #waiting: Errand<Purpose>[] = [];

  readonly hand: Hand;

  constructor(hand: Hand) {
    this.hand = hand;
  }

  get busy(): boolean {
    return this.#running.length > 0 || this.#waiting.length > 0;
  }

  /** True while an errand that touches this group is running or waiting. */
  concerns(key: string): boolean {
    return [...this.#running, ...this.#waiting].some((errand) => errand.keys.includes(key));
  }

  /** What the last errand that touches this group will have made of it; undefined when there is none. */
  last(key: string): "take" | "give" | undefined {
    return [...this.#running, ...this.#waiting].findLast((errand) => errand.keys.includes(key))
      ?.kind;
  }

  /** Begins the errand, or lets it wait for those before it. It must have at least one key. */
  begin(errand: Errand<Purpose>, now: Instant): Effect[] {
    this.#waiting.push(errand);
    return this.#admit(now);
  }

  /** Takes the hand's outcomes; tells which errands have ended by them. A group that left the
   *  configuration has no outcome, and one that another negotiator ordered belongs to no errand. */
  settled(outcomes: readonly Settled[]): Ended<Purpose>[] {
    const keys = new Set(outcomes.map((outcome) => outcome.key));
    const known = new Set(this.hand.groups.map((group) => group.key));
    const ended: Ended<Purpose>[] = [];
    for (const errand of [...this.#running]) {
      if (errand.keys.some((key) => known.has(key) && !keys.has(key))) continue;
      this.#running = this.#running.filter((other) => other !== errand);
      ended.push({
        errand,
        outcomes: outcomes.filter((outcome) => errand.keys.includes(outcome.key)),
      });
    }
    return ended;
  }

  /** Takes that have not begun are not begun any more: tells how they ended. */
  callOff(why: string): Ended<Purpose>[] {
    const takes = this.#waiting.filter(({ kind }) => kind === "take");
    this.#waiting = this.#waiting.filter(({ kind }) => kind !== "take");
    return takes.map((errand) => ({
      errand,
      outcomes: this.hand.groups
        .filter(({ key }) => errand.keys.includes(key))
        .map(({ key, state }) => ({ key, state, text: why })),
    }));
  }

  /** Starts what waited for the errands that have ended. */
  next(now: Instant): Effect[] {
    return this.#admit(now);
  }

  #admit(now: Instant): Effect[] {
    const effects: Effect[] = [];
    const blocked = new Set(this.#running.flatMap((errand) => errand.keys));
    const still: Errand<Purpose>[] = [];
    const start: Errand<Purpose>[] = [];
    for (const errand of this.#waiting) {
      if (errand.keys.some((key) => blocked.has(key))) still.push(errand);
      else start.push(errand);
      for (const key of errand.keys) blocked.add(key);
    }
    this.#waiting = still;
    // Registered before the hand is told: it may settle at once what is already as it should be.
    this.#running.push(...start);
    for (const errand of start) {
      effects.push(...this.hand[errand.kind](errand.keys, errand.why, now));
    }
    return effects;
  }
}
