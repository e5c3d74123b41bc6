// Runs of hb nodes beside Heartbeat 3 nodes, as a kind.

import type { TimedAct } from "../../../src/sim/act.ts";
import type { Plan } from "../../../src/sim/shape.ts";
import { enact } from "../enact.ts";
import type { Kind, Outcome, PlayOptions } from "../kind.ts";
import { heartbeat3 } from "../neighbour/heartbeat3/heartbeat3.ts";
import { mended, troublesOf } from "../plan/peace.ts";
import { simpler } from "../simpler.ts";
import { MixedJudge } from "./judge.ts";
import { planOf } from "./plan.ts";

/** An hb node that leaves waits for its partner so long, and for scripts (docs/design.md, src/core/classic). */
const leavingMs = 20_000;
/** A standby of Heartbeat 3 that was left alone waits for an hour: who is not at peace has so much more. */
const hourMs = 3_700_000;

export const mixed: Kind = {
  name: "mixed",
  planOf: (seed) => patient(planOf(seed)),
  play,
  troubles: troublesOf,
  withTroubles: (plan, troubles) => patient(mended(plan, troubles)),
  simpler,
};

export function play(plan: Plan, how: PlayOptions = {}): Outcome {
  const minds = { heartbeat3 };
  return enact(plan, (tell) => new MixedJudge(plan.shape, tell), how, { minds });
}

/** Whoever was leaving when everything was mended comes back once more. */
function patient({ shape, acts, endMs }: Plan): Plan {
  const at = Math.max(...acts.map((act) => act.at)) + leavingMs;
  const starts = shape.hosts.map(
    ({ config }): TimedAct => ({ at, act: "start", node: config.self }),
  );
  return { shape, acts: [...acts, ...starts], endMs: endMs + leavingMs + hourMs };
}
