// A kind of seeded runs: how a seed becomes a plan, and how a plan is played and judged. Everything
// that works on many runs (main.ts), on one again (replay.ts) or on ever smaller ones (shrink.ts)
// knows runs by this face alone.

import type { Plan } from "../../src/sim/shape.ts";
import type { Sight } from "../../src/sim/sight.ts";

/** A law that was broken, when, and how. */
export interface Violation {
  /** Number of the law in docs/design.md ("The core"), or a word for what stands beside them. */
  readonly law: string;
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly text: string;
}

export interface Outcome {
  readonly violations: readonly Violation[];
  /** How long all hosts together were simulated. */
  readonly nodeMs: number;
}

/** What the judge says while the run goes on, between the sights. */
export type Spectator = (
  event: Sight | { readonly saw: "violation"; readonly violation: Violation },
  nowMs: number,
) => void;

export interface Kind {
  readonly name: string;
  planOf(seed: number): Plan;
  /** Pure: the same plan has the same outcome. `spectator` is shown everything, in order. */
  play(plan: Plan, spectator?: Spectator): Outcome;
  /** Plans that are like this one and simpler in more than its acts, the simplest first. */
  simpler?(plan: Plan): Iterable<Plan>;
}
