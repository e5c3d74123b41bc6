// Scripts that outlived the agent that started them. A restarted agent ends them before it runs any
// script of its own: a start and a stop of one resource must never overlap.

import { rmSync } from "node:fs";
import { readTextIfThere, replaceFile } from "./disk.ts";
import { isProcessName, type ProcessName, processName, runs, signalGroup } from "./process.ts";
import { listed } from "./record.ts";

const graceMs = 2_000;
const lookEveryMs = 20;

export interface Running extends ProcessName {
  /** "httpd start", for the log. */
  readonly title: string;
}

/** The scripts that run now, written down where the next agent finds them. */
export class RunningScripts {
  readonly #path: string;
  readonly #running = new Map<number, Running>();

  constructor(path: string) {
    this.#path = path;
  }

  began(pid: number, title: string): void {
    const name = processName(pid);
    if (name === undefined) return;
    this.#running.set(pid, { ...name, title });
    this.#write();
  }

  ended(pid: number): void {
    if (this.#running.delete(pid)) this.#write();
  }

  /** Ends what an agent before this one left running; resolves when all are gone. */
  async endOrphans(say: (text: string) => void): Promise<void> {
    const orphans = parseRunning(readTextIfThere(this.#path)).filter(runs);
    if (orphans.length === 0) return;
    for (const { title, pid } of orphans) {
      say(`"${title}" (pid ${pid}) still runs for an agent that is gone: it is ended first`);
      signalGroup(pid, "SIGTERM");
    }
    if (await this.#gone(orphans)) return;
    for (const { pid } of orphans) signalGroup(pid, "SIGKILL");
    if (await this.#gone(orphans)) return;
    say("Some scripts of the agent before cannot be killed: going on beside them");
  }

  async #gone(orphans: readonly Running[]): Promise<boolean> {
    for (let waited = 0; waited < graceMs; waited += lookEveryMs) {
      if (!orphans.some(runs)) return true;
      await Bun.sleep(lookEveryMs);
    }
    return !orphans.some(runs);
  }

  /** A script that cannot be written down runs all the same: who asked for it must learn how it ends. */
  #write() {
    try {
      if (this.#running.size === 0) rmSync(this.#path, { force: true });
      else replaceFile(this.#path, JSON.stringify([...this.#running.values()]), { sync: false });
    } catch {
      // An agent that is killed now leaves a script behind that the next one does not know.
    }
  }
}

/** The scripts that a file names; none when it cannot be understood. */
export function parseRunning(text: string | undefined): Running[] {
  return listed(text, isRunning);
}

function isRunning(value: Partial<Running> | null): value is Running {
  return typeof value?.title === "string" && isProcessName(value);
}
