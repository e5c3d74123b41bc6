// A running cluster of hb agents in a lab, and the story that a test tells in it.
//
// Each node owns one group: an address and a resource whose script keeps a journal, so that a test can
// see every start and stop that happened, and that nothing happened which need not.

import type { Subprocess } from "bun";
import { built, settled, startAgent, status } from "./agent.ts";
import { type Cluster, configure } from "./conf.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

export type { Lab };

const NAMES = ["alice", "bob", "carol", "dave", "erin"];

/**
 * Two observers read the events of two kernels, each when the machine lets it run: holdings that
 * followed each other may seem to overlap by this much. A real rival stays for a keepalive or more.
 */
export const OBSERVED_MS = 100;

/** Address of the group that a node owns. */
export function home(node: string): string {
  return `10.77.0.${100 + NAMES.indexOf(node)}`;
}

/** The haresources line of a node. */
export function groupOf(node: string): string {
  return `${node} ${home(node)}/24/eth0 journal::${node}`;
}

export interface Story {
  readonly nodes: readonly string[];
  /** What differs from the usual files. */
  readonly cluster?: Partial<Cluster>;
  /** Hosts that are no nodes. */
  readonly others?: readonly string[];
  readonly nets?: number;
  /** What is done to the hosts before anything is started. */
  readonly prepare?: (lab: Lab) => Promise<void>;
}

export class Running {
  readonly lab: Lab;
  readonly nodes: readonly Host[];
  readonly #agents = new Map<string, Subprocess>();

  constructor(lab: Lab, nodes: readonly string[]) {
    this.lab = lab;
    this.nodes = nodes.map((name) => lab.host(name));
  }

  host(name: string): Host {
    return this.lab.host(name);
  }

  /** Starts the agent of a node; does not wait. */
  start(name: string): void {
    this.#agents.set(name, startAgent(this.host(name)));
  }

  /** The agent's process, to await its end. */
  agent(name: string): Subprocess {
    const agent = this.#agents.get(name);
    if (agent === undefined) throw new Error(`No agent was started on ${name}`);
    return agent;
  }

  /** Waits until each group's address is on exactly the given node: { alice: "bob" } = alice's on bob. */
  async placed(places: Readonly<Record<string, string | null>>, withinMs: number): Promise<void> {
    await Promise.all(
      Object.entries(places).map(([owner, holder]) =>
        this.lab.watch.held(home(owner), holder === null ? [] : [holder], withinMs),
      ),
    );
  }

  /** The same for what a command has moved: it had to be done when the command returned. */
  async movedBy(places: Readonly<Record<string, string>>, returnedMs: number): Promise<void> {
    await this.placed(places, SOON_MS);
    movedBefore(this.lab, Object.keys(places), returnedMs + OBSERVED_MS);
  }

  /** Waits until these nodes are active, know each other active, and agree that nothing is moving. */
  async calm(names: readonly string[], withinMs = SOON_MS): Promise<void> {
    await Promise.all(names.map((name) => settled(this.host(name), withinMs)));
    for (const name of names) {
      const what = `${name} to see ${names.join(", ")} active`;
      await until({ what, withinMs, everyMs: 100 }, async () => {
        const seen = (await status(this.host(name)))?.nodes ?? [];
        return names.every((other) =>
          seen.some((node) => node.name === other && node.state === "active"),
        );
      });
    }
  }

  /** "start alice", "stop alice" … in the order in which scripts ran on a node. */
  journal(name: string): string[] {
    return this.host(name).read("log/journal").split("\n").filter(Boolean);
  }
}

/** However late this process learns of it, the observers have stamped the moment of each change. */
export function movedBefore(lab: Lab, owners: readonly string[], atMs: number): void {
  for (const owner of owners) {
    const last = lab.watch.since(home(owner), 0).at(-1);
    if (last === undefined || last.atMs <= atMs) continue;
    const lateMs = Math.round(last.atMs - atMs);
    throw new Error(`${home(owner)} moved ${lateMs} ms later than it should have`);
  }
}

/** A resource script that keeps a journal of its starts and stops. */
export const JOURNAL = `#!/bin/sh
# keeps a journal of its own starts and stops
state=/run/journal.$1
case $2 in
start) [ -e $state ] || echo "start $1" >>/var/log/journal; : >$state ;;
stop) [ -e $state ] && echo "stop $1" >>/var/log/journal; rm -f $state ;;
status) if [ -e $state ]; then echo running; else echo stopped; fi ;;
esac
exit 0
`;

/** Writes the files and scripts of a story onto its nodes. */
export function prepare(run: Running, story: Story): void {
  const resources = story.nodes.map(groupOf);
  configure(run.lab, { resources, nodes: story.nodes, ...story.cluster }, run.nodes);
  for (const node of run.nodes) node.write("ha.d/resource.d/journal", JOURNAL, 0o755);
}

/** Starts a cluster, waits until every node holds its own group, tells the story, cleans up. */
export async function withCluster(
  story: Story,
  tell: (run: Running) => Promise<void>,
): Promise<void> {
  await built();
  const hosts = [...story.nodes, ...(story.others ?? [])];
  await withLab({ hosts, nets: story.nets ?? 1, logs: ["log/journal"] }, async (lab) => {
    const run = new Running(lab, story.nodes);
    prepare(run, story);
    await story.prepare?.(lab);
    for (const name of story.nodes) run.start(name);
    await run.placed(Object.fromEntries(story.nodes.map((name) => [name, name])), SOON_MS);
    await run.calm(story.nodes);
    await tell(run);
  });
}
