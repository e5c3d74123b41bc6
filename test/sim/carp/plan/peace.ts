// The end of every plan of a virtual router: everything is mended and everybody is back, and then there is
// time enough for one of them to be master alone.

import type { TimedAct } from "../../../../src/sim/act.ts";
import type { HostShape, Plan } from "../../../../src/sim/shape.ts";
import { routerOf } from "../world/breed.ts";

/** Unsealed adverts of a source that sealed, and low numbers, count after so long (docs/design.md "Seals"). */
const lapseMs = 600_000;
/** A failed takeover is tried again after a minute at the latest, ucarp naps for ten seconds, a host that
 *  leaves may wait for two scripts; and then there are dead times. */
const settleMs = 110_000;
/** Who was still leaving when everything was mended comes back then. */
const backMs = 20_000;

export function troublesOf({ acts }: Plan): readonly TimedAct[] {
  const from = acts.findLastIndex(
    (act, n) => act.act === "heal" && acts[n + 1]?.act === "weather" && acts[n + 1]?.at === act.at,
  );
  return from < 0 ? acts : acts.slice(0, from);
}

export function mended(plan: Plan, troubles: readonly TimedAct[]): Plan {
  const end = peace(plan.shape.hosts, troubles);
  return { ...plan, acts: [...troubles, ...end.acts], endMs: end.endMs };
}

export function peace(
  hosts: readonly HostShape[],
  acts: readonly TimedAct[],
): { readonly acts: readonly TimedAct[]; readonly endMs: number } {
  const at = 1_000 + Math.max(0, ...acts.map((act) => act.at));
  const doubtsSeals = acts.some(
    ({ act }) => act === "lose" || act === "breed" || act === "disk" || act === "clock",
  );
  return {
    acts: [
      { at, act: "heal" },
      { at, act: "weather", weather: {} },
      ...hosts.flatMap((host) => mend(host, acts, at)),
      ...hosts.map(({ config }) => start(config.self, at + backMs)),
    ],
    endMs: at + backMs + settleMs + (doubtsSeals ? lapseMs : 0),
  };
}

function mend(host: HostShape, acts: readonly TimedAct[], at: number): TimedAct[] {
  const { config, breed = "hb" } = host;
  const node = config.self;
  const { device, likeUcarp } = routerOf(config);
  const was = (what: TimedAct["act"]) =>
    acts.some((act) => act.act === what && "node" in act && act.node === node);
  const mends: TimedAct[] = [];
  if (was("disk")) mends.push({ at, act: "disk", node, full: false });
  if (was("mute")) mends.push({ at, act: "mute", node, on: false });
  if (was("drift")) mends.push({ at, act: "drift", node, ppm: 0 });
  if (was("clock")) mends.push({ at, act: "clock", node, stepMs: -stepped(node, acts) });
  if (was("script")) {
    for (const word of ["up", "down", "address"]) {
      mends.push({ at, act: "script", node, word, temper: {} });
    }
  }
  if (was("freeze")) mends.push({ at, act: "thaw", node });
  if (was("carrier") || was("device")) mends.push({ at, act: "carrier", node, device, up: true });
  if (was("check")) mends.push({ at, act: "check", node, ok: true });
  if (was("reload")) mends.push({ at, act: "reload", node, config });
  // ucarp does not run its script again that failed, and waits for the clock that was.
  const hasUcarpManners = breed === "ucarp" || likeUcarp;
  if (was("breed") || (hasUcarpManners && (was("script") || was("clock")))) {
    mends.push({ at, act: "kill", node }, { at, act: "breed", node, breed });
  }
  return [...mends, start(node, at)];
}

/** Somebody sets the clock right. */
function stepped(node: string, acts: readonly TimedAct[]): number {
  const steps = acts.map((act) => (act.act === "clock" && act.node === node ? act.stepMs : 0));
  return steps.reduce((sum, step) => sum + step, 0);
}

function start(node: string, at: number): TimedAct {
  return { at, act: "start", node };
}
