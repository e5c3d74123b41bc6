// Virtual routers whose members are `hb carp` on some machines of a lab and the real ucarp on others.

import { existsSync } from "node:fs";
import type { Subprocess } from "bun";
import type { RouterView } from "../../../src/core/snapshot.ts";
import { askCarp } from "../../../src/desk/carp/sibling.ts";
import { built, HB, runDirectory, status } from "../agent.ts";
import type { Host } from "../host.ts";
import { type Lab, type LabShape, withLab } from "../lab.ts";
import { stays, until } from "../until.ts";

export const UCARP = "/usr/sbin/ucarp";
export const VIP = "10.77.0.252";
const PASSWORD = "love";

/** ucarp reads packets on a grid of one second (carp.md 5): so much later than hb it reacts. */
export const GRID_MS = 1_000;
/** An advert is on its way, processes are woken, an address is put up or taken off: on a busy machine. */
export const AT_ONCE_MS = 1_500;
/** Dead time at base 1 and skew 0, and how much earlier it may seem to be over: the last advert came
 *  up to an interval before the death. */
export const DEAD_MS = 3_000;

/** ucarp has no hands of its own: its scripts put the address up and keep a journal. */
const UP = `#!/bin/sh
echo "up $*" >>/var/log/scripts
ip addr add "$2/32" dev "$1" 2>/dev/null
exit 0
`;
const DOWN = `#!/bin/sh
echo "down $*" >>/var/log/scripts
ip addr del "$2/32" dev "$1" 2>/dev/null
exit 0
`;

export class BesideUcarp {
  readonly lab: Lab;

  constructor(lab: Lab) {
    this.lab = lab;
    for (const host of lab.hosts) {
      host.write("ha.d/up", UP, 0o755);
      host.write("ha.d/down", DOWN, 0o755);
      host.write("ha.d/passfile", `${PASSWORD}\n`, 0o600);
    }
  }

  host(name: string): Host {
    return this.lab.host(name);
  }

  /** Starts ucarp; of an option that is given again the last one counts. Waits until it listens. */
  async ucarp(name: string, ...options: readonly string[]): Promise<Subprocess> {
    const host = this.host(name);
    const own = ["-i", "eth0", "-s", host.address(), "-v", "42", "-p", PASSWORD, "-a", VIP];
    const scripts = ["-u", "/etc/ha.d/up", "-d", "/etc/ha.d/down"];
    const command = [UCARP, ...own, ...scripts, "-z", "-f", "none", ...options];
    // Its stdout is kept back when it is no terminal; what this needs is on stderr.
    const process = host.spawn(command, "ucarp.log");
    await host.says("log/ucarp.log", /Switching to state: BACKUP/, 10_000);
    return process;
  }

  /** Starts hb, which puts the address up itself. Waits until it listens. */
  async hb(name: string, ...options: readonly string[]): Promise<Subprocess> {
    const host = this.host(name);
    host.write("log/hb-carp.log", "");
    const addr = options.some((each) => each === "-a" || each === "--addr") ? [] : ["-a", VIP];
    const own = ["-i", "eth0", "-v", "42", "--passfile", "/etc/ha.d/passfile", ...addr];
    const process = host.spawn([HB, "carp", ...own, ...options], "hb-carp.log");
    await host.says("log/hb-carp.log", /Switching to state: BACKUP/, 15_000);
    return process;
  }

  /** What hb on this machine knows of its first virtual router. */
  async router(name: string): Promise<RouterView | undefined> {
    const host = this.host(name);
    const [own] = (await askCarp(runDirectory(host), 3_000)).routers;
    return own ?? (await status(host))?.routers[0];
  }

  /** Signals the desk of hb, as an administrator does. */
  signalHb(name: string, signal: NodeJS.Signals): void {
    this.host(name).signal(signal, /\bhb\S* carp\b/);
  }

  signalUcarp(name: string, signal: NodeJS.Signals): void {
    this.host(name).signal(signal, /\/ucarp\b/);
  }

  /** Ends everything on a machine at once; its network stays. What scripts put up stays as well. */
  kill(name: string): number {
    return this.host(name).kill();
  }

  /** Waits until exactly these machines hold the address. */
  held(by: readonly string[], withinMs: number, address = VIP): Promise<void> {
    return this.lab.watch.held(address, by, withinMs);
  }

  /** Watches for a while that exactly these machines hold it. */
  stays(by: readonly string[], withinMs: number): Promise<void> {
    const want = [...by].sort().join(" ");
    return stays({ what: `${VIP} is on ${want}`, withinMs }, () => {
      return this.lab.watch.holders(VIP).join(" ") === want;
    });
  }

  /** Waits for a line of ucarp's; the lines before `from` do not count. */
  ucarpSays(name: string, line: RegExp, withinMs: number, from = 0): Promise<string> {
    const host = this.host(name);
    return until({ what: `${line} of ucarp on ${name}`, withinMs, everyMs: 50 }, () =>
      host
        .read("log/ucarp.log")
        .split("\n")
        .slice(from)
        .find((each) => line.test(each)),
    );
  }

  /** How many lines ucarp has written. */
  ucarpLines(name: string): number {
    return this.host(name).read("log/ucarp.log").split("\n").length - 1;
  }
}

/** Makes the machines; the story starts the members. */
export async function besideUcarp(
  hosts: readonly string[],
  tell: (run: BesideUcarp) => Promise<void>,
  shape: Partial<LabShape> = {},
): Promise<void> {
  await built();
  if (!existsSync(UCARP)) throw new Error("ucarp is not installed: scripts/setup test");
  const logs = ["log/hb-carp.log", "log/ucarp.log", "log/scripts"];
  await withLab({ hosts, name: "uc", logs, ...shape }, (lab) => tell(new BesideUcarp(lab)));
}
