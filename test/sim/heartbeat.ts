// Runs of heartbeat clusters, as a kind.

import type { Plan } from "../../src/sim/shape.ts";
import { World, type WorldOptions } from "../../src/sim/world.ts";
import type { Kind, Outcome, PlayOptions } from "./kind.ts";
import { Judge } from "./law/judge.ts";
import { mended, troublesOf } from "./plan/peace.ts";
import { planOf } from "./plan.ts";
import { simpler } from "./simpler.ts";

/** How often one looks whether the end has come early. */
const lookMs = 5_000;
/** Thrown when the run has shown what it was played for. */
const enough = new Error("enough");

export const heartbeat: Kind = {
  name: "heartbeat",
  planOf: (seed) => planOf(seed),
  play,
  troubles: troublesOf,
  withTroubles: mended,
  simpler,
};

/** Plays a plan and judges it. The end comes early when peace has come: what would follow is hours of
 *  heartbeats. A plan that ends before its last act is one that is being shrunk: it has no verdict. */
export function play(
  { shape, acts, endMs }: Plan,
  { spectator, until }: PlayOptions = {},
  options: WorldOptions = {},
): Outcome {
  const judge = new Judge(shape, (violation) => {
    spectator?.({ saw: "violation", violation }, violation.at);
    if (until?.(violation) === true) throw enough;
  });
  const onlookers = [...(options.onlookers ?? []), ...(spectator ? [spectator] : []), judge.see];
  const world = new World(shape, { ...options, onlookers });
  try {
    for (const { at, ...act } of acts) {
      if (at > endMs) break;
      if (at > world.now) world.advance(at - world.now);
      world.act(act);
    }
    while (world.now < endMs && !judge.isPeaceful(world.now)) {
      world.advance(Math.min(lookMs, endMs - world.now));
    }
    const isWhole = acts.every(({ at }) => at <= endMs);
    if (isWhole) judge.verdict(world.now);
  } catch (error) {
    if (error !== enough) judge.thrown(error);
  }
  return { violations: judge.violations, nodeMs: world.now * shape.hosts.length };
}
