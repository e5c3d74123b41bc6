// The up and down scripts of virtual routers, one at a time per router, each answered by exactly one
// report (carp.md 12). Not when they are run: the core says so.
//
// The path itself is executed: no shell, no search in PATH, nothing inside of it is an argument.

import { strerrorOf } from "../../../ffi/strerror.ts";
import type { Effect } from "../../core/effect.ts";
import { Job, type Run } from "../job.ts";
import type { Log } from "../log.ts";
import { RunningScripts } from "../orphan.ts";
import type { Report } from "../queue.ts";
import type { Ending, Verdict } from "../verdict.ts";

export type CallEffect = Extract<Effect, { do: "call" }>;

export interface CallsOptions {
  readonly log: Log;
  /** Where their output is kept until it is logged; absent: they write where we do, as ucarp's. */
  readonly directory?: string;
  /** Where the next process finds what runs now; absent: nowhere. */
  readonly running?: string;
}

export class Calls {
  readonly #options: CallsOptions;
  readonly #tails = new Map<string, Promise<void>>();
  readonly #jobs = new Set<Job>();
  readonly #scripts: RunningScripts | undefined;
  readonly #free: Promise<void>;

  constructor(options: CallsOptions) {
    const { log, running } = options;
    this.#options = options;
    this.#scripts = running === undefined ? undefined : new RunningScripts(running);
    const ended = this.#scripts?.endOrphans((text) => log.warn(text, "orphan"));
    this.#free = ended ?? Promise.resolve();
  }

  /** Runs it after what is under way for its router. `report` is called once, whatever happens. */
  run(effect: CallEffect, report: (report: Report) => void): void {
    const before = this.#tails.get(effect.router) ?? this.#free;
    const tail = before.then(async () => report(await this.#carryOut(effect)));
    this.#tails.set(effect.router, tail);
    tail.then(() => {
      if (this.#tails.get(effect.router) === tail) this.#tails.delete(effect.router);
    });
  }

  /** When what is under way has been reported; undefined: nothing is. */
  get ended(): Promise<unknown> | undefined {
    return this.#tails.size === 0 ? undefined : Promise.all(this.#tails.values());
  }

  /** Ends what runs: the operator does not want to wait. */
  killAll(why: string): void {
    for (const job of this.#jobs) job.kill(why);
  }

  async #carryOut(effect: CallEffect): Promise<Report> {
    const { job, router, path } = effect;
    const startedAt = performance.now();
    const { ok, text } = await this.#attempt(effect);
    const tookMs = performance.now() - startedAt;
    const how = ok ? "done" : text;
    this.#options.log.debug(`${router}: ${path}: ${how} (in ${Math.round(tookMs)} ms)`, "script");
    return { job, ok, text, tookMs };
  }

  async #attempt(effect: CallEffect): Promise<Verdict> {
    const { path, args, router } = effect;
    try {
      const job = new Job(this.#runOf(effect));
      this.#jobs.add(job);
      this.#scripts?.began(job.pid, `${router} ${path}`);
      const outcome = await job.ended();
      this.#scripts?.ended(job.pid);
      this.#jobs.delete(job);
      // A daemon that an up script leaves behind may go on writing: where to is nobody's business.
      for (const output of outcome.left) output.close();
      return outcome;
    } catch (error) {
      const what = [path, ...args].join(" ");
      const text = `Unable to exec ${what}: ${strerrorOf(error)}`;
      this.#options.log.error(text, "carp");
      return { ok: false, text };
    }
  }

  #runOf({ path, args, router, timeoutMs }: CallEffect): Run {
    const { log, directory } = this.#options;
    const line = (text: string) => log.info(`${router}: ${path}: ${text}`, "output");
    return {
      call: { argv: [path.includes("/") ? path : `./${path}`, ...args], variables: {} },
      environment: environment(),
      workDirectory: process.cwd(),
      timeoutMs,
      output: directory === undefined ? "inherit" : { directory, line },
      mayLeaveDaemons: true,
      judge: byExitCode,
    };
  }
}

/** 0 is good, everything else is not. */
export function byExitCode({ code, signal }: Ending): Verdict {
  if (code === 0) return { ok: true, text: "" };
  const text = code === undefined ? `killed by ${signal ?? "a signal"}` : `exit code ${code}`;
  return { ok: false, text };
}

/** Ours, as ucarp gives it to its scripts. */
export function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
}
