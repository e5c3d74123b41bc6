// From a seed to a whole run of a heartbeat cluster: its shape, everything that happens to it, and the
// peace in the end. A plan is plain data: it can be printed, cut down and played again.
//
// Acts come in scenes (plan/scene.ts), chosen by the run's climate (plan/climate.ts), and like to come
// at bad moments: milliseconds after another one, or when a death that was planned is just noticed.

import type { ClusterConfig } from "../../src/config/cluster.ts";
import { type QuorumRule, quorumUsual } from "../../src/config/quorum.ts";
import type { TimedAct } from "../../src/sim/act.ts";
import { Chance } from "../../src/sim/chance.ts";
import type { HostShape, Plan } from "../../src/sim/shape.ts";
import { climateOf, sceneOf } from "./plan/climate.ts";
import { clusterOf } from "./plan/cluster.ts";
import { peace } from "./plan/peace.ts";
import { play, type Stage, stageOf } from "./plan/scene.ts";

/** Turns the configurations of a cluster into hosts: all hb, or a mix with neighbours of another breed. */
export type Populate = (configs: readonly ClusterConfig[], chance: Chance) => HostShape[];

const onlyHb: Populate = (configs) => configs.map((config) => ({ config }));

export function planOf(seed: number, populate: Populate = onlyHb): Plan {
  const chance = new Chance(seed);
  const configs = clusterOf(chance);
  const stage = stageOf(chance, configs);
  const acts = [...beginning(stage), ...middle(stage)].toSorted((one, two) => one.at - two.at);
  const end = peace(configs, acts);
  const plan = {
    shape: { seed, hosts: populate(configs, chance) },
    acts: [...acts, ...end.acts],
    endMs: end.endMs,
  };
  // The last choice: what a seed without it means stays what it was.
  if (chance.next() >= 0.3) return plan;
  // Groups go on without quorum, as the laws want it that know of no membership.
  return agreeing(plan, { rules: chance.pick(rules), policy: "ignore" });
}

const rules: readonly (readonly QuorumRule[])[] = [quorumUsual, ["majority"]];

/** The nodes are members of a membership with consensus as well. */
function agreeing(plan: Plan, consensus: NonNullable<ClusterConfig["consensus"]>): Plan {
  const { shape, acts } = plan;
  const hosts = shape.hosts.map((host) => ({ ...host, config: { ...host.config, consensus } }));
  const others = acts.map((act): TimedAct => {
    return act.act === "reload" ? { ...act, config: { ...act.config, consensus } } : act;
  });
  return { ...plan, shape: { ...shape, hosts }, acts: others };
}

/** Hosts boot together, one after the other, or one of them late. */
function beginning({ chance, nodes, deadtimeMs }: Stage): TimedAct[] {
  const spreadMs = chance.pick([0, 0, 100, deadtimeMs]);
  const late = chance.next() < 0.15 ? chance.pick(nodes) : undefined;
  return nodes.map((node) => ({
    at: node === late ? deadtimeMs * chance.below(8) : chance.below(spreadMs + 1),
    act: "start",
    node,
  }));
}

function middle(stage: Stage): TimedAct[] {
  const { chance, deadtimeMs } = stage;
  const climate = climateOf(chance);
  const acts: TimedAct[] = [];
  if (climate.weather !== undefined) {
    acts.push({ at: 0, act: "weather", weather: climate.weather(chance) });
  }
  // Mostly after everybody is a member; what happens before that matters as well.
  let at = chance.next() < 0.8 ? 2_000 + chance.below(2 * deadtimeMs) : chance.below(2_000);
  const count = chance.pick([1, 2, 3, 5, 8, 12, 20, 30]);
  for (let n = 0; n < count; n += 1) {
    const scene = play(sceneOf(climate, chance), Math.round(at), stage);
    acts.push(...scene);
    at = momentAfter(at, scene, stage);
  }
  return acts;
}

/** When the next scene begins. */
function momentAfter(at: number, scene: readonly TimedAct[], stage: Stage): number {
  const { chance, deadtimeMs, keepaliveMs } = stage;
  const last = Math.max(at, ...scene.map((act) => act.at));
  return chance.pick([
    // In the midst of what the last act set in motion.
    () => chance.pick([at, last]) + chance.below(4),
    () => chance.pick([at, last]) + chance.below(100),
    // When the silence that began is called a death.
    () => chance.pick([at, last]) + deadtimeMs - 10 + chance.below(60),
    () => at + deadtimeMs + chance.below(2 * keepaliveMs),
    () => last + chance.below(3 * keepaliveMs),
    () => last + chance.below(3 * deadtimeMs),
    () => last + 2 * deadtimeMs + chance.below(20_000),
    // Long enough for everything to have settled.
    () => last + 4 * deadtimeMs + 15_000,
  ])();
}
