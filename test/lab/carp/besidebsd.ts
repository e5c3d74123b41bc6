// A virtual router of two members: `hb carp` on one machine of a lab, a modelled BSD host on the other.

import type { Subprocess } from "bun";
import type { BsdShape } from "../../sim/neighbour/bsd/shape.ts";
import { built, HB } from "../agent.ts";
import type { Host } from "../host.ts";
import { type Lab, withLab } from "../lab.ts";
import { BsdPeer } from "./bsdpeer.ts";

/** What all members share: both families, and two addresses of one. */
export const SHARED = ["10.77.0.252", "10.77.0.251", "fd77::252"] as const;

const LOG = "hb-carp.log";

export class BesideBsd {
  readonly lab: Lab;
  readonly kernel: BsdShape["kernel"];
  readonly addresses: readonly string[];

  constructor(lab: Lab, kernel: BsdShape["kernel"], addresses: readonly string[]) {
    this.lab = lab;
    this.kernel = kernel;
    this.addresses = addresses;
  }

  /** The machine with the modelled kernel. */
  get theirs(): Host {
    return this.lab.host("alice");
  }

  /** The machine with hb. */
  get ours(): Host {
    return this.lab.host("bob");
  }

  bsd(shape: Partial<BsdShape> = {}): Promise<BsdPeer> {
    return BsdPeer.start(this.theirs, { kernel: this.kernel, addresses: this.addresses, ...shape });
  }

  /** Starts hb in BSD's dialect; a later option wins over it. Does not wait for anything. */
  hb(...options: readonly string[]): Subprocess {
    this.ours.write("ha.d/passfile", "love\n", 0o600);
    const addresses = this.addresses.flatMap((address) => ["--addr", address]);
    const fixed = ["-i", "eth0", "-v", "42", "--passfile", "/etc/ha.d/passfile", ...addresses];
    const dialect = options.includes("--dialect") ? [] : ["--dialect", "bsd"];
    return this.ours.spawn([HB, "carp", ...fixed, ...dialect, ...options], LOG);
  }

  /** SIGKILL for all processes of hb at once, as when the kernel's memory runs out. */
  kill(): void {
    this.ours.kill();
  }

  /** Graceful end; its exit code. */
  async leave(process: Subprocess): Promise<number> {
    this.ours.signal("SIGTERM", /\bhb\S* carp\b/);
    return process.exited;
  }

  said(line: RegExp, withinMs: number): Promise<string> {
    return this.ours.says(`log/${LOG}`, line, withinMs);
  }

  /** Waits until exactly this machine holds all addresses. */
  async held(by: Host, withinMs: number): Promise<void> {
    await Promise.all(
      this.addresses.map((address) => this.lab.watch.held(address, [by.name], withinMs)),
    );
  }

  /** True while exactly this machine holds all addresses. */
  isHeld(by: Host): boolean {
    return this.addresses.every((address) => {
      const holders = this.lab.watch.holders(address);
      return holders.length === 1 && holders[0] === by.name;
    });
  }

  /** The longest time that both machines had one of the addresses, since a moment. */
  overlapMs(fromMs: number): number {
    return Math.max(...this.addresses.map((each) => this.lab.watch.overlapMs(each, fromMs)));
  }
}

/** Makes the machines; the story starts the members. */
export async function besideBsd(
  kernel: BsdShape["kernel"],
  tell: (run: BesideBsd) => Promise<void>,
  addresses: readonly string[] = SHARED,
): Promise<void> {
  await built();
  const shape = { hosts: ["alice", "bob"], name: "bsd", logs: [`log/${LOG}`] };
  await withLab(shape, (lab) => tell(new BesideBsd(lab, kernel, addresses)));
}
