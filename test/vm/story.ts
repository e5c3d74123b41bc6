// A cluster of hb agents on virtual machines, and what a test tells with it.
//
// Each node owns one group, its address on eth0 and a script with a journal, as in test/lab/cluster.ts;
// what differs is by which media they hear each other, and that their plugs can be pulled.

import { afterAll, beforeAll } from "bun:test";
import type { LinkView, Snapshot } from "../../src/core/snapshot.ts";
import { parseAnswer } from "../../src/desk/request.ts";
import { groupOf, home, JOURNAL } from "../lab/cluster.ts";
import type { Said } from "../lab/shell.ts";
import { stays, until } from "../lab/until.ts";
import { type Plan, VmLab, withMachines } from "./lab.ts";
import type { Machine } from "./machine.ts";

export { home };

/** Times in which an emulated processor, shared with two others, keeps its appointments. */
export const CALM = { keepaliveS: 1, warntimeS: 3, deadtimeS: 6, initdeadS: 30 } as const;

/** What a host may be late beside its deadtime until it holds what it took over. */
const SLOW_MS = 15_000;

/** As `hb status` asks, in a small part of its time. */
const ASK_STATUS = `/ask /run/heartbeat/hb.sock '${JSON.stringify({ ask: "status" })}'`;

export interface Story extends Plan {
  /** The ha.cf lines of a machine that name its media, and whatever else this story needs. */
  readonly directives: (name: string, lab: VmLab) => readonly string[];
  readonly failback?: "on" | "off";
  /** Where more machines share the processors, more time. */
  readonly deadtimeS?: number;
}

export class VmCluster {
  readonly lab: VmLab;
  readonly nodes: readonly string[];
  readonly deadtimeS: number;
  readonly #agents = new Map<string, Promise<Said>>();

  constructor(lab: VmLab, deadtimeS: number = CALM.deadtimeS) {
    this.lab = lab;
    this.deadtimeS = deadtimeS;
    this.nodes = lab.machines.map((machine) => machine.name);
  }

  machine(name: string): Machine {
    return this.lab.machine(name);
  }

  /** Starts the agent of a node; does not wait. */
  start(name: string): void {
    this.#agents.set(name, this.machine(name).exec("hb agent >>/var/log/hb.log 2>&1"));
  }

  /** Asks the agent of a node to leave; returns the exit code with which it did. */
  async leave(name: string): Promise<number> {
    await this.machine(name).must("pkill -TERM -f '^hb agent'");
    return (await this.#agents.get(name))?.code ?? -1;
  }

  /** What the agent of a node knows; undefined while it does not answer. */
  async status(name: string): Promise<Snapshot | undefined> {
    const said = await this.machine(name).exec(ASK_STATUS);
    const answer = said.code === 0 ? parseAnswer(said.stdout) : undefined;
    return answer?.say === "done" ? answer.snapshot : undefined;
  }

  /** Waits until these nodes are active, know each other active, and nothing is moving. */
  async calm(names = this.nodes, withinMs = 60_000): Promise<void> {
    for (const name of names) {
      const what = `${name} to see ${names.join(", ")} active and all groups settled`;
      await until({ what, withinMs, everyMs: 500 }, async () => {
        const now = await this.status(name);
        return (
          now !== undefined &&
          now.resources !== "transition" &&
          now.groups.every(({ holder, state }) => holder !== null && /held|idle/.test(state)) &&
          names.every((other) =>
            now.nodes.some((node) => node.name === other && node.state === "active"),
          )
        );
      });
    }
  }

  /** Waits until each owner's address is on exactly these nodes: { alice: "bob" } = alice's on bob. */
  async placed(
    places: Readonly<Record<string, string | readonly string[]>>,
    withinMs = this.deadtimeS * 1_000 + SLOW_MS,
  ): Promise<void> {
    await Promise.all(
      Object.entries(places).map(([owner, at]) =>
        this.lab.watch.held(home(owner), typeof at === "string" ? [at] : at, withinMs),
      ),
    );
  }

  /** Watches for longer than deadtime that no group's address comes or goes. */
  async nothingMoves(): Promise<void> {
    const moves = () =>
      this.nodes.reduce((sum, owner) => sum + this.lab.watch.since(home(owner), 0).length, 0);
    const before = moves();
    const withinMs = (this.deadtimeS + 3) * 1_000;
    await stays({ what: "nothing moves", withinMs, everyMs: 250 }, () => moves() === before);
  }

  /** Waits for the states of links between two nodes, as one of them sees them, by name. */
  async linksAre(
    view: { readonly on: string; readonly to: string },
    states: Readonly<Record<string, LinkView["state"]>>,
    withinMs = this.deadtimeS * 1_000 + SLOW_MS,
  ): Promise<void> {
    const what = `${view.on} to see ${view.to} by ${JSON.stringify(states)}`;
    await until({ what, withinMs, everyMs: 500 }, async () => {
      const node = (await this.status(view.on))?.nodes.find(({ name }) => name === view.to);
      return Object.entries(states).every(([by, state]) =>
        node?.links.some((link) => link.name === by && link.state === state),
      );
    });
  }

  /** Gives the nodes other directives while they run. */
  async reload(directives: Story["directives"]): Promise<void> {
    for (const machine of this.lab.machines) {
      configure(machine, this, { machines: this.nodes, directives });
      await machine.must("kill -HUP $(cat /run/heartbeat/hb.pid)");
    }
  }

  /** "start alice", "stop alice" … in the order in which scripts ran on a node, over all its boots. */
  journal(name: string): string[] {
    return this.machine(name).read("log/journal").split("\n").filter(Boolean);
  }
}

/** Writes the files of the cluster onto the disk of a machine. */
export function configure(machine: Machine, cluster: VmCluster, story: Story): void {
  const { keepaliveS, warntimeS, initdeadS } = CALM;
  const lines = [
    "use_logd off",
    "logfile /var/log/ha-log",
    "on_stop_failure ignore",
    `keepalive ${keepaliveS}`,
    `warntime ${warntimeS}`,
    `deadtime ${cluster.deadtimeS}`,
    `initdead ${initdeadS}`,
    ...story.directives(machine.name, cluster.lab),
    `auto_failback ${story.failback ?? "on"}`,
    `node ${cluster.nodes.join(" ")}`,
  ];
  machine.write("ha.d/ha.cf", lines.map((line) => `${line}\n`).join(""));
  machine.write("ha.d/authkeys", "auth 1\n1 sha1 lab-secret\n", 0o600);
  const groups = cluster.nodes.map((name) => `${groupOf(name)}\n`);
  machine.write("ha.d/haresources", groups.join(""));
  machine.write("ha.d/resource.d/journal", JOURNAL, 0o755);
}

/** Starts the cluster on machines that have booted, and waits until it is calm. */
async function begin(lab: VmLab, story: Story): Promise<VmCluster> {
  const cluster = new VmCluster(lab, story.deadtimeS);
  for (const machine of lab.machines) {
    configure(machine, cluster, story);
    cluster.start(machine.name);
  }
  await cluster.placed(Object.fromEntries(cluster.nodes.map((name) => [name, name])), 60_000);
  await cluster.calm();
  return cluster;
}

/** Boots the machines, starts a cluster on them, waits until it is calm, tells the story, cleans up. */
export async function withVmCluster(
  story: Story,
  tell: (cluster: VmCluster) => Promise<void>,
): Promise<void> {
  await withMachines(story, async (lab) => tell(await begin(lab, story)));
}

/** A cluster that the tests of a file share, one after the other: each leaves it calm. */
export class SharedVmCluster {
  #cluster: VmCluster | undefined;
  #lab: VmLab | undefined;

  /** To be called in the file, outside of its tests. */
  constructor(story: Story) {
    beforeAll(async () => {
      this.#lab = await VmLab.make(story);
      const lab = this.#lab;
      this.#cluster = await lab.orTail(async () => {
        await lab.boot();
        return begin(lab, story);
      });
    }, 240_000);
    afterAll(() => this.#lab?.down(), 60_000);
  }

  /** Tells one of its stories. */
  async tell(story: (cluster: VmCluster) => Promise<void>): Promise<void> {
    const cluster = this.#cluster;
    if (cluster === undefined) throw new Error("The cluster did not start");
    await cluster.lab.orTail(() => story(cluster));
  }
}

/** Directives of a story in which nodes hear each other over their cables and nothing else. */
export function serialOnly(name: string, lab: VmLab): string[] {
  return [
    // Above the line that it is for: as in Heartbeat 3.0.6, it would come too late below.
    "baud 115200",
    `serial ${lab
      .cablesOf(name)
      .map((cable) => cable.tty(name))
      .join(" ")}`,
  ];
}
