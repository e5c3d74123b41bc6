// One machine of a lab, as seen from outside: run something in it, hurt it, read its files.
//
// It has its own mount, host name, network, IPC and process namespaces; its disk is a directory.

import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Subprocess, spawn } from "bun";
import { run, type Said } from "./shell.ts";
import { until, wallMs } from "./until.ts";

/** First two octets of every address in a lab. */
export const PREFIX = "10.77";

export class Host {
  readonly name: string;
  /** Its disk: ha.d, lib (= /var/lib/heartbeat), log, run. */
  readonly dir: string;
  readonly #number: number;
  readonly #spawned = new Set<Subprocess>();

  /** The number counts from 1 in its lab and is the last part of its addresses. */
  constructor(name: string, dir: string, number: number) {
    this.name = name;
    this.dir = dir;
    this.#number = number;
  }

  /** Its own IPv4 address on a switch. */
  address(net = 0): string {
    return `${PREFIX}.${net}.${10 + this.#number}`;
  }

  /** Its own IPv6 address on a switch. */
  address6(net = 0): string {
    return `fd77:0:0:${net}::${10 + this.#number}`;
  }

  /** Pid of its init outside. Read each time: it changes at a boot. */
  get initpid(): number {
    return Number(readFileSync(join(this.dir, "initpid"), "latin1"));
  }

  /** The command line that runs a command inside. */
  inside(command: readonly string[]): string[] {
    return ["nsenter", "-t", `${this.initpid}`, "-m", "-u", "-n", "-i", "-p", "--", ...command];
  }

  /** Runs a command inside to its end. */
  exec(command: readonly string[], stdin?: string): Promise<Said> {
    return run(this.inside(command), stdin === undefined ? {} : { stdin });
  }

  /** Starts a command inside; what it says goes to a file in its /var/log. */
  spawn(command: readonly string[], log = "spawn.log"): Subprocess {
    const line = 'log=$1; shift; exec "$@" </dev/null >>"/var/log/$log" 2>&1';
    const child = spawn(this.inside(["/bin/bash", "-c", line, "_", log, ...command]), {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    this.#spawned.add(child);
    void child.exited.then(() => this.#spawned.delete(child));
    return child;
  }

  /** nsenter stops when what it started is stopped, and then does not learn of its death. */
  wake(): void {
    for (const child of this.#spawned) child.kill("SIGCONT");
  }

  /** Pids outside of every process inside, init excepted. */
  pids(): number[] {
    const init = this.initpid;
    const space = namespaceOf(init);
    if (space === undefined) return [];
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== init && namespaceOf(pid) === space);
  }

  /** Pids of the processes inside whose command line matches. */
  pidsOf(pattern: RegExp): number[] {
    return this.pids().filter((pid) => pattern.test(commandLine(pid)));
  }

  /** Sends a signal to the processes inside whose command line matches; returns how many. */
  signal(name: NodeJS.Signals, pattern = /./): number {
    let sent = 0;
    for (const pid of this.pidsOf(pattern)) {
      try {
        process.kill(pid, name);
        sent++;
      } catch {
        // It ended between the look and the signal: then there is nothing to do.
      }
    }
    return sent;
  }

  /** SIGKILL for every process inside at once, its network stays up. Returns when it began. */
  kill(): number {
    const at = wallMs();
    for (let sweep = 0; sweep < 10 && this.signal("SIGKILL") > 0; sweep++);
    return at;
  }

  /** SIGSTOP for every process inside, twice because they may fork meanwhile. */
  pause(): void {
    this.signal("SIGSTOP");
    this.signal("SIGSTOP");
  }

  resume(): void {
    this.signal("SIGCONT");
  }

  /** Text of a file of its disk ("log/hb.log", "ha.d/ha.cf"); empty when there is none. */
  read(path: string): string {
    try {
      return readFileSync(join(this.dir, path), "latin1");
    } catch {
      return "";
    }
  }

  write(path: string, text: string, mode = 0o644): void {
    const full = join(this.dir, path);
    mkdirSync(join(full, ".."), { recursive: true });
    rmSync(full, { force: true });
    writeFileSync(full, text, { mode });
  }

  /** Waits for a line in one of its files. */
  async says(path: string, line: RegExp, withinMs: number): Promise<string> {
    return until({ what: `${line} in ${path} of ${this.name}`, withinMs, everyMs: 50 }, () =>
      this.read(path)
        .split("\n")
        .find((text) => line.test(text)),
    );
  }

  /** Forgets what a reboot would forget: everything in /run except the directories. */
  forgetRun(): void {
    for (const name of readdirSync(join(this.dir, "run"))) {
      if (/^(heartbeat\.pid|hb)/.test(name)) {
        rmSync(join(this.dir, "run", name), { force: true, recursive: true });
      }
    }
    const own = join(this.dir, "run/heartbeat");
    for (const name of readdirSync(own)) rmSync(join(own, name), { force: true, recursive: true });
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
