// Scenes of a virtual router: one piece of bad luck each, as acts with their moments. A scene may leave
// something broken; peace.ts mends everything in the end.

import type { RouterConfig } from "../../../../src/config/router.ts";
import type { TimedAct, Weather } from "../../../../src/sim/act.ts";
import type { Chance } from "../../../../src/sim/chance.ts";
import type { HostShape } from "../../../../src/sim/shape.ts";
import { routerOf } from "../world/breed.ts";
import { clusterOf, leastSkew } from "./members.ts";

export interface Stage {
  readonly chance: Chance;
  readonly hosts: readonly HostShape[];
  readonly nodes: readonly string[];
  /** The longest dead time and the longest interval of all. */
  readonly deadMs: number;
  readonly intervalMs: number;
}

type Scene = (at: number, stage: Stage, node: string) => TimedAct[];

const device = "eth0";

const scenes: Record<string, Scene> = {
  death: (at, stage, node) => [
    { at, act: "kill", node },
    ...later(at, stage, { act: "start", node }),
  ],
  crash: (at, stage, node) => [
    { at, act: "crash", node },
    ...later(at, stage, { act: "start", node }),
  ],
  quick: (at, stage, node) => [
    { at, act: "crash", node },
    { at: at + stage.chance.below(stage.deadMs), act: "start", node },
  ],
  pulse: (at, stage, node) =>
    [at, at + stage.chance.below(3_000)]
      .slice(stage.chance.below(2))
      .map((each) => ({ at: each, act: "kill-pulse", node })),
  desk: (at, _, node) => [{ at, act: "kill-desk", node }],
  /** The desk finds a pulse that is silent, and ends it. */
  silent: (at, stage, node) => [
    { at, act: "freeze", node },
    { at: at + stage.chance.below(2 * stage.deadMs), act: "kill-pulse", node },
  ],
  nap: (at, stage, node) => [
    { at, act: "freeze", node },
    { at: at + lengthMs(stage), act: "thaw", node },
  ],
  snooze: (at, stage) =>
    some(stage).flatMap((node): TimedAct[] => [
      { at: at + stage.chance.below(50), act: "freeze", node },
      { at: at + 50 + lengthMs(stage), act: "thaw", node },
    ]),
  leave: (at, stage, node) => [
    { at, act: "leave", node },
    ...later(at, stage, { act: "start", node }),
  ],
  yield: (at, _, node) => [{ at, act: "yield", node }],
  /** Operators who do not know of each other. */
  quarrel: (at, stage) =>
    some(stage).map((node) => ({
      at: at + stage.chance.pick([0, 0, stage.chance.below(60)]),
      act: stage.chance.next() < 0.7 ? "yield" : "leave",
      node,
    })),
  split: (at, stage) => {
    const from = some(stage);
    const to = stage.nodes.filter((node) => !from.includes(node));
    return [{ at, act: "cut", from, to }, ...later(at, stage, { act: "heal" })];
  },
  isolate: (at, stage, node) => [
    { at, act: "cut", from: [node], to: others(stage, node) },
    ...later(at, stage, { act: "heal" }),
  ],
  /** One hears the other, and not the other way round. */
  deaf: (at, stage, node) => [
    { at, act: "cut", from: [node], to: some(stage), oneWay: true },
    ...later(at, stage, { act: "heal" }),
  ],
  /** Two that do not hear each other, while others hear both. */
  hole: (at, stage, node) => [
    { at, act: "cut", from: [node], to: [stage.chance.pick(stage.nodes)] },
    ...later(at, stage, { act: "heal" }),
  ],
  heal: (at) => [{ at, act: "heal" }],
  gust: (at, stage) => [
    { at, act: "weather", weather: weatherOf(stage.chance) },
    ...later(at, stage, { act: "weather", weather: {} }),
  ],
  cable: (at, stage, node) => [
    { at, act: "carrier", node, device, up: false },
    ...later(at, stage, { act: "carrier", node, device, up: true }),
  ],
  /** The switch begins anew: nobody has a carrier. */
  blackout: (at, { chance, nodes, deadMs }) => {
    const backAt = at + 1 + chance.below(2 * deadMs);
    return nodes.flatMap((node): TimedAct[] => [
      { at, act: "carrier", node, device, up: false },
      { at: backAt + chance.below(300), act: "carrier", node, device, up: true },
    ]);
  },
  flapping: (at, { chance }, node) =>
    Array.from({ length: 2 * (1 + chance.below(3)) }, (_, n) => ({
      at: at + n * chance.below(1_500),
      act: "carrier" as const,
      node,
      device,
      up: n % 2 === 1,
    })).toSorted((one, two) => one.at - two.at),
  device: (at, stage, node) => [
    { at, act: "device", node, device, up: false },
    ...later(at, stage, { act: "device", node, device, up: true }),
    ...later(at + 1, stage, { act: "start", node }),
  ],
  mute: (at, stage, node) => [
    { at, act: "mute", node, on: true },
    ...later(at, stage, { act: "mute", node, on: false }),
  ],
  check: (at, stage, node) => [
    { at, act: "check", node, ok: false },
    ...later(at, stage, { act: "check", node, ok: true }),
  ],
  sickness: (at, { chance, nodes }) =>
    nodes.map((node) => ({ at: at + chance.below(4), act: "check", node, ok: false })),
  temper: (at, { chance }, node) => [
    {
      at,
      act: "script",
      node,
      word: chance.pick(["up", "up", "down", "address"]),
      temper: chance.pick([
        { startFails: true, stopFails: true },
        { startHangs: true, stopHangs: true },
        { tookMs: 2_500 },
        { tookMs: 6_000 },
        {},
        {},
      ]),
    },
  ],
  /** The kernel does not take the addresses. */
  refuse: (at, stage, node) => [
    { at, act: "script", node, word: "address", temper: { startFails: true } },
    ...later(at, stage, { act: "script", node, word: "address", temper: {} }),
  ],
  /** Everybody is sick, and then pulses die. */
  relapse: (at, { chance, nodes }) => [
    ...nodes.map((node) => ({ at: at + chance.below(4), act: "check" as const, node, ok: false })),
    ...nodes.map((node, n) => ({ at: at + 20_000 + 11_000 * n, act: "kill-pulse" as const, node })),
  ],
  lost: (at, { chance }, node) => [
    { at, act: "address-lost", node, word: "", forGood: chance.next() < 0.3 },
  ],
  rival: (at, _, node) => [{ at, act: "rival", node, word: "" }],
  replay: (at, stage, node) => [{ at, act: "replay", node, ...record(stage) }],
  forge: (at, stage, node) => [{ at, act: "replay", node, ...record(stage), bare: bareOf(stage) }],
  flood: (at, stage, node) =>
    Array.from({ length: 20 }, (_, n) => ({
      at: at + n * 40,
      act: "replay" as const,
      node,
      ...record(stage),
      ...(n % 2 === 0 ? { bare: bareOf(stage) } : {}),
    })),
  clock: (at, stage, node) => [clock(at, stage, node)],
  /** Its clock leaps, and its agent begins again. */
  warp: (at, stage, node) => [
    clock(at, stage, node),
    { at: at + 1 + stage.chance.below(9_000), act: stage.chance.pick(["crash", "kill"]), node },
    { at: at + 9_001 + stage.chance.below(stage.deadMs), act: "start", node },
  ],
  drift: (at, { chance }, node) => [
    { at, act: "drift", node, ppm: chance.pick([-500, 500, -50_000, 50_000]) },
  ],
  amnesia: (at, stage, node) => [
    { at, act: "lose", node, file: "seals", how: stage.chance.pick(["lost", "torn"]) },
    { at, act: stage.chance.pick(["crash", "kill", "kill-pulse"]), node },
    ...(stage.chance.next() < 0.5 ? [clock(at + 1, stage, node)] : []),
    { at: at + stage.chance.below(2 * stage.deadMs), act: "start", node },
  ],
  disk: (at, stage, node) => [
    { at, act: "disk", node, full: true },
    { at: at + stage.chance.below(2_000), act: "kill-desk", node },
    ...later(at, stage, { act: "disk", node, full: false }),
  ],
  /** Somebody tunes one host alone. */
  tune: (at, stage, node) => [reload(at, stage, node, settingsOf(stage.chance))],
  /** Half of the hosts have the new password, the others get it later. */
  rotate: (at, stage, node) => {
    const change = { password: "hate" };
    return [
      reload(at, stage, node, change),
      ...others(stage, node).map((each) =>
        reload(at + stage.chance.below(stage.deadMs * 4), stage, each, change),
      ),
    ];
  },
  /** Another program takes its place, in good order or not. */
  replace: (at, stage, node) => {
    // ucarp cannot do it without a base (carp.md 6).
    if (stage.hosts.some(({ config }) => routerOf(config).advbase === 0)) return [];
    return [
      { at, act: stage.chance.pick(["leave", "crash", "kill"]), node },
      { at: at + 10, act: "breed", node, breed: stage.chance.pick(["hb", "ucarp"]) },
      { at: at + 8_100 + stage.chance.below(3_000), act: "start", node },
    ];
  },
};

const common = ["death", "crash", "nap", "leave", "yield", "split", "isolate", "deaf", "gust"];
const mischief = ["replay", "forge", "flood", "replay", "forge"];

export function sceneAt(at: number, stage: Stage): TimedAct[] {
  const { chance, nodes } = stage;
  const luck = chance.next();
  const names = luck < 0.25 ? common : luck < 0.4 ? mischief : Object.keys(scenes);
  const scene = scenes[chance.pick(names)];
  return scene?.(at, stage, chance.pick(nodes)) ?? [];
}

type Untimed = TimedAct extends infer Each
  ? Each extends TimedAct
    ? Omit<Each, "at">
    : never
  : never;

/** Mostly mended after a while; sometimes only in the end. */
function later(at: number, stage: Stage, act: Untimed): TimedAct[] {
  if (stage.chance.next() < 0.15) return [];
  return [{ ...act, at: at + lengthMs(stage) } as TimedAct];
}

function lengthMs({ chance, deadMs, intervalMs }: Stage): number {
  return chance.pick([
    () => chance.below(300),
    () => chance.below(Math.ceil(2 * intervalMs)),
    // About as long as a dead time.
    () => Math.round(deadMs * (0.9 + 0.2 * chance.next())),
    () => chance.below(3 * deadMs),
    () => 2 * deadMs + chance.below(20_000),
  ])();
}

function some({ chance, nodes }: Stage): string[] {
  return nodes.filter(() => chance.next() < 0.5);
}

function others({ nodes }: Stage, node: string): string[] {
  return nodes.filter((other) => other !== node);
}

function record({ chance, deadMs }: Stage): { readonly count: number; readonly agoMs: number } {
  return { count: chance.pick([1, 1, 5, 30]), agoMs: chance.pick([0, 1, 500, deadMs, 8 * deadMs]) };
}

function bareOf({ chance }: Stage) {
  return chance.pick([
    { advbase: 0, advskew: 1, demote: 0 },
    { advbase: 255, advskew: 255, demote: 0 },
    { advbase: 1, advskew: 0, demote: 9 },
    { advbase: 1, advskew: 0, demote: 0 },
  ]);
}

function clock(at: number, { chance }: Stage, node: string): TimedAct {
  const stepMs = chance.pick([-3_600_000, 3_600_000, -5_000, 5_000, 700, 10 * 3_600_000]);
  return { at, act: "clock", node, stepMs };
}

export function weatherOf(chance: Chance): Weather {
  return chance.pick([
    { loss: 0.2 },
    { loss: 0.05, jitterMs: 3 },
    { duplicate: 0.3 },
    { jitterMs: 2_500 },
    { corrupt: 0.3 },
    { loss: 0.1, duplicate: 0.1, corrupt: 0.1, jitterMs: 1_200 },
  ]);
}

function settingsOf(chance: Chance): Partial<RouterConfig> {
  return chance.pick([
    { advskew: chance.below(200) },
    { preempt: chance.next() < 0.5 },
    { advbase: 3 },
    { deadratio: 5 },
    { advskew: 0, preempt: true },
  ]);
}

/** Its own settings with a change. */
function reload(
  at: number,
  { hosts }: Stage,
  node: string,
  change: Partial<RouterConfig>,
): TimedAct {
  const shape = hosts.find(({ config }) => config.self === node);
  if (shape === undefined) throw new Error(`no host ${node}`);
  const router = { ...routerOf(shape.config), ...change };
  // Without a base the skew is all that there is between two adverts.
  const advskew = router.advbase === 0 ? Math.max(leastSkew, router.advskew) : router.advskew;
  const config = clusterOf(node, { ...router, advskew });
  return { at, act: "reload", node, config };
}
