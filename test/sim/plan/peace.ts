// The end of every plan: everything is mended and everybody is back, and then there is time enough for
// a cluster to find its peace.

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { TimedAct } from "../../../src/sim/act.ts";
import type { Plan } from "../../../src/sim/shape.ts";

/** A group that failed on a node is tried there again after so long. */
const unwillingMs = 600_000;
/** A stop that fails is tried eleven times, a second apart. */
const stopTries = 11;
/** Who leaves needs no longer than that, if no script holds it up. */
const goneMs = 6_000;
/** Nothing may move any more for so long. */
export const quietMs = 12_000;

/** The acts of a plan before its peace begins: with a heal and fine weather everywhere. */
export function troublesOf({ acts }: Plan): readonly TimedAct[] {
  const from = acts.findLastIndex((act, n) => {
    const next = acts[n + 1];
    const isFine = next?.act === "weather" && next.link === undefined && next.at === act.at;
    return act.act === "heal" && act.link === undefined && isFine;
  });
  return from < 0 ? acts : acts.slice(0, from);
}

/** The same plan with these troubles instead. */
export function mended(plan: Plan, troubles: readonly TimedAct[]): Plan {
  const configs = plan.shape.hosts.map(({ config }) => config);
  const end = peace(configs, troubles);
  return { ...plan, acts: [...troubles, ...end.acts], endMs: end.endMs };
}

export function peace(
  configs: readonly ClusterConfig[],
  acts: readonly TimedAct[],
): { readonly acts: TimedAct[]; readonly endMs: number } {
  const from = 1_000 + Math.max(0, ...acts.map(({ at }) => at));
  const mended = from + longest(configs, acts);
  const timing = configs[0]?.timing;
  const settledMs = 3 * ((timing?.deadtimeMs ?? 0) + (timing?.initdeadMs ?? 0));
  return {
    acts: [
      ...mend(configs, acts, from),
      // Who was leaving or about to reboot when everything was mended is gone by now, and comes back.
      ...starts(configs, from + goneMs),
      ...(mended > from + goneMs ? starts(configs, mended) : []),
    ],
    endMs: mended + 15_000 + settledMs + unwillingMs + quietMs,
  };
}

function mend(
  configs: readonly ClusterConfig[],
  acts: readonly TimedAct[],
  at: number,
): TimedAct[] {
  const touched = (act: string, node: string) =>
    acts.some((each) => each.act === act && "node" in each && each.node === node);
  const mends: TimedAct[] = [
    { at, act: "heal" },
    { at, act: "weather", weather: {} },
  ];
  for (const config of configs) {
    const node = config.self;
    if (touched("disk", node)) mends.push({ at, act: "disk", node, full: false });
    if (touched("drift", node)) mends.push({ at, act: "drift", node, ppm: 0 });
    if (touched("blind", node)) mends.push({ at, act: "see", node });
    const words = acts.flatMap((act) =>
      act.act === "script" && act.node === node ? act.word : [],
    );
    for (const word of new Set(words)) mends.push({ at, act: "script", node, word, temper: {} });
    if (touched("freeze", node)) mends.push({ at, act: "thaw", node });
    if (touched("reload", node)) mends.push({ at, act: "reload", node, config });
  }
  return [...mends, ...starts(configs, at)];
}

function starts(configs: readonly ClusterConfig[], at: number): TimedAct[] {
  return configs.map(({ self }) => ({ at, act: "start", node: self }));
}

/** How long it may take until everybody is gone who is going: who leaves may be held up by scripts that hang
 *  at every stage; who reboots because of a stop that cannot be done may still be at its last try. */
function longest(configs: readonly ClusterConfig[], acts: readonly TimedAct[]): number {
  const isLeaving = acts.some(({ act }) => act === "leave");
  const isSlow = acts.some(
    (act) => act.act === "script" && (act.temper.stopHangs || (act.temper.tookMs ?? 0) > 5_000),
  );
  if (!isSlow) return goneMs;
  const limitMs = configs[0]?.resourceTimeoutMs ?? 0;
  if (isLeaving) return stopTries * (limitMs + 1_000) + limitMs;
  const reboots = configs.some(({ onStopFailure }) => onStopFailure === "reboot");
  return reboots ? limitMs + goneMs : goneMs;
}
