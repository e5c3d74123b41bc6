// A Debian that has hb from a package, and a node beside it that would take over at the first chance: an address and a
// service whose script keeps a journal, so that every start and stop is seen.

import { expect } from "bun:test";
import { settled, startAgent } from "../agent.ts";
import { configure } from "../conf.ts";
import type { Host } from "../host.ts";
import type { Lab } from "../lab.ts";
import { SOON_MS, stays, until } from "../until.ts";
import { Debian } from "./debian.ts";

export const SHARED = "10.77.0.100";
const DEADTIME_MS = 5_000;
const times = { keepalive: "1", warntime: "3", deadtime: "5", initdead: "6" } as const;
const JOURNAL = "/var/log/service.log";

const service = `#!/bin/sh
case $1 in
start|stop) echo "$1 $(uname -n)" >>${JOURNAL} ;;
status) grep -c . ${JOURNAL} | grep -q '[13579]$' && echo running || echo stopped ;;
esac
`;

export class Pair {
  readonly lab: Lab;
  readonly debian: Debian;
  /** Its host. */
  readonly alice: Host;
  /** The other node. */
  readonly bob: Host;
  #moves = 0;

  private constructor(lab: Lab, debian: Debian) {
    this.lab = lab;
    this.debian = debian;
    this.alice = lab.host("alice");
    this.bob = lab.host("bob");
  }

  /** The files of the cluster are there for whom they are written; nothing is started. */
  static async within(lab: Lab, story: (pair: Pair) => Promise<void>): Promise<void> {
    configure(lab, { resources: [`alice ${SHARED} service`], failback: "off", ...times });
    lab.host("bob").write("ha.d/resource.d/service", service, 0o755);
    const debian = await Debian.boot(lab.host("alice"));
    try {
      await story(new Pair(lab, debian));
    } catch (error) {
      process.stderr.write(await debian.journal());
      throw error;
    } finally {
      await debian.end();
    }
  }

  /** Writes the files that a cluster needs there. */
  async configure(): Promise<void> {
    const { alice, debian } = this;
    await debian.write("/etc/ha.d/ha.cf", alice.read("ha.d/ha.cf"));
    await debian.write("/etc/ha.d/authkeys", alice.read("ha.d/authkeys"), "600");
    await debian.write("/etc/ha.d/haresources", alice.read("ha.d/haresources"));
    await debian.write("/etc/ha.d/resource.d/service", service, "755");
  }

  /** Starts both; alice has the group when this returns. */
  async start(): Promise<void> {
    const { bob, debian, lab } = this;
    startAgent(bob);
    // Type=notify: this returns when the agent says that it is ready.
    await debian.must("systemctl", "enable", "--now", "hb");
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    await settled(bob);
    await until({ what: "the sentence of systemctl status", withinMs: SOON_MS }, async () =>
      (await debian.show("hb")).get("StatusText")?.startsWith("active: 2 of 2 nodes active"),
    );
    this.#moves = this.#counted();
  }

  /** The agent of systemd there. */
  async agent(): Promise<string> {
    return (await this.debian.show("hb")).get("MainPID") ?? "";
  }

  /** Waits until another agent runs there than that one. */
  async another(after: string): Promise<void> {
    await until({ what: "another agent", withinMs: SOON_MS }, async () => {
      const now = await this.debian.show("hb");
      return now.get("ActiveState") === "active" && now.get("MainPID") !== after;
    });
  }

  /** Nothing has moved since the start, and nothing does. */
  async still(): Promise<void> {
    await stays(
      { what: "nothing moves", withinMs: DEADTIME_MS + 2_000 },
      () => this.#counted() === this.#moves,
    );
    await settled(this.bob);
    await this.journals("start alice\n");
  }

  /** It has left in good order: the service was stopped there before the other node started it. */
  async left(): Promise<void> {
    await this.lab.watch.held(SHARED, ["bob"], SOON_MS);
    expect(this.lab.watch.overlapMs(SHARED)).toBe(0);
    await this.journals("start alice\nstop alice\n", "start bob\n");
  }

  async journals(alice: string, bob = ""): Promise<void> {
    expect(await this.debian.must("cat", JOURNAL)).toBe(alice);
    await until(
      { what: `"${bob}" in bob's journal`, withinMs: SOON_MS },
      () => this.bob.read("log/service.log") === bob,
    );
  }

  #counted(): number {
    return this.lab.watch.changes.filter(({ address }) => address === SHARED).length;
  }
}
