// Scenes: one piece of bad luck each, as acts with their moments. A scene may leave something broken;
// peace.ts mends everything in the end.

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import { linkOf } from "../../../src/config/medium.ts";
import type { Act, Temper, TimedAct } from "../../../src/sim/act.ts";
import type { Chance } from "../../../src/sim/chance.ts";
import { redrawn, retimed, rotated } from "./change.ts";
import { stormy } from "./climate.ts";

/** What a scene is played with. */
export interface Stage {
  readonly chance: Chance;
  readonly configs: readonly ClusterConfig[];
  readonly nodes: readonly string[];
  readonly words: readonly string[];
  readonly links: readonly string[];
  readonly deadtimeMs: number;
  readonly keepaliveMs: number;
}

export function stageOf(chance: Chance, configs: readonly ClusterConfig[]): Stage {
  const [config] = configs;
  if (config === undefined) throw new Error("a cluster without hosts");
  const media = config.media.filter(({ kind }) => !kind.startsWith("ping"));
  return {
    chance,
    configs,
    nodes: config.nodes,
    words: config.groups.flatMap(({ resources }) => resources.map(({ word }) => word)),
    links: [...new Set(media.map(linkOf))],
    deadtimeMs: config.timing.deadtimeMs,
    keepaliveMs: config.timing.keepaliveMs,
  };
}

export type SceneName = keyof typeof scenes;

export function play(name: SceneName, at: number, stage: Stage): TimedAct[] {
  return scenes[name](at, stage, stage.chance.pick(stage.nodes));
}

/** Makes the acts of a scene that begins at a moment; `node` is one by lot. */
type Scene = (at: number, stage: Stage, node: string) => TimedAct[];

const scenes = {
  death: (at, stage, node) => [
    { at, act: "kill", node },
    ...later(at, stage, { act: "start", node }),
  ],
  crash: (at, stage, node) => [
    { at, act: "crash", node },
    ...later(at, stage, { act: "start", node }),
  ],
  /** Back before anybody may call it dead. */
  quick: (at, stage, node) => [
    { at, act: "crash", node },
    { at: at + Math.round(stage.deadtimeMs * 0.8 * stage.chance.next()), act: "start", node },
  ],
  desk: (at, stage, node) => [
    { at, act: "kill-desk", node },
    ...later(at, stage, { act: "start", node }),
  ],
  pulse: (at, stage, node) => [
    { at, act: "kill-pulse", node },
    ...later(at, stage, { act: "start", node }),
  ],
  nap: (at, stage, node) => [
    { at, act: "freeze", node },
    { at: at + length(stage), act: "thaw", node },
  ],
  /** Several sleep at once, and wake one after the other. */
  snooze: (at, stage) =>
    some(stage).flatMap((node): TimedAct[] => [
      { at: at + stage.chance.below(50), act: "freeze", node },
      { at: at + 50 + length(stage), act: "thaw", node },
    ]),
  standby: (at, stage, node) => [order(at, stage, "standby", node)],
  takeover: (at, stage, node) => [order(at, stage, "takeover", node)],
  /** Operators who do not know of each other. */
  quarrel: (at, stage, node) => {
    const { chance } = stage;
    const other = chance.pick(stage.nodes);
    const word = () => chance.pick(["standby", "takeover"] as const);
    return [
      order(at, stage, word(), node),
      order(at + chance.pick([0, 1, chance.below(60)]), stage, word(), other),
      ...(chance.next() < 0.3 ? [order(at + chance.below(500), stage, word(), node)] : []),
    ];
  },
  leave: (at, stage, node) => [
    { at, act: "leave", node },
    ...later(at, stage, { act: "start", node }),
  ],
  split: (at, stage) => {
    const from = some(stage);
    const to = stage.nodes.filter((node) => !from.includes(node));
    return [{ at, act: "cut", from, to, ...link(stage) }, ...later(at, stage, { act: "heal" })];
  },
  isolate: (at, stage, node) => [
    { at, act: "cut", from: [node], to: stage.nodes.filter((other) => other !== node) },
    ...later(at, stage, { act: "heal" }),
  ],
  /** One hears the other, and not the other way round. */
  deaf: (at, stage, node) => [
    { at, act: "cut", from: [node], to: some(stage), oneWay: true, ...link(stage) },
    ...later(at, stage, { act: "heal" }),
  ],
  /** Two that do not hear each other, while others hear both. */
  hole: (at, stage, node) => [
    { at, act: "cut", from: [node], to: [stage.chance.pick(stage.nodes)] },
    ...later(at, stage, { act: "heal" }),
  ],
  /** A cut about as long as a deadtime. */
  hiccup: (at, stage, node) => {
    const lengthMs = Math.round(stage.deadtimeMs * (0.9 + 0.2 * stage.chance.next()));
    return [
      { at, act: "cut", from: [node], to: stage.nodes.filter((other) => other !== node) },
      { at: at + lengthMs, act: "heal" },
    ];
  },
  heal: (at) => [{ at, act: "heal" }],
  gust: (at, stage) => [
    { at, act: "weather", weather: stormy(stage.chance), ...link(stage) },
    ...later(at, stage, { act: "weather", weather: {} }),
  ],
  replay: (at, stage, node) => {
    const { chance } = stage;
    const agoMs = chance.pick([0, 100, 2_000, stage.deadtimeMs, 10 * stage.deadtimeMs]);
    return [{ at, act: "replay", node, count: chance.pick([1, 5, 50, 300]), agoMs }];
  },
  clock: (at, { chance }, node) => {
    const hour = 3_600_000;
    const stepMs = chance.pick([-hour, hour, -5_000, 5_000, -9_000 * hour, 90_000 * hour]);
    return [{ at, act: "clock", node, stepMs }];
  },
  drift: (at, { chance }, node) => [
    { at, act: "drift", node, ppm: chance.pick([-500, 500, -50_000, 50_000]) },
  ],
  /** A file of state is gone or torn when the agent comes back. */
  forget: (at, stage, node) => {
    const { chance } = stage;
    const file = chance.pick(["generation", "uuid", "memory", "memory", "hostcache"] as const);
    const how = chance.pick(["lost", "torn"] as const);
    const awayMs = Math.round(stage.deadtimeMs * chance.pick([0.2, 0.8, 1.5, 4]));
    return [
      { at, act: "crash", node },
      { at: at + 1, act: "lose", node, file, how },
      { at: at + 1 + awayMs, act: "start", node },
    ];
  },
  disk: (at, stage, node) => [
    { at, act: "disk", node, full: true },
    ...later(at, stage, { act: "disk", node, full: false }),
  ],
  temper: (at, stage, node) => {
    const word = stage.chance.pick(stage.words);
    const temper = temperOf(stage);
    const nodes = stage.chance.next() < 0.2 ? stage.nodes : [node];
    return nodes.map((each) => ({ at, act: "script", node: each, word, temper }));
  },
  /** The new key is on some hosts and not on others, and comes to them later or never. */
  rotate: (at, stage) => {
    const config = rotated(stage.configs, stage.chance);
    return spread(at, stage, config);
  },
  retime: (at, stage) => spread(at, stage, retimed(stage.configs, stage.chance)),
  redraw: (at, stage) => spread(at, stage, redrawn(stage.configs, stage.chance)),
  blind: (at, stage, node) => [
    { at, act: "blind", node },
    ...later(at, stage, { act: "see", node }),
  ],
  lose: (at, stage, node) => {
    const word = stage.chance.pick(stage.words);
    const forGood = stage.chance.next() < 0.3;
    return [{ at, act: "address-lost", node, word, ...(forGood ? { forGood } : {}) }];
  },
  rival: (at, stage, node) => [{ at, act: "rival", node, word: stage.chance.pick(stage.words) }],
} as const satisfies Readonly<Record<string, Scene>>;

function temperOf({ chance, deadtimeMs }: Stage): Temper {
  return chance.pick([
    { startFails: true },
    { stopFails: true },
    { startFails: true, stopFails: true },
    { startHangs: true },
    { stopHangs: true },
    { startHangs: true, stopHangs: true },
    { statusLies: true },
    { tookMs: 300 },
    { tookMs: 3_000 },
    { tookMs: Math.round(deadtimeMs * 1.5) },
    { tookMs: 90_000 },
    {},
    {},
  ]);
}

function order(at: number, { chance }: Stage, command: "standby" | "takeover", node: string) {
  const set = chance.pick(["all", "all", "local", "foreign"] as const);
  return { at, act: "command", node, command, set } as const;
}

/** The other half of a scene: soon, about a deadtime later, after long, or only in the end. */
function later(at: number, stage: Stage, act: Act): TimedAct[] {
  if (stage.chance.next() < 0.25) return [];
  return [{ ...act, at: at + length(stage) }];
}

function length({ chance, deadtimeMs, keepaliveMs }: Stage): number {
  const ms = chance.pick([
    chance.below(50),
    keepaliveMs * 3 * chance.next(),
    deadtimeMs * (0.3 + 0.6 * chance.next()),
    deadtimeMs * (0.97 + 0.08 * chance.next()),
    deadtimeMs * (1 + chance.next()),
    deadtimeMs * (2 + 8 * chance.next()),
    deadtimeMs * (1 + chance.next()) + 3_000,
  ]);
  return Math.max(1, Math.round(ms));
}

/** One node at least, and not all of them. */
function some({ chance, nodes }: Stage): string[] {
  const chosen = nodes.filter(() => chance.next() < 0.5);
  if (chosen.length > 0 && chosen.length < nodes.length) return chosen;
  return [chance.pick(nodes)];
}

/** One link, or all of them. */
function link({ chance, links }: Stage): { link?: string } {
  return chance.next() < 0.3 ? { link: chance.pick(links) } : {};
}

/** New files reach some hosts now, and others later. */
function spread(at: number, stage: Stage, configs: readonly ClusterConfig[]): TimedAct[] {
  return configs
    .filter(() => stage.chance.next() < 0.7)
    .map((config) => ({
      at: at + stage.chance.pick([0, stage.chance.below(2_000), length(stage)]),
      act: "reload",
      node: config.self,
      config,
    }));
}
