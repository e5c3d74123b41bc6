// From a seed to a whole run of a virtual router: who shares it, everything that happens to them, and the
// peace in the end. A plan is plain data: it can be printed, cut down and played again.

import type { TimedAct } from "../../../src/sim/act.ts";
import { Chance } from "../../../src/sim/chance.ts";
import type { HostShape, Plan } from "../../../src/sim/shape.ts";
import { advertIntervalMs, deadIntervalMs } from "../../../src/wire/carp/timing.ts";
import { membersOf } from "./plan/members.ts";
import { peace } from "./plan/peace.ts";
import { type Stage, sceneAt, weatherOf } from "./plan/scene.ts";
import { routerOf } from "./world/breed.ts";

export function planOf(seed: number): Plan {
  const chance = new Chance(seed);
  const hosts = membersOf(chance);
  const stage = stageOf(chance, hosts);
  const acts = [...beginning(stage), ...middle(stage)].toSorted((one, two) => one.at - two.at);
  const end = peace(hosts, acts);
  const shape = { seed, hosts, ...(chance.next() < 0.05 ? { exact: true } : {}) };
  return { shape, acts: [...acts, ...end.acts], endMs: end.endMs };
}

function stageOf(chance: Chance, hosts: readonly HostShape[]): Stage {
  const routers = hosts.map(({ config }) => routerOf(config));
  const dead = routers.map((router) => deadIntervalMs(router, router.deadratio));
  return {
    chance,
    hosts,
    nodes: hosts.map(({ config }) => config.self),
    deadMs: Math.ceil(Math.max(...dead)),
    intervalMs: Math.max(...routers.map(advertIntervalMs)),
  };
}

/** Hosts boot together, or one after the other. */
function beginning({ chance, nodes, deadMs }: Stage): TimedAct[] {
  const spreadMs = chance.pick([0, 0, 100, deadMs, 3 * deadMs]);
  return nodes.map((node) => ({ at: chance.below(spreadMs + 1), act: "start", node }));
}

function middle(stage: Stage): TimedAct[] {
  const { chance, deadMs } = stage;
  const acts: TimedAct[] = [];
  if (chance.next() < 0.1) acts.push({ at: 0, act: "weather", weather: weatherOf(chance) });
  let at = chance.next() < 0.8 ? 2_000 + chance.below(3 * deadMs) : chance.below(2_000);
  const count = chance.pick([1, 2, 3, 5, 8, 12, 20, 30]);
  for (let n = 0; n < count; n += 1) {
    const scene = sceneAt(Math.round(at), stage);
    acts.push(...scene);
    at = momentAfter(at, scene, stage);
  }
  return acts;
}

/** When the next scene begins. */
function momentAfter(at: number, scene: readonly TimedAct[], stage: Stage): number {
  const { chance, deadMs, intervalMs } = stage;
  const last = Math.max(at, ...scene.map((act) => act.at));
  return chance.pick([
    // In the midst of what the last act set in motion.
    () => chance.pick([at, last]) + chance.below(4),
    () => chance.pick([at, last]) + chance.below(100),
    // When the silence that began is over for somebody.
    () => chance.pick([at, last]) + deadMs - 10 + chance.below(60),
    () => at + chance.below(Math.ceil(3 * intervalMs)),
    () => last + chance.below(3 * deadMs),
    () => last + chance.below(9_000),
    // Long enough for everything to have settled.
    () => last + 4 * deadMs + 15_000,
  ])();
}
