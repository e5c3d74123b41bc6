// A kind of seeded runs: how a seed becomes a plan, and how a plan is played and judged. Everything
// that works on many runs (main.ts), on one again (replay.ts) or on ever smaller ones (shrink.ts)
// knows runs by this face alone.

import type { TimedAct } from "../../src/sim/act.ts";
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

/** What a spectator is shown: what there is to see, and what the judge says to it. */
export type Event = Sight | { readonly saw: "violation"; readonly violation: Violation };

export type Spectator = (event: Event, nowMs: number) => void;

export interface PlayOptions {
  /** Is shown everything, in order. */
  readonly spectator?: Spectator;
  /** The run may end once this has happened. */
  readonly until?: (violation: Violation) => boolean;
}

export interface Kind {
  readonly name: string;
  planOf(seed: number): Plan;
  /** Pure: the same plan has the same outcome. Never throws: a run that breaks is a violation. */
  play(plan: Plan, options?: PlayOptions): Outcome;
  /** The acts that may be left out, without those that mend everything in the end. */
  troubles?(plan: Plan): readonly TimedAct[];
  /** The same plan with these troubles instead, mended in the end. */
  withTroubles?(plan: Plan, troubles: readonly TimedAct[]): Plan;
  /** Plans that are simpler than this one in something other than its acts. */
  simpler?(plan: Plan): Iterable<Plan>;
}
