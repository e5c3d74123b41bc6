// One simulated run of a user's cluster, told as a user asks: what happens when, who holds what, how long
// clients wait, and whether anything is ever up twice.

import { deadIntervalMs } from "../../wire/carp/timing.ts";
import type { Plan } from "../shape.ts";
import type { Sight } from "../sight.ts";
import { World } from "../world.ts";
import { actsOf, type Fault, isRepair, startsAlone } from "./fault.ts";
import { and, tell } from "./faulttext.ts";
import { doublesIn, type Moment, type Stretch, type Twice, waitsIn } from "./moment.ts";
import { Reach } from "./reach.ts";
import { Record } from "./record.ts";
import { nameOf, type Site, scriptMs } from "./site.ts";
import { type Entry, Timeline } from "./timeline.ts";

export interface Wait extends Stretch {
  /** The last fault before it; absent: the start of the cluster. */
  readonly after?: Fault;
  /** No host is reached by clients at all, whoever holds the group. */
  readonly cutOff: boolean;
}

export interface GroupForecast {
  readonly key: string;
  readonly owner: string;
  readonly resources: readonly string[];
  readonly moments: readonly Moment[];
  /** The first one is the start of the cluster. */
  readonly waits: readonly Wait[];
  readonly doubles: readonly Twice[];
}

export interface Forecast {
  readonly faults: readonly Fault[];
  readonly endMs: number;
  readonly entries: readonly Entry[];
  readonly groups: readonly GroupForecast[];
}

export interface Run {
  readonly faults: readonly Fault[];
  readonly endMs: number;
  /** Without it only the groups are watched, which is faster. */
  readonly told?: boolean;
}

/** For packets, status scripts and what else is short. */
const spareMs = 1_000;
/** From the reset of a host to its agent. */
export const bootMs = 30_000;
/** How much simulated time passes between two signs of progress. */
const sliceMs = 5_000;

/** The whole run at once. */
export function forecast(site: Site, run: Run): Forecast {
  const steps = play(site, run);
  while (true) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The run in slices; what is yielded is the simulated time. */
export function* play(
  site: Site,
  { faults, endMs, told = false }: Run,
): Generator<number, Forecast> {
  const timeline = new Timeline((word) => nameOf(site, word));
  const reach = new Reach(faults, site);
  const records = site.groups.map((group) => new Record(group, site.nodes, reach));
  const see = (sight: Sight, now: number) => {
    for (const record of records) record.see(sight, now);
    if (told) timeline.see(sight, now);
  };
  const plan: Plan = { shape: shapeOf(site), acts: actsOf(faults, site), endMs };
  const world = new World(plan.shape, { onlookers: [see] });
  for (const act of plan.acts) {
    if (act.at > endMs) break;
    for (; world.now + sliceMs < act.at; ) yield advance(world, sliceMs);
    world.advance(act.at - world.now);
    world.act(act);
  }
  for (; world.now < endMs; ) yield advance(world, Math.min(sliceMs, endMs - world.now));

  const groups = records.map((record) => groupForecast(record, faults, site, reach));
  if (told) timeline.add(...faultsOf(faults, site), ...troubleIn(groups, site));
  return { faults, endMs, entries: timeline.entries(), groups };
}

function advance(world: World, ms: number): number {
  world.advance(ms);
  return world.now;
}

function shapeOf({ assumed, configs }: Site): Plan["shape"] {
  return { seed: assumed.seed, hosts: configs.map((config) => ({ config })), bootMs };
}

function groupForecast(
  record: Record,
  faults: readonly Fault[],
  { nodes }: Site,
  reach: Reach,
): GroupForecast {
  const { group } = record;
  return {
    key: group.key,
    owner: group.owner,
    resources: group.resources.map(({ word }) => word),
    moments: record.moments,
    waits: waitsIn(record.moments).map((stretch) => {
      const after = faults
        .filter((fault) => fault.at <= stretch.from && !isRepair(fault))
        .toSorted((a, b) => a.at - b.at)
        .at(-1);
      const cutOff = nodes.every((node) => !reach.has(node, stretch.from));
      return { ...stretch, cutOff, ...(after !== undefined && { after }) };
    }),
    doubles: doublesIn(record.moments),
  };
}

function faultsOf(faults: readonly Fault[], site: Site): Entry[] {
  const started = site.nodes.filter((node) => startsAlone(node, faults));
  const text = `${and(started)} ${started.length === 1 ? "is" : "are"} started`;
  return [
    ...(started.length === 0 ? [] : [{ at: 0, kind: "fault", text } as const]),
    ...faults.map((fault): Entry => ({ at: fault.at, kind: "fault", text: tell(fault, site) })),
  ];
}

/** What clients and a second writer notice, as lines among the others. */
function troubleIn(groups: readonly GroupForecast[], site: Site): Entry[] {
  return groups.flatMap((group) => [
    ...group.waits.flatMap((wait, index) => waitEntries(nameOf(site, group.key), wait, index)),
    ...group.doubles.flatMap((twice) => doubleEntries(twice, site)),
  ]);
}

function waitEntries(name: string, { from, to }: Wait, index: number): Entry[] {
  const text =
    index === 0 ? `${name} answers` : `${name} answers again, after ${seconds(to, from)}`;
  return [
    ...(index === 0 ? [] : [{ at: from, kind: "wrong", text: `${name} does not answer` } as const]),
    ...(to === undefined ? [] : [{ at: to, kind: "well", text } as const]),
  ];
}

function doubleEntries({ from, to, words, nodes }: Twice, site: Site): Entry[] {
  const what = and(words.map((word) => nameOf(site, word)));
  const is = words.length === 1 ? "is" : "are";
  const over = `${what} ${is} up only once again, after ${seconds(to, from)}`;
  return [
    { at: from, kind: "wrong", text: `TWO HOLDERS: ${what} ${is} up on ${and(nodes)} at once` },
    ...(to === undefined ? [] : [{ at: to, kind: "well", text: over } as const]),
  ];
}

function seconds(to: number | undefined, from: number): string {
  return `${(((to ?? from) - from) / 1000).toFixed(3)} s`;
}

/** What a host takes to come back when these faults make it reset itself; 0 where none does. */
export function resetMs(faults: readonly Fault[], { configs }: Site): number {
  const [config] = configs;
  const hangs = faults.some(({ kind }) => kind === "freeze" || kind === "crash");
  const stays = faults.some(
    (fault) => fault.kind === "script" && (fault.temper?.stopFails || fault.temper?.stopHangs),
  );
  const resets =
    (hangs && config?.watchdog !== undefined) || (stays && config?.onStopFailure === "reboot");
  return resets ? bootMs : 0;
}

/** Enough for everything to come to rest after the last fault. */
export function lengthOf(faults: readonly Fault[], site: Site): number {
  const [timing] = site.configs.map((config) => config.timing);
  const deadtimeMs = timing?.deadtimeMs ?? 0;
  const scriptsMs = site.scripts.reduce((sum, { word }) => sum + scriptMs(site, word), 0);
  const last = Math.max(0, ...faults.map((fault) => fault.at));
  const lonely = faults.some(({ kind }) => kind === "start") ? (timing?.initdeadMs ?? 0) : 0;
  const length = last + lonely + resetMs(faults, site) + 2 * deadtimeMs + 2 * scriptsMs + 10_000;
  return Math.ceil(length / 1_000) * 1_000;
}

/** How long a death may leave a group without an answer, whatever the configuration adds: the dead time,
 *  and the scripts of the group. */
export function unavoidableMs(
  site: Site,
  { key, resources }: Pick<GroupForecast, "key" | "resources">,
): number {
  const [config] = site.configs;
  const router = site.routers.find(({ name }) => name === key);
  if (router !== undefined) return deadIntervalMs(router, router.deadratio) + spareMs;
  const scripts = site.scripts.filter(({ word }) => resources.includes(word));
  const scriptsMs = scripts.reduce((sum, { word }) => sum + scriptMs(site, word), 0);
  return (config?.timing.deadtimeMs ?? 0) + 2 * scriptsMs + spareMs;
}
