// Virtual machines joined by cables and a switch, for the tests that need a real kernel of their own:
// UARTs, PPP, a watchdog, a power switch.
//
// Everything lies in one temporary folder and ends with the story that is told in it.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { built, HB } from "../lab/agent.ts";
import { Holdings } from "../lab/holding.ts";
import { Cable } from "./cable.ts";
import { kernel } from "./cache.ts";
import { packInitramfs } from "./initramfs.ts";
import { cablesMax, Machine } from "./machine.ts";
import { Switch } from "./switch.ts";

export interface Plan {
  readonly machines: readonly string[];
  /** Null-modem cables, each between two machines; ttyS1, ttyS2 … in this order on each. */
  readonly cables?: readonly (readonly [string, string])[];
  /** Switches, each with a port for every machine: eth0, eth1 … in it; one when absent. */
  readonly switches?: number;
  /** Machines with a watchdog; none when absent. */
  readonly watchdogs?: readonly string[];
}

/** A nice value. */
const HURRIED = -10;
const LOGS = ["log/hb.log", "log/ha-log", "log/journal"];
/** "2: eth0    inet 10.77.0.11/24 …", with "Deleted" before it when it went. */
const ADDRESS_EVENT = /^(Deleted )?\d+:\s+(\S+)\s+inet6? ([0-9a-fA-F.:]+)/;

export class VmLab {
  readonly dir: string;
  readonly cables: readonly Cable[];
  /** By eth0, eth1 … */
  readonly switches: readonly Switch[];
  /** Who holds which address: the kernels' own events, timed when they arrive here. */
  readonly watch = new Holdings();
  readonly #machines: ReadonlyMap<string, Machine>;

  private constructor(dir: string, plan: Plan, parts: { readonly vmlinux: string }) {
    this.dir = dir;
    this.switches = Array.from(
      { length: plan.switches ?? 1 },
      (_, number) => new Switch(dir, `eth${number}`, plan.machines),
    );
    const plugged = new Map<string, number>();
    const plug = (machine: string) => {
      const number = (plugged.get(machine) ?? 0) + 1;
      if (number > cablesMax) throw new Error(`${machine} has no UART for a cable more`);
      plugged.set(machine, number);
      return { machine, tty: `/dev/ttyS${number}` };
    };
    this.cables = (plan.cables ?? []).map(([a, b]) => new Cable(dir, [plug(a), plug(b)]));
    this.#machines = new Map(
      plan.machines.map((name, position) => {
        const hardware = {
          name,
          number: position + 1,
          dir,
          vmlinux: parts.vmlinux,
          initramfs: join(dir, "initramfs"),
          program: join(dir, "hb"),
          ports: this.switches.map((each) => each.path(name)),
          cables: this.cablesOf(name).map((cable) => cable.path(name)),
          watchdog: plan.watchdogs?.includes(name) ?? false,
        };
        const machine = new Machine(hardware, {
          address: (line) => this.#addressEvent(name, line),
          ended: () => this.watch.forget(name),
        });
        return [name, machine] as const;
      }),
    );
  }

  /** Makes everything; no machine is on yet. */
  static async make(plan: Plan): Promise<VmLab> {
    hurry();
    await built();
    const { dir: boot } = await kernel();
    const dir = mkdtempSync(join(tmpdir(), "hbvm-"));
    try {
      // A copy: another test may build a new one, and the machines must not see it change.
      mkdirSync(join(dir, "hb"));
      copyFileSync(HB, join(dir, "hb/hb"));
      await packInitramfs({ dir: boot }, { binary: HB, out: join(dir, "initramfs") });
      return new VmLab(dir, plan, { vmlinux: join(boot, "vmlinux") });
    } catch (error) {
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }

  /** The switch at eth0. */
  get ethernet(): Switch {
    const [first] = this.switches;
    if (first === undefined) throw new Error("These machines have no Ethernet");
    return first;
  }

  get machines(): Machine[] {
    return [...this.#machines.values()];
  }

  machine(name: string): Machine {
    const machine = this.#machines.get(name);
    if (machine === undefined) throw new Error(`There is no machine "${name}"`);
    return machine;
  }

  cablesOf(name: string): Cable[] {
    return this.cables.filter((cable) => cable.joins(name));
  }

  /** The cable between two machines. */
  cable(a: string, b: string): Cable {
    const cable = this.cables.find((each) => each.joins(a) && each.joins(b));
    if (cable === undefined) throw new Error(`No cable joins ${a} and ${b}`);
    return cable;
  }

  /** Ends of logs and consoles, and the address changes, for a report of a failure. */
  tail(lines = 60): string {
    const changes = this.watch.changes
      .filter((change) => !change.address.includes("fe80"))
      .map((c) => `${new Date(c.atMs).toISOString()} ${c.host} ${c.up ? "+" : "-"} ${c.address}`);
    const parts = changes.slice(-40);
    for (const machine of this.machines) {
      const emulator = readText(join(this.dir, `${machine.name}-emulator.log`));
      const texts = [
        ...LOGS.map((path) => [path, machine.read(path)] as const),
        ["console", machine.console()] as const,
        ["emulator", emulator] as const,
        ["happenings", machine.happenings.map((each) => JSON.stringify(each)).join("\n")] as const,
      ];
      for (const [title, text] of texts.filter(([, each]) => each.trim() !== "")) {
        const from = machine.name;
        parts.push(`--- ${from} ${title}`, ...text.trimEnd().split("\n").slice(-lines));
      }
    }
    return parts.join("\n");
  }

  /** Switches all machines on; resolves when they obey. */
  async boot(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.boot()));
  }

  /** Tells a story; when it fails the tail goes to stderr. */
  async orTail<Result>(story: () => Promise<Result>): Promise<Result> {
    try {
      return await story();
    } catch (error) {
      process.stderr.write(`${this.tail()}\n`);
      throw error;
    }
  }

  /** Ends all machines and removes everything. */
  async down(): Promise<void> {
    for (const machine of this.machines) machine.cutPower();
    for (const machine of this.machines) await machine.off(10_000);
    for (const cable of this.cables) cable.close();
    for (const each of this.switches) each.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #addressEvent(name: string, line: string): void {
    const [, deleted, , address] = ADDRESS_EVENT.exec(line) ?? [];
    if (address !== undefined) this.watch.note(name, address, deleted === undefined);
  }
}

/**
 * This process and its emulators stand for hardware, which is not slow because others are busy. Linux
 * shares the processors among sessions first (sched(7), "The autogroup feature"): where this session is
 * this process's own, as in a run of all tests, it is hurried too.
 */
function hurry(): void {
  try {
    setPriority(HURRIED);
    const [, session] = /\) \S+ \d+ \d+ (\d+)/.exec(readText("/proc/self/stat")) ?? [];
    if (session === `${process.pid}`) writeFileSync("/proc/self/autogroup", `${HURRIED}`);
  } catch {
    // Not permitted, or no such feature: then it is as slow as everybody.
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** Makes machines, boots all of them, tells the story, and takes everything down whatever happens. */
export async function withMachines(
  plan: Plan,
  story: (lab: VmLab) => Promise<void>,
): Promise<void> {
  const lab = await VmLab.make(plan);
  try {
    await lab.orTail(async () => {
      await lab.boot();
      await story(lab);
    });
  } finally {
    await lab.down();
  }
}
