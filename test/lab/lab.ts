// Several machines on one: hosts in namespaces, joined by virtual switches, for tests of clusters.
//
// The script `lab` beside this file makes and breaks them; this is its typed face for tests. Every lab
// has a name of its own, is taken down whatever happens in the story that is told in it, and by a
// guard process when this process is killed.

import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Host, PREFIX } from "./host.ts";
import { must } from "./shell.ts";
import { AddressWatch } from "./watch.ts";

const SCRIPT = join(import.meta.dir, "lab");

export interface LabShape {
  readonly hosts: readonly string[];
  /** What its name begins with; the rest makes it the only one, across process namespaces too. */
  readonly name?: string;
  /** Switches, and interfaces of each host; 1 when absent. */
  readonly nets?: number;
  /** Files whose end is shown when the story fails, besides the usual ones. */
  readonly logs?: readonly string[];
}

/** Where the disks of all hosts are; LAB_HOME may name a place in memory. */
const HOME = process.env.LAB_HOME ?? "/tmp";

const LOGS = ["log/hb.log", "log/ha-log", "log/start.log", "log/spawn.log"];
const standing = new Map<string, Lab>();

export class Lab {
  readonly name: string;
  readonly dir: string;
  readonly shape: LabShape;
  readonly watch = new AddressWatch();
  readonly #hosts = new Map<string, Host>();

  private constructor(name: string, shape: LabShape) {
    this.name = name;
    this.dir = join(HOME, `lab-${name}`);
    this.shape = shape;
  }

  /** Makes the hosts and begins to watch their addresses. */
  static async up(shape: LabShape): Promise<Lab> {
    const name = `${shape.name ?? "hb"}-${randomBytes(4).toString("hex")}`;
    const lab = new Lab(name, shape);
    standing.set(name, lab);
    try {
      const nets = `${shape.nets ?? 1}`;
      await lab.script("up", "-n", nets, "-p", PREFIX, "-o", `${process.pid}`, ...shape.hosts);
      for (const [position, host] of shape.hosts.entries()) {
        lab.#hosts.set(host, new Host(host, join(lab.dir, "m", host), position + 1));
      }
      await Promise.all(lab.hosts.map((host) => lab.watch.watch(host.name, host.initpid)));
      return lab;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  get hosts(): Host[] {
    return [...this.#hosts.values()];
  }

  host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`Lab ${this.name} has no host "${name}"`);
    return host;
  }

  /** Runs one command of the lab script. */
  script(...args: readonly string[]): Promise<string> {
    return must([SCRIPT, ...args], { env: { LAB_NAME: this.name, LAB_DIR: this.dir } });
  }

  /** Pulls the cable: packets are lost, the carrier stays. One net, or all. */
  async cut(host: string, net?: number): Promise<void> {
    await this.script("cut", host, ...(net === undefined ? [] : [`${net}`]));
  }

  async mend(host: string, net?: number): Promise<void> {
    await this.script("mend", host, ...(net === undefined ? [] : [`${net}`]));
  }

  /** Loses a share of the UDP packets of a host, received or sent. */
  async drop(host: string, way: "in" | "out", percent: number, port = 694): Promise<void> {
    await this.script("drop", host, way, `${percent}`, `${port}`);
  }

  async undrop(host: string): Promise<void> {
    await this.script("undrop", host);
  }

  /** Power off: processes and interfaces vanish. */
  async crash(host: string): Promise<void> {
    this.watch.forget(host);
    await this.script("crash", host);
    this.host(host).wake();
  }

  /** Power on again: the disk is as it was, /run is empty. */
  async boot(host: string): Promise<void> {
    await this.script("boot", host);
    await this.watch.watch(host, this.host(host).initpid);
  }

  /** A command line in the network of the switches, for captures and forged packets. */
  atSwitch(command: readonly string[]): string[] {
    const pid = readFileSync(join(this.dir, "switch"), "latin1").trim();
    return ["nsenter", "-t", pid, "-n", "--", ...command];
  }

  /** The ends of the log files of every host, for a report of a failure. */
  tail(lines = 60): string {
    const parts: string[] = [];
    for (const host of this.hosts) {
      for (const path of [...LOGS, ...(this.shape.logs ?? [])]) {
        const text = host.read(path).trimEnd();
        if (text === "") continue;
        parts.push(`--- ${host.name} ${path}`, ...text.split("\n").slice(-lines));
      }
    }
    return parts.join("\n");
  }

  async down(): Promise<void> {
    this.watch.stop();
    if (!standing.delete(this.name)) return;
    await this.script("down");
    for (const host of this.hosts) host.wake();
    rmSync(this.dir, { force: true, recursive: true });
  }
}

/**
 * Makes a lab, tells the story in it, takes it down whatever happens. When the story fails the
 * address changes and the logs of the hosts go to stderr.
 */
export async function withLab(shape: LabShape, story: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await Lab.up(shape);
  try {
    await story(lab);
  } catch (error) {
    const changes = lab.watch.changes
      .filter((change) => !change.address.includes("fe80"))
      .map((c) => `${new Date(c.atMs).toISOString()} ${c.host} ${c.up ? "+" : "-"} ${c.address}`);
    process.stderr.write(`${changes.slice(-40).join("\n")}\n${lab.tail()}\n`);
    throw error;
  } finally {
    await lab.down();
  }
}
