// The scripts that the core asked for, one at a time per group and per resource, whichever groups name
// it, each answered by exactly one report.
//
// One at a time also across a restart of the pulse: what the old one asked for ends before what the
// new one asks for begins, and its answer is not given to the new one.

import type { Effect } from "../core/effect.ts";
import { Job } from "./job.ts";
import type { Log } from "./log.ts";
import { RunningScripts } from "./orphan.ts";
import type { Output } from "./output.ts";
import type { Places } from "./place.ts";
import { callOf } from "./script.ts";
import { verdictOf } from "./verdict.ts";

export type RunEffect = Extract<Effect, { do: "run" }>;

export interface Report {
  readonly job: number;
  readonly ok: boolean;
  readonly text: string;
  readonly tookMs: number;
}

export interface QueueOptions {
  readonly places: Places;
  readonly log: Log;
  /** The common variables of scripts (heartbeat-config 9), asked for at each run. */
  environment(): Readonly<Record<string, string>>;
}

const trimEveryMs = 30_000;

export class Queue {
  readonly #options: QueueOptions;
  /** The end of the last script of each group, and of each resource. */
  readonly #tails = new Map<string, Promise<void>>();
  readonly #jobs = new Set<Job>();
  readonly #left = new Map<string, readonly Output[]>();
  readonly #scripts: RunningScripts;
  readonly #free: Promise<void>;
  readonly #trimming: ReturnType<typeof setInterval>;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#scripts = new RunningScripts(options.places.running);
    this.#free = this.#scripts.endOrphans((text) => options.log.warn(text, "orphan"));
    this.#trimming = setInterval(() => this.#trim(), trimEveryMs);
    this.#trimming.unref();
  }

  /** Runs it after what is under way in its group and for its resource. `report` is called once,
   *  whatever happens. */
  run(effect: RunEffect, report: (report: Report) => void): void {
    const lanes = [`group ${effect.group}`, `resource ${effect.resource.word}`];
    const before = Promise.all(lanes.map((lane) => this.#tails.get(lane) ?? this.#free));
    const tail = before.then(async () => report(await this.#carryOut(effect)));
    for (const lane of lanes) this.#tails.set(lane, tail);
    tail.then(() => {
      for (const lane of lanes) if (this.#tails.get(lane) === tail) this.#tails.delete(lane);
    });
  }

  /** How many scripts run now. */
  get busy(): number {
    return this.#jobs.size;
  }

  /** Ends what runs: the operator does not want to wait. */
  killAll(why: string): void {
    for (const job of this.#jobs) job.kill(why);
  }

  async #carryOut(effect: RunEffect): Promise<Report> {
    const { resource, action, job } = effect;
    const { log } = this.#options;
    const title = `${resource.word} ${action}`;
    const startedAt = performance.now();
    const quiet = action === "status";
    log.write("debug", `Running ${title}`, "script");
    const ended = await this.#attempt(effect, title);
    const tookMs = performance.now() - startedAt;
    const took = `in ${Math.round(tookMs)} ms`;
    if (ended.ok) log.write(quiet ? "debug" : "info", `${title}: done ${took}`, "script");
    else if (quiet) log.debug(`${title}: ${ended.text} (${took})`, "script");
    else log.error(`${title} failed ${took}: ${ended.text}`, "script");
    return { job, ok: ended.ok, text: ended.text, tookMs };
  }

  async #attempt(effect: RunEffect, title: string): Promise<{ ok: boolean; text: string }> {
    const { resource, action, timeoutMs } = effect;
    const { places, log, environment } = this.#options;
    const level = action === "status" ? "debug" : "info";
    try {
      const found = callOf(resource, action, places);
      if ("missing" in found) return { ok: false, text: found.missing };
      const job = new Job({
        call: found.call,
        environment: environment(),
        workDirectory: places.work,
        timeoutMs,
        output: {
          directory: places.run,
          line: (text) => log.write(level, `${title}: ${text}`, "output"),
        },
        mayLeaveDaemons: action === "start",
        judge: (end) => verdictOf(resource.style, action, end),
      });
      this.#jobs.add(job);
      this.#scripts.began(job.pid, title);
      const outcome = await job.ended();
      this.#scripts.ended(job.pid);
      this.#jobs.delete(job);
      this.#keep(`${effect.group} ${resource.word}`, action, outcome.left);
      return outcome;
    } catch (error) {
      return { ok: false, text: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Remembers where a daemon may write until its resource is started or stopped again. */
  #keep(name: string, action: RunEffect["action"], left: readonly Output[]) {
    if (action === "status") return;
    for (const output of this.#left.get(name) ?? []) output.close();
    this.#left.delete(name);
    if (left.length > 0) this.#left.set(name, left);
  }

  #trim() {
    for (const outputs of this.#left.values()) for (const output of outputs) output.trim();
  }
}
