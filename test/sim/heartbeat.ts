// Runs of heartbeat clusters, as a kind.

import type { Plan } from "../../src/sim/shape.ts";
import { World, type WorldOptions } from "../../src/sim/world.ts";
import type { Kind, Outcome, PlayOptions } from "./kind.ts";
import { Judge } from "./law/judge.ts";
import { mended, troublesOf } from "./plan/peace.ts";
import { planOf } from "./plan.ts";
import { simpler } from "./simpler.ts";
import { Twin } from "./twin.ts";

/** How often one looks whether the end has come early, and what the twin did. */
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
  plan: Plan,
  { spectator, until }: PlayOptions = {},
  options: WorldOptions = {},
): Outcome {
  const { shape, acts, endMs } = plan;
  const judge = new Judge(shape, (violation) => {
    spectator?.({ saw: "violation", violation }, violation.at);
    if (until?.(violation) === true) throw enough;
  });
  const twin = hasCopies(plan) ? new Twin(shape, options) : undefined;
  const lookers = [...(options.onlookers ?? []), spectator, judge.see, twin?.see];
  const onlookers = lookers.filter((looker) => looker !== undefined);
  const world = new World(shape, { ...options, onlookers });
  const advance = (ms: number) => {
    world.advance(ms);
    const difference = twin?.follow(world.now);
    if (difference !== undefined) judge.found(difference);
  };
  try {
    for (const { at, ...act } of acts) {
      if (at > endMs) break;
      for (let ms = at - world.now; ms > 0; ms -= lookMs) advance(Math.min(lookMs, ms));
      world.act(act);
      twin?.act(act);
    }
    while (world.now < endMs && !judge.isPeaceful(world.now)) {
      advance(Math.min(lookMs, endMs - world.now));
    }
    const isWhole = acts.every(({ at }) => at <= endMs);
    if (isWhole) judge.verdict(world.now);
  } catch (error) {
    if (error !== enough) judge.thrown(error);
  }
  return { violations: judge.violations, nodeMs: world.now * shape.hosts.length };
}

/** Packets come again in it. (Where they are lost, some are sent again as well, but by their senders.) */
function hasCopies({ acts }: Plan): boolean {
  return acts.some(
    (act) => act.act === "replay" || (act.act === "weather" && (act.weather.duplicate ?? 0) > 0),
  );
}
