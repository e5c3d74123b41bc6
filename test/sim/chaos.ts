// A run full of faults that a seed chooses: deaths, crashes, naps, cuts, loss, bad scripts, operators.
// Then everything is mended, and the cluster must find its peace.

import { Cluster, type Shape } from "./cluster.ts";
import { Judge } from "./judge.ts";
import { Chance } from "./random.ts";

const names = ["alice", "bob", "carol", "dave", "erin"];

/** One seeded run; the cluster that it leaves, with every violation that was seen. */
export function chaos(seed: number, steps = 25): Cluster {
  const chance = new Chance(seed);
  const shape = shapeOf(chance, seed);
  const cluster = new Cluster(shape);
  const lossy = chance.next() < 0.3;
  cluster.lossRate = lossy ? 0.2 : 0;
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

function shapeOf(chance: Chance, seed: number): Shape {
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
  const { nodes } = cluster.shape;
  const node = chance.pick(nodes);
  const host = cluster.host(node);
  switch (chance.below(14)) {
    case 0:
    case 1:
      host.kill();
      return;
    case 2:
      host.crash();
      return;
    case 3: {
      host.crash();
      host.start();
      return;
    }
    case 4:
      host.freeze();
      return;
    case 5:
    case 6: {
      for (const other of cluster.hosts.values()) {
        other.thaw();
        other.start();
      }
      return;
    }
    case 7: {
      const side = nodes.filter(() => chance.next() < 0.5);
      cluster.cut(
        side,
        nodes.filter((name) => !side.includes(name)),
      );
      return;
    }
    case 8:
      cluster.cut([node], [chance.pick(nodes)], true);
      return;
    case 9:
      cluster.heal();
      return;
    case 10:
    case 11: {
      const set = chance.pick(["all", "local", "foreign"] as const);
      if (host.isUp) cluster.command(node, chance.pick(["standby", "takeover"] as const), set);
      return;
    }
    case 12: {
      if (host.isUp && chance.next() < 0.5) cluster.command(node, "leave");
      else if (cluster.shape.pings !== undefined) cluster.blind(node);
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
      host.tempers.set(word, temper);
    }
  }
}

function mend(cluster: Cluster): void {
  cluster.heal();
  cluster.lossRate = 0;
  for (const host of cluster.hosts.values()) {
    host.tempers.clear();
    host.thaw();
    host.start();
  }
}
