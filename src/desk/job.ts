// One run of one script, from its start to its end, however long it takes and however it ends. Not
// which script (script.ts), not in which order (queue.ts).
//
// The end is the end of the process that we started: daemons that it leaves behind are the point of
// most start scripts. A run that exceeds its time is asked to end (SIGTERM to its process group)
// and then made to (SIGKILL).

import { Output } from "./output.ts";
import { signalGroup, unprotect } from "./process.ts";
import type { Call } from "./script.ts";
import type { Ending, Verdict } from "./verdict.ts";

/** Between "please end" and "end now": enough to write a last line, not enough to delay a
 *  takeover. */
const graceMs = 2_000;
/** Beyond SIGKILL only the kernel can hold a process (a dead disk): it is not waited for. */
const unkillableMs = 1_000;
const readEveryMs = 100;

export interface Run {
  readonly call: Call;
  readonly environment: Readonly<Record<string, string>>;
  readonly workDirectory: string;
  readonly timeoutMs: number;
  /** What it finds on its stdin; absent: nothing. */
  readonly input?: string;
  /** Where its words go; "inherit": where ours go, and it reads what we could read. */
  readonly output: Words | "inherit";
  /** A run that ended by itself may have left a daemon behind that goes on writing. */
  readonly mayLeaveDaemons: boolean;
  /** What its end means. */
  judge(end: Ending): Verdict;
}

export interface Words {
  /** Where the files are made in which it writes. */
  readonly directory: string;
  /** Called for each line of output. */
  line(text: string): void;
}

export interface Outcome extends Verdict {
  readonly tookMs: number;
  /** Still open: a daemon that a start left behind may write there. Empty after anything else. */
  readonly left: readonly Output[];
}

export class Job {
  readonly #process: Bun.Subprocess;
  /** Of stdout and stderr; none when it writes where we do. */
  readonly #outputs: readonly Output[];
  readonly #run: Run;
  readonly #startedAt = performance.now();
  readonly #unkillable = Promise.withResolvers<void>();
  #harder: ReturnType<typeof setTimeout> | undefined;
  #killed: string | undefined;

  /** Starts it. Throws when the program cannot be executed. */
  constructor(run: Run) {
    this.#run = run;
    const { output } = run;
    this.#outputs =
      output === "inherit"
        ? []
        : [1, 2].map(() => new Output(output.directory, (text) => output.line(text)));
    const quiet = output === "inherit" ? "inherit" : "ignore";
    const [stdout, stderr] = this.#outputs.map(({ fd }) => fd);
    try {
      this.#process = Bun.spawn([...run.call.argv], {
        cwd: run.workDirectory,
        env: { ...run.environment, ...run.call.variables },
        stdio: [
          run.input === undefined ? quiet : Buffer.from(run.input),
          stdout ?? "inherit",
          stderr ?? "inherit",
        ],
        // Its own session: a signal to its group reaches its children and never us.
        detached: true,
      });
      unprotect(this.#process.pid);
    } catch (error) {
      for (const each of this.#outputs) each.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when it has ended, or when it was killed and the kernel still holds it. Never
   *  rejects. */
  async ended(): Promise<Outcome> {
    const reading = setInterval(() => this.#read(), readEveryMs);
    const limit = setTimeout(
      () => this.kill(`timed out after ${this.#run.timeoutMs} ms`),
      this.#run.timeoutMs,
    );
    await Promise.race([this.#process.exited, this.#unkillable.promise]);
    clearInterval(reading);
    clearTimeout(limit);
    clearTimeout(this.#harder);
    const [output = ""] = this.#outputs.map((each) => each.finish());
    const verdict = this.#verdict(output);
    return { ...verdict, tookMs: performance.now() - this.#startedAt, left: this.#leave() };
  }

  /** Ends it before its time; `why` becomes the reason of its failure. */
  kill(why: string): void {
    if (this.#killed !== undefined) return;
    this.#killed = why;
    signalGroup(this.pid, "SIGTERM");
    this.#harder = setTimeout(() => {
      signalGroup(this.pid, "SIGKILL");
      this.#harder = setTimeout(() => this.#unkillable.resolve(), unkillableMs);
    }, graceMs);
  }

  #read() {
    for (const output of this.#outputs) output.read();
  }

  #verdict(output: string): Verdict {
    if (this.#killed !== undefined) {
      // What it started and did not end itself shall not go on after the report.
      signalGroup(this.pid, "SIGKILL");
      const gone = this.#process.exitCode !== null || this.#process.signalCode !== null;
      return { ok: false, text: gone ? this.#killed : `${this.#killed}, and cannot be killed` };
    }
    const { exitCode, signalCode } = this.#process;
    return this.#run.judge({
      code: exitCode ?? undefined,
      ...(signalCode === null ? {} : { signal: String(signalCode) }),
      output,
    });
  }

  #leave(): readonly Output[] {
    if (this.#run.mayLeaveDaemons && this.#killed === undefined) return this.#outputs;
    for (const output of this.#outputs) output.close();
    return [];
  }
}
