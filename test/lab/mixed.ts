// A pair of which one node runs hb and the other Heartbeat 3.0.6, on the same files, and what can be asked
// of either in the same words.
//
// Each node owns one group: an address and a resource whose script keeps a journal (cluster.ts).

import type { Subprocess } from "bun";
import { built, hb, leave, settled, startAgent, status } from "./agent.ts";
import { groupOf, home, movedBefore } from "./cluster.ts";
import { type Cluster, configure } from "./conf.ts";
import {
  complaints,
  heartbeatCommand,
  startHeartbeat,
  stopHeartbeat,
  withHeartbeat,
} from "./heartbeat.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import type { Said } from "./shell.ts";
import { SOON_MS, until } from "./until.ts";

export type NodeName = "alice" | "bob";

/** alice and bob, in that order, by the program they run. */
export type Roles = "hb beside 3.0.6" | "3.0.6 beside hb";
export const ROLES = ["hb beside 3.0.6", "3.0.6 beside hb"] as const;

const NODES = ["alice", "bob"] as const;

/** On a busy machine a monitor reads the kernel's event, and stamps it, as late as this. A node that takes
 *  what the other one has not released overlaps for as long as the other one's scripts run, or for good. */
export const LATE_MS = 400;

/** Every mode with a medium and a method of its own, so that together they see all of them. */
export const MODES = [
  { failback: "on", media: ["bcast"], auth: "crc" },
  { failback: "off", media: ["ucast"], auth: "md5 lab-secret" },
  { failback: "legacy", media: ["mcast"], auth: "sha1 lab-secret" },
] as const;

export const JOURNAL = `#!/bin/sh
state=/run/journal.$1
case $2 in
start) [ -e $state ] || echo "start $1" >>/var/log/journal; : >$state ;;
stop) [ -e $state ] && echo "stop $1" >>/var/log/journal; rm -f $state ;;
status) if [ -e $state ]; then echo running; else echo stopped; fi ;;
esac
exit 0
`;

export class Mixed {
  readonly lab: Lab;
  /** The node that runs hb, and the one that runs 3.0.6. */
  readonly ours: NodeName;
  readonly theirs: NodeName;
  #agent: Subprocess | undefined;
  /** The mark in the real node's log at its last start. */
  #startedAt = 0;

  constructor(lab: Lab, roles: Roles) {
    this.lab = lab;
    this.ours = roles === "hb beside 3.0.6" ? "alice" : "bob";
    this.theirs = this.ours === "alice" ? "bob" : "alice";
  }

  host(name: NodeName): Host {
    return this.lab.host(name);
  }

  /** Starts the program of a node. */
  async start(name: NodeName): Promise<void> {
    if (name === this.theirs) {
      this.#startedAt = this.mark();
      await startHeartbeat(this.host(name));
    } else this.#agent = startAgent(this.host(name));
  }

  /** Waits until a node that was started again is a full member and has settled. */
  async rejoined(name: NodeName): Promise<void> {
    if (name === this.ours) {
      await settled(this.host(name));
      return;
    }
    const log = /Local Resource acquisition completed|remote resource transition completed/;
    await this.notes(log, this.#startedAt);
    await this.calm();
  }

  /** Waits until a node has all of its own group. 3.0.6 puts an address up with another netmask first and
   *  takes it off again; it is there to stay when the next resource of the group starts. */
  async begun(name: NodeName): Promise<void> {
    await until({ what: `the whole group of ${name}`, withinMs: 45_000, everyMs: 50 }, () =>
      this.journal(name).includes(`start ${name}`),
    );
  }

  /** Asks the program of a node to leave, waits for its end. */
  async stop(name: NodeName): Promise<void> {
    if (name === this.theirs) await stopHeartbeat(this.host(name));
    else if (this.#agent !== undefined) await leave(this.host(name), this.#agent);
  }

  /** The host loses its power, and has it again. */
  async crash(name: NodeName): Promise<void> {
    await this.lab.crash(name);
  }

  async reboot(name: NodeName): Promise<void> {
    await this.lab.boot(name);
    await this.start(name);
  }

  /** standby or takeover on a node, in the words of its program. */
  order(name: NodeName, verb: "standby" | "takeover", set: string): Promise<Said> {
    if (name === this.ours) return hb(this.host(name), verb, set);
    return heartbeatCommand(this.host(name), `hb_${verb}`, set);
  }

  /** Waits until the address of alice's and of bob's group are where they should be. */
  async placed(alice: NodeName | null, bob: NodeName | null, withinMs = SOON_MS): Promise<void> {
    const by = (holder: NodeName | null): NodeName[] => (holder === null ? [] : [holder]);
    await Promise.all([
      this.lab.watch.held(home("alice"), by(alice), withinMs),
      this.lab.watch.held(home("bob"), by(bob), withinMs),
    ]);
  }

  /** The same for what a command of hb has moved: it had to be done when the command returned. */
  async movedBy(alice: NodeName, bob: NodeName, returnedMs: number): Promise<void> {
    await this.placed(alice, bob);
    movedBefore(this.lab, NODES, returnedMs + LATE_MS);
  }

  /** Waits until hb says that nothing moves, and agrees with the kernel about who holds what. */
  async calm(withinMs = SOON_MS): Promise<void> {
    const host = this.host(this.ours);
    await settled(host, withinMs);
    await until({ what: "hb to agree with the kernel", withinMs, everyMs: 100 }, async () => {
      const groups = (await status(host))?.groups ?? [];
      return groups.every((group) => {
        const holders = this.lab.watch.holders(home(group.owner));
        return holders.length === 1 && holders[0] === group.holder;
      });
    });
  }

  /** The longest time that both held an address, since a moment. */
  overlapMs(fromMs = 0): number {
    return Math.max(...NODES.map((name) => this.lab.watch.overlapMs(home(name), fromMs)));
  }

  /** What the log of the real node says that it should not. */
  complaints(): string[] {
    return complaints(this.host(this.theirs));
  }

  /** A moment in the log of the real node: what is waited for must come after it. */
  mark(): number {
    return this.host(this.theirs).read("log/ha-log").length;
  }

  /** Waits for a line of the real node's log that is newer than the mark. */
  async notes(line: RegExp, mark: number, withinMs = SOON_MS): Promise<void> {
    await until({ what: `${line} in the log of ${this.theirs}`, withinMs, everyMs: 50 }, () =>
      line.test(this.host(this.theirs).read("log/ha-log").slice(mark)),
    );
  }

  journal(name: NodeName): string[] {
    return this.host(name).read("log/journal").split("\n").filter(Boolean);
  }
}

export interface MixedStory extends Partial<Cluster> {
  readonly roles: Roles;
  /** Which program is started first; the other follows when this long has passed. */
  readonly first?: NodeName;
  /** What is done to the hosts before anything is started. */
  readonly prepare?: (lab: Lab) => Promise<void>;
}

/** Starts both programs on the files of one cluster; the story begins when each node holds its own. */
export async function withMixed(
  story: MixedStory,
  tell: (run: Mixed) => Promise<void>,
): Promise<void> {
  await built();
  const { roles, first, prepare, ...cluster } = story;
  await withHeartbeat({ hosts: NODES, name: "mix", logs: ["log/journal"] }, async (lab) => {
    const run = new Mixed(lab, roles);
    configure(lab, { resources: NODES.map(groupOf), initdead: "10", ...cluster });
    for (const host of lab.hosts) host.write("ha.d/resource.d/journal", JOURNAL, 0o755);
    await prepare?.(lab);
    const order = first === "bob" ? (["bob", "alice"] as const) : NODES;
    for (const name of order) await run.start(name);
    await run.begun(run.theirs);
    await run.placed("alice", "bob", 45_000);
    await run.calm();
    await tell(run);
  });
}
