// Runs of heartbeat clusters, as a kind.

import type { Plan } from "../../src/sim/shape.ts";
import type { WorldOptions } from "../../src/sim/world.ts";
import { enact } from "./enact.ts";
import type { Kind, Outcome, PlayOptions } from "./kind.ts";
import { Judge } from "./law/judge.ts";
import { mended, troublesOf } from "./plan/peace.ts";
import { planOf } from "./plan.ts";
import { simpler } from "./simpler.ts";

export const heartbeat: Kind = {
  name: "heartbeat",
  planOf: (seed) => planOf(seed),
  play,
  troubles: troublesOf,
  withTroubles: mended,
  simpler,
};

/** Plays a plan and judges it by the eight laws. */
export function play(plan: Plan, how: PlayOptions = {}, options: WorldOptions = {}): Outcome {
  const hasTwin = hasCopies(plan);
  return enact(plan, (tell) => new Judge(plan.shape, tell), how, { ...options, hasTwin });
}

/** Packets come again in it. (Where they are lost, some are sent again as well, but by their senders.) */
function hasCopies({ acts }: Plan): boolean {
  return acts.some(
    (act) => act.act === "replay" || (act.act === "weather" && (act.weather.duplicate ?? 0) > 0),
  );
}
