// One run of a program beside the agent: how it is begun, how it ends. Not when: that is keptchild.ts.
//
// It has no pipe of ours, so that it lives on when the agent is killed; the next agent watches it by its pid.

import type { Child } from "../../config/child.ts";
import { type ProcessName, processName, runs, signalGroup, unprotect } from "../process.ts";
import { nameOf, ownCommand } from "../pulse.ts";
import { within } from "../within.ts";
import type { End } from "./rule.ts";

const lookEveryMs = 250;
/** Only the kernel can hold a process beyond SIGKILL: it is not waited for. */
const unkillableMs = 1_000;
/** A name service that hangs shall not keep the programs after this one. */
const becomeMsMax = 5_000;

export interface Begin {
  readonly child: Pick<Child, "user" | "line">;
  readonly environment: Readonly<Record<string, string>>;
  readonly workDirectory: string;
}

export class ChildProcess {
  readonly pid: number;
  /** Resolves when it has ended. Never rejects. */
  readonly ended: Promise<End>;
  /** Resolves when it is the program that it is to be, with why it cannot be. */
  readonly begun: Promise<string | undefined>;
  readonly #name: ProcessName | undefined;

  private constructor(
    run: Pick<ChildProcess, "pid" | "ended" | "begun">,
    name: ProcessName | undefined,
  ) {
    this.pid = run.pid;
    this.ended = run.ended;
    this.begun = run.begun;
    this.#name = name;
  }

  /** Starts it. Throws when nothing can be started. */
  static start({ child, environment, workDirectory }: Begin): ChildProcess {
    const command = ownCommand(["child", child.user, child.line]);
    const process = Bun.spawn(command, {
      argv0: nameOf(command),
      cwd: workDirectory,
      env: { ...environment },
      // Until it is the program, it says why it cannot be.
      stdio: ["ignore", "ignore", "pipe"],
    });
    unprotect(process.pid);
    const ended = process.exited.then((): End => {
      const { exitCode, signalCode } = process;
      return exitCode === null ? { signal: `${signalCode}` } : { code: exitCode };
    });
    const words = new Response(process.stderr).text().then((text) => text.trim() || undefined);
    const late = Bun.sleep(becomeMsMax).then(() => undefined);
    const begun = Promise.race([words, late]);
    return new ChildProcess({ pid: process.pid, ended, begun }, processName(process.pid));
  }

  /** One that an agent before this one started; undefined when it is gone. */
  static adopt(name: ProcessName): ChildProcess | undefined {
    if (!runs(name)) return undefined;
    const begun = Promise.resolve(undefined);
    return new ChildProcess({ pid: name.pid, ended: goneOf(name), begun }, name);
  }

  /** What the next agent will know it by; undefined when it ended before it had a name. */
  get name(): ProcessName | undefined {
    return this.#name;
  }

  /** Asks it and its process group to end, and makes them when that takes too long. Resolves when it has ended, with
   *  what that took; "stuck": the kernel still holds it. */
  async end(timeoutMs: number): Promise<"ended" | "killed" | "stuck"> {
    this.signal("SIGTERM");
    if (await within(timeoutMs, this.ended)) return "ended";
    this.signal("SIGKILL");
    return (await within(unkillableMs, this.ended)) ? "killed" : "stuck";
  }

  /** To its process group, or to itself while it has none yet. */
  signal(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#name === undefined || !runs(this.#name)) return;
    if (signalGroup(this.pid, signal)) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It has just ended.
    }
  }
}

async function goneOf(name: ProcessName): Promise<End> {
  while (runs(name)) await Bun.sleep(lookEveryMs);
  return { unseen: true };
}
