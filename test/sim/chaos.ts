// A run full of faults that a seed chooses: deaths, crashes, naps, cuts, loss, bad scripts, operators.
// Then everything is mended, and the cluster must find its peace.

import { Chance } from "../../src/sim/chance.ts";
import { Cluster } from "./cluster.ts";
import { Judge } from "./judge.ts";
import type { Spec } from "./plainshape.ts";

const names = ["alice", "bob", "carol", "dave", "erin"];

/** One seeded run; the cluster that it leaves, with every violation that was seen. */
export function chaos(seed: number, steps = 25): Cluster {
  const chance = new Chance(seed);
  const shape = specOf(chance, seed);
  const cluster = new Cluster(shape);
  const lossy = chance.next() < 0.3;
  if (lossy) cluster.act({ act: "weather", weather: { loss: 0.2, jitterMs: 1 } });
  // A healed pair first has to hear a status, then each other's bulletins.
  const judge = new Judge(cluster, (lossy ? 1_000 : 2.2) * (shape.keepaliveMs ?? 1_000));
  const look = (ms: number) => {
    for (let left = ms; left > 0; left -= 250) {
      cluster.advance(Math.min(left, 250));
      judge.look();
    }
  };
  cluster.startAll();
  look(chance.below(30_000));
  for (let step = 0; step < steps; step += 1) {
    disturb(cluster, chance);
    look(chance.below(chance.next() < 0.5 ? 2_000 : 30_000));
  }
  mend(cluster);
  look(45_000);
  // Groups that failed somewhere are tried again after ten minutes at the latest.
  if (!judge.isQuiet()) cluster.advance(700_000);
  judge.look();
  judge.verdict();
  return cluster;
}

function specOf(chance: Chance, seed: number): Spec {
  const nodes = names.slice(0, chance.pick([2, 2, 3, 5]));
  const groups = nodes.map(
    (owner, n) =>
      [owner, `10.0.0.${10 + n}`, ...(chance.next() < 0.5 ? [`service${n}`] : [])] as const,
  );
  const failback = chance.pick(["on", "off", "legacy"] as const);
  const pings = chance.next() < 0.3 ? { pings: ["10.0.0.254"] } : {};
  return { nodes, groups, failback, seed, keepaliveMs: 1_000, deadtimeMs: 5_000, ...pings };
}

function disturb(cluster: Cluster, chance: Chance): void {
  const { nodes } = cluster.spec;
  const node = chance.pick(nodes);
  switch (chance.below(14)) {
    case 0:
    case 1:
      cluster.act({ act: "kill", node });
      return;
    case 2:
      cluster.act({ act: "crash", node });
      return;
    case 3:
      cluster.act({ act: "crash", node });
      cluster.act({ act: "start", node });
      return;
    case 4:
      cluster.act({ act: "freeze", node });
      return;
    case 5:
    case 6:
      wake(cluster);
      return;
    case 7: {
      const side = nodes.filter(() => chance.next() < 0.5);
      const rest = nodes.filter((name) => !side.includes(name));
      cluster.act({ act: "cut", from: side, to: rest });
      return;
    }
    case 8:
      cluster.act({ act: "cut", from: [node], to: [chance.pick(nodes)], oneWay: true });
      return;
    case 9:
      cluster.act({ act: "heal" });
      return;
    case 10:
    case 11: {
      const set = chance.pick(["all", "local", "foreign"] as const);
      const command = chance.pick(["standby", "takeover"] as const);
      cluster.act({ act: "command", node, command, set });
      return;
    }
    case 12: {
      if (chance.next() < 0.5) cluster.act({ act: "leave", node });
      else if (cluster.spec.pings !== undefined) cluster.act({ act: "blind", node });
      return;
    }
    default: {
      const word = `service${chance.below(nodes.length)}`;
      const temper = chance.pick([
        { startFails: true },
        { startHangs: true, stopHangs: true },
        { tookMs: 3_000 },
        {},
      ]);
      cluster.act({ act: "script", node, word, temper });
    }
  }
}

function mend(cluster: Cluster): void {
  cluster.act({ act: "heal" });
  for (const { name: node, scripts } of cluster.hosts) {
    for (const word of scripts.tempers.keys()) {
      cluster.act({ act: "script", node, word, temper: {} });
    }
  }
  wake(cluster);
}

function wake(cluster: Cluster): void {
  for (const { name: node } of cluster.hosts) {
    cluster.act({ act: "thaw", node });
    cluster.act({ act: "start", node });
  }
}
