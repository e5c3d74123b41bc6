// Scripts of rc.d, run for the messages whose type has their name: one at a time and in order, as Heartbeat's harc
// runs them (heartbeat-resources 7.1). Which of them: script.ts.
//
// Nobody waits for a script, and no message waits for one: what comes while too many wait is dropped.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { bootMs } from "../../../ffi/clock.ts";
import { reasonOf } from "../../../ffi/error.ts";
import type { HaConf } from "../../config/haconf.ts";
import { parametersOf } from "../../config/parameter.ts";
import type { Directory } from "../../core/clients/directory.ts";
import { at } from "../../core/instant.ts";
import { Complaint } from "../../core/membership/complaint.ts";
import { type Message, textOf } from "../../wire/message.ts";
import { byExitCode } from "../carp/call.ts";
import { childEnvironment } from "../children/environment.ts";
import { Job } from "../job.ts";
import type { Log } from "../log.ts";
import { usesLogd } from "../logd/use.ts";
import { RunningScripts } from "../orphan.ts";
import type { Places } from "../place.ts";
import { rcScripts, rcSentence, scriptOf, whyNotRun } from "./script.ts";
import { variablesOf } from "./variable.ts";

export interface HarcOptions {
  readonly places: Pick<Places, "conf" | "rcd" | "harc" | "ocfRoot" | "work" | "run" | "telling">;
  readonly log: Log;
  /** This node. */
  readonly self: string;
}

interface Waiting {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** They wait for a script that takes its time; who is told so late learns nothing. */
const waitingMax = 64;

export class Harc {
  readonly #options: HarcOptions;
  readonly #scripts: RunningScripts;
  readonly #free: Promise<void>;
  readonly #full = new Complaint();
  readonly #waiting: Waiting[] = [];
  #types: ReadonlySet<string> = new Set();
  #environment: Readonly<Record<string, string>> = {};
  #reserved: ReadonlySet<string> = new Set();
  #timeoutMs = 0;
  #said = "";
  #status = "init";
  #isRunning = false;
  #hasEnded = false;
  #job: Job | undefined;

  constructor(options: HarcOptions) {
    const { places, log } = options;
    this.#options = options;
    this.#scripts = new RunningScripts(places.telling);
    this.#free = this.#scripts.endOrphans((text) => log.warn(text, "orphan"));
  }

  /** Goes by this configuration and by what is in rc.d now. */
  use(conf: HaConf, managesResources: boolean): void {
    const { places, log, self } = this.#options;
    const scripts = rcScripts(places.rcd, managesResources);
    this.#types = new Set(scripts.filter(({ why }) => why === undefined).map(({ name }) => name));
    this.#environment = {
      ...childEnvironment({ conf, node: self }, places),
      HA_LOGD: usesLogd(conf) ? "yes" : "no",
      ...(conf.autoFailback !== "legacy" && { HA_NICEFAILBACK: "yes" }),
    };
    const told = parametersOf(conf).keys();
    this.#reserved = new Set([...told, ...unset].map((name) => `HA_${name}`));
    this.#timeoutMs = conf.resourceTimeoutMs;
    const sentence = rcSentence(places.rcd, scripts) ?? "";
    if (sentence !== this.#said && sentence !== "") log.info(sentence, "script");
    this.#said = sentence;
  }

  /** Whether any message may have a script. */
  get isWanted(): boolean {
    return this.#types.size > 0;
  }

  /** How this node is now: it comes before what is heard of that. */
  knows({ nodes }: Directory): void {
    const { self } = this.#options;
    this.#status = nodes.find(({ name }) => name === self)?.status ?? this.#status;
  }

  /** A message that clients hear. */
  heard(message: Message): void {
    const type = textOf(message, "t");
    if (type === undefined || !this.#types.has(type) || this.#hasEnded) return;
    const name = scriptOf(type);
    const { self, log } = this.#options;
    if ((textOf(message, "dest") ?? self).toLowerCase() !== self) return;
    if (this.#waiting.length >= waitingMax) {
      const text = `${name}: not run, as ${waitingMax} messages wait for scripts of rc.d`;
      const said = this.#full.say(text, at(bootMs()));
      if (said !== undefined) log.warn(said, "script");
      return;
    }
    const environment = this.#environment;
    const isReserved = (variable: string) =>
      this.#reserved.has(variable) || Object.hasOwn(environment, variable);
    const variables = variablesOf(message, isReserved);
    this.#waiting.push({ name, variables });
    void this.#work();
  }

  /** Nobody is told any more. */
  end(): void {
    this.#hasEnded = true;
    this.#waiting.length = 0;
    this.#job?.kill("ended: the agent ends");
  }

  /** One after the other, until none waits. */
  async #work() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    await this.#free;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#run(next);
    }
    this.#isRunning = false;
  }

  async #run({ name, variables }: Waiting) {
    const { places, log } = this.#options;
    // It may be another file by now.
    const why = whyNotRun(places.rcd, name);
    if (why !== undefined) {
      log.warn(`${join(places.rcd, name)} is not run: ${why}`, "script");
      return;
    }
    const program = existsSync(places.harc) ? places.harc : join(places.rcd, name);
    log.debug(`Running ${program} ${name}`, "script");
    try {
      const job = new Job({
        // 3.0.6 too gives the status at the moment of the run.
        call: { argv: [program, name], variables: { ...variables, HA_OSTATUS: this.#status } },
        environment: this.#environment,
        workDirectory: places.work,
        timeoutMs: this.#timeoutMs,
        output: {
          directory: places.run,
          line: (text) => log.info(`rc.d/${name}: ${text}`, "output"),
        },
        mayLeaveDaemons: true,
        judge: byExitCode,
      });
      this.#job = job;
      this.#scripts.began(job.pid, `rc.d/${name}`);
      const { ok, text, tookMs, left } = await job.ended();
      this.#scripts.ended(job.pid);
      for (const output of left) output.close();
      const took = `in ${Math.round(tookMs)} ms`;
      if (ok) log.debug(`rc.d/${name}: done ${took}`, "script");
      else log.warn(`rc.d/${name} failed ${took}: ${text}`, "script");
    } catch (error) {
      log.error(`Cannot run ${program} ${name}: ${reasonOf(error)}`, "script");
    }
    this.#job = undefined;
  }
}

/** Settings that are in the environment only where ha.cf has them: a message shall not invent them. */
const unset = "debugfile logfacility logfile use_logd rtprio watchdog coreroot normalpoll".split(
  " ",
);
