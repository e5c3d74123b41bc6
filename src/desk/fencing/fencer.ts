// The fencing device of this host at work: it resets a node when the core says so, and is asked now and then
// whether it could. One thing at a time: many devices let in one caller.
//
// Not when a node is to be reset, and not what follows: that is the core's business.

import { reasonOf } from "../../../ffi/error.ts";
import type { HaConf, Stonith } from "../../config/haconf.ts";
import type { Fenced } from "../../core/fencing/fencing.ts";
import { Redactor } from "../bundle/redactor.ts";
import { readTextIfThere } from "../disk.ts";
import { Job } from "../job.ts";
import type { Log } from "../log.ts";
import { RunningScripts } from "../orphan.ts";
import type { Places } from "../place.ts";
import { findStonith, stonithCall } from "./program.ts";

/** A power switch that has not answered by then will not. 10 s later the next node may try. */
const resetMs = 60_000;
const statusMs = 60_000;
/** 3.0.6's own number. */
const statusEveryMs = 3_600_000;

export interface FencerOptions {
  readonly places: Pick<Places, "fencing" | "run" | "work">;
  readonly log: Log;
  /** The common variables of scripts. */
  environment(): Readonly<Record<string, string>>;
}

interface Order {
  readonly job: number;
  readonly node: string;
}

export class Fencer {
  readonly #options: FencerOptions;
  readonly #running: RunningScripts;
  #device: Stonith | undefined;
  #clean = (text: string) => text;
  #tail: Promise<unknown>;
  #asking: Job | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: FencerOptions) {
    this.#options = options;
    this.#running = new RunningScripts(options.places.fencing);
    this.#tail = this.#running.endOrphans((text) => options.log.warn(text, "stonith"));
  }

  /** The device of the configuration that counts from now on; its state is looked at. */
  use(device: Stonith | undefined, nodes: HaConf["nodes"]): void {
    const isSame = JSON.stringify(device) === JSON.stringify(this.#device);
    this.#device = device;
    this.#clean = cleaner(device, nodes);
    if (isSame) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (device === undefined) return;
    this.#timer = setInterval(() => this.#look(), statusEveryMs);
    this.#timer.unref();
    this.#look();
  }

  /** Resets the node; `report` is called once, whatever happens. */
  fence({ job, node }: Order, report: (result: Fenced) => void): void {
    const startedAt = performance.now();
    this.#asking?.kill("a node must be reset");
    this.#tail = this.#tail.then(async () => {
      const { ok, text } = await this.#call(["-T", "reset", node], resetMs, `reset of ${node}`);
      report({ job, ok, text, tookMs: performance.now() - startedAt });
    });
  }

  end(): void {
    clearInterval(this.#timer);
    this.#asking?.kill("the agent ends");
  }

  /** A device that does not answer is found out now, not in the night in which it is needed. */
  #look(): void {
    this.#tail = this.#tail.then(async () => {
      const { log } = this.#options;
      const type = this.#device?.type;
      if (type === undefined) return;
      log.debug(`Checking status of STONITH device [${type}]`, "stonith");
      const { ok, text } = await this.#call(["-S"], statusMs, "status");
      if (ok) log.debug(`STONITH device [${type}] is there`, "stonith");
      else log.error(`STONITH device [${type}] does not answer: ${text}`, "stonith");
    });
  }

  async #call(
    act: readonly string[],
    timeoutMs: number,
    title: string,
  ): Promise<{ ok: boolean; text: string }> {
    const { places, log, environment } = this.#options;
    const program = findStonith();
    const device = this.#device;
    if (program === undefined) return { ok: false, text: "stonith is not installed" };
    if (device === undefined) return { ok: false, text: "there is no device any more" };
    const { argv, input } = stonithCall(program, device, act);
    try {
      const job = new Job({
        call: { argv, variables: {} },
        environment: environment(),
        workDirectory: places.work,
        timeoutMs,
        ...(input === undefined ? {} : { input }),
        output: {
          directory: places.run,
          line: (text) => log.info(`${title}: ${this.#clean(text)}`, "stonith"),
        },
        mayLeaveDaemons: false,
        judge: ({ code, signal }) => ({
          ok: code === 0,
          text: code === undefined ? `killed by ${signal ?? "a signal"}` : `exit code ${code}`,
        }),
      });
      if (act.length === 1) this.#asking = job;
      this.#running.began(job.pid, `stonith ${title}`);
      const outcome = await job.ended();
      this.#running.ended(job.pid);
      this.#asking = undefined;
      return outcome;
    } catch (error) {
      return { ok: false, text: reasonOf(error) };
    }
  }
}

/** What a device is told may be a password, and plugins say more than they should. */
function cleaner(device: Stonith | undefined, nodes: readonly string[]): (text: string) => string {
  if (device === undefined) return (text) => text;
  const { host, parameters } = device;
  const told = host === undefined ? (readTextIfThere(parameters) ?? "") : parameters;
  const words = told.split(/\s+/).filter((word) => !nodes.includes(word.toLowerCase()));
  const redactor = new Redactor(words);
  return (text) => redactor.clean(text);
}
