// One run of one script, from its start to its end, however long it takes and however it ends. Not
// which script (script.ts), not in which order (queue.ts).
//
// The end is the end of the process that we started: daemons that it leaves behind are the point of
// most start scripts. A run that exceeds its time is asked to end (SIGTERM to its process group)
// and then made to (SIGKILL).

import type { ScriptResource } from "../config/resource.ts";
import { Output } from "./output.ts";
import { signalGroup, unprotect } from "./process.ts";
import type { Call } from "./script.ts";
import { type Action, type Verdict, verdictOf } from "./verdict.ts";

/** Between "please end" and "end now": enough to write a last line, not enough to delay a
 *  takeover. */
const graceMs = 2_000;
/** Beyond SIGKILL only the kernel can hold a process (a dead disk): it is not waited for. */
const unkillableMs = 1_000;
const readEveryMs = 100;

export interface Run {
  readonly resource: ScriptResource;
  readonly action: Action;
  readonly call: Call;
  readonly environment: Readonly<Record<string, string>>;
  readonly workDirectory: string;
  readonly outputDirectory: string;
  readonly timeoutMs: number;
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
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #run: Run;
  readonly #startedAt = performance.now();
  readonly #unkillable = Promise.withResolvers<void>();
  #harder: ReturnType<typeof setTimeout> | undefined;
  #killed: string | undefined;

  /** Starts it. Throws when the program cannot be executed. */
  constructor(run: Run) {
    this.#run = run;
    this.#stdout = new Output(run.outputDirectory, run.line);
    this.#stderr = new Output(run.outputDirectory, run.line);
    try {
      this.#process = Bun.spawn([...run.call.argv], {
        cwd: run.workDirectory,
        env: { ...run.environment, ...run.call.variables },
        stdio: ["ignore", this.#stdout.fd, this.#stderr.fd],
        // Its own session: a signal to its group reaches its children and never us.
        detached: true,
      });
      unprotect(this.#process.pid);
    } catch (error) {
      this.#stdout.close();
      this.#stderr.close();
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
    const output = this.#stdout.finish();
    this.#stderr.finish();
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
    this.#stdout.read();
    this.#stderr.read();
  }

  #verdict(output: string): Verdict {
    if (this.#killed !== undefined) {
      // What it started and did not end itself shall not go on after the report.
      signalGroup(this.pid, "SIGKILL");
      const gone = this.#process.exitCode !== null || this.#process.signalCode !== null;
      return { ok: false, text: gone ? this.#killed : `${this.#killed}, and cannot be killed` };
    }
    const { resource, action } = this.#run;
    const { exitCode, signalCode } = this.#process;
    return verdictOf(resource.style, action, {
      code: exitCode ?? undefined,
      ...(signalCode === null ? {} : { signal: String(signalCode) }),
      output,
    });
  }

  #leave(): readonly Output[] {
    const both = [this.#stdout, this.#stderr];
    if (this.#run.action === "start" && this.#killed === undefined) return both;
    for (const output of both) output.close();
    return [];
  }
}
