// Keeps a pulse alive: starts it with a generation of its own and with what is already up here,
// touches it, watches that it is alive, and starts the next one when it dies.
//
// Silence is counted in our own ticks, not in time: a desk that slept must not condemn its pulse
// for it. What the pulse says is passed on; what the effects mean is agent.ts's business.

import { spawn } from "node:child_process";
import { bootMs, unixMs } from "../../ffi/clock.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { Boot } from "../core/boot.ts";
import type { DeskEffect, FromDesk, FromPulse } from "../core/channel.ts";
import type { Input } from "../core/input.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { KeeperEvents, KeeperOptions } from "./keeperoptions.ts";
import type { Log } from "./log.ts";
import { RunningScripts } from "./orphan.ts";
import { Pulse } from "./pulse.ts";

/** Below this a busy host would cost healthy pulses their lives. */
const silenceMsMin = 200;
/** A runtime that starts on a loaded host takes its time. */
const startMsMax = 15_000;
/** A watchdog that has not reset this host so long after its time is none. */
const watchdogLateMs = 5_000;
const logDrainMs = 200;
/** A life shorter than this counts as a failed start. */
const shortLifeMs = 10_000;
/** Pauses before the second, third … attempt; when they are used up the agent gives up. */
const usualPausesMs = [0, 50, 200, 500, 1_000, 2_000, 4_000];

export class Keeper {
  readonly #command: readonly string[];
  readonly #log: Log;
  readonly #events: KeeperEvents;
  readonly #pausesMs: readonly number[];
  readonly #only: { readonly only?: "routers" };
  readonly #running: RunningScripts | undefined;
  #noted: number | undefined;
  #config: ClusterConfig;
  #pulse: Pulse | undefined;
  #life = 0;
  #bornMs = 0;
  #ready = false;
  #shortLives = 0;
  #silentTicks = 0;
  #guardS: number | undefined;
  #leftAlone = false;
  #expected: "life" | "restart" | "end" = "life";
  #timer: ReturnType<typeof setInterval> | undefined;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #questions = new Map<number, (snapshot: Snapshot | undefined) => void>();
  #lastQuestion = 0;

  constructor(options: KeeperOptions) {
    this.#command = options.command;
    this.#log = options.log;
    this.#events = options.events;
    this.#pausesMs = options.pausesMs ?? usualPausesMs;
    this.#only = options.only === undefined ? {} : { only: options.only };
    this.#running = options.running === undefined ? undefined : new RunningScripts(options.running);
    this.#config = options.config;
  }

  /** Starts the first life. */
  start(): void {
    this.#retime();
    this.#begin();
  }

  /** True from "ready" to the death of the pulse. */
  get ready(): boolean {
    return this.#ready;
  }

  get pid(): number | undefined {
    return this.#pulse?.pid;
  }

  get backlog(): number {
    return this.#pulse?.backlog ?? 0;
  }

  /** How long after the last turn of the last pulse a watchdog resets this host, in seconds; undefined
   *  when none does. It outlives a pulse that was not told to leave. */
  get guardS(): number | undefined {
    return this.#guardS;
  }

  /** The period of the signs of life, both ways. */
  get periodMs(): number {
    return Math.min(1_000, Math.max(20, this.#config.timing.deadtimeMs / 4));
  }

  /** Gives the core an input. When the pulse is between two lives the input is lost: false. */
  input(input: Input, life = this.#life): boolean {
    if (life !== this.#life || this.#pulse === undefined) return false;
    return this.#say({ say: "input", input });
  }

  /** Tells the present pulse what is no input for the core; lost between two lives: false. */
  tell(message: FromDesk): boolean {
    return this.#say(message);
  }

  /** Later lives begin with this configuration; the present one is told by an input. */
  adopt(config: ClusterConfig): void {
    this.#config = config;
    this.#retime();
    this.input({ on: "reload", config });
  }

  /** The core's view; undefined when it does not answer within `limitMs`. */
  snapshot(limitMs: number): Promise<Snapshot | undefined> {
    if (!this.#ready) return Promise.resolve(undefined);
    this.#lastQuestion += 1;
    const id = this.#lastQuestion;
    const { promise, resolve } = Promise.withResolvers<Snapshot | undefined>();
    const limit = setTimeout(() => this.#answer(id, undefined), limitMs);
    this.#questions.set(id, (snapshot) => {
      clearTimeout(limit);
      resolve(snapshot);
    });
    this.#say({ say: "snapshot?", id });
    return promise;
  }

  /** The core asked for a fresh life with nothing in its hands: its end is no accident. */
  expectRestart(): void {
    this.#expected = "restart";
    this.#endWithin(1_000);
  }

  /** The core has left the cluster, or the agent goes: no further life. */
  end(): void {
    this.#expected = "end";
    clearInterval(this.#timer);
    clearTimeout(this.#restart);
    this.#endWithin(500);
  }

  /** Resolves when no pulse runs. */
  async gone(): Promise<void> {
    while (this.#pulse !== undefined) await Bun.sleep(5);
  }

  #begin() {
    this.#life += 1;
    this.#ready = false;
    this.#silentTicks = 0;
    this.#leftAlone = false;
    this.#expected = "life";
    this.#bornMs = bootMs();
    const life = this.#life;
    const memory = this.#events.memory();
    const masters = this.#events.masters?.();
    const facts = this.#facts();
    if (facts === undefined) return;
    const boot: Boot = {
      ...facts,
      bootUnixMs: unixMs() - bootMs(),
      ...(memory === undefined ? {} : { memory }),
      ...(masters === undefined ? {} : { masters }),
    };
    try {
      const events = {
        heard: (message: FromPulse) => this.#heard(message, life),
        grumbled: (line: string) => this.#log.error(line, "pulse"),
        ended: (reason: string) => this.#ended(reason, life),
      };
      const { realtime, rtprio } = this.#config;
      this.#pulse = new Pulse(this.#command, events, realtime ? rtprio : undefined);
    } catch (error) {
      this.#again(`cannot start: ${error instanceof Error ? error.message : error}`);
      return;
    }
    this.#note(this.#pulse.pid);
    this.#log.debug(`Pulse ${this.#pulse.pid}, generation ${boot.generation}`, "pulse");
    const seal = this.#events.grant?.();
    const grant = seal === undefined ? {} : { seal };
    this.#say({ say: "begin", config: this.#config, boot, ...this.#only, ...grant });
  }

  /** The last one stays written down until there is another: after a death there is something to adopt. */
  #note(pid: number) {
    this.#running?.began(pid, "pulse");
    if (this.#noted !== undefined) this.#running?.ended(this.#noted);
    this.#noted = pid;
  }

  /** Without a generation that is on the disk no pulse may begin: peers would take it for an echo. */
  #facts(): ReturnType<KeeperEvents["boot"]> | undefined {
    try {
      return this.#events.boot();
    } catch (error) {
      this.#events.hopeless(
        `No pulse can begin: ${error instanceof Error ? error.message : error}`,
      );
      return undefined;
    }
  }

  #say(message: FromDesk): boolean {
    return this.#pulse?.say(message) ?? false;
  }

  #heard(message: FromPulse, life: number) {
    if (life !== this.#life) return;
    this.#silentTicks = 0;
    this.#leftAlone = false;
    switch (message.say) {
      case "guarded":
        this.#guardS = message.timeoutS;
        return;
      case "ready":
        this.#ready = true;
        this.#events.ready();
        return;
      case "alive":
        this.#events.alive(message.at);
        return;
      case "effect":
        this.#effect(message.effect, life);
        return;
      case "effects":
        for (const effect of message.effects) this.#effect(effect, life);
        return;
      case "snapshot":
        if (message.id === 0) this.#events.published(message.snapshot);
        else this.#answer(message.id, message.snapshot);
        return;
    }
  }

  #effect(effect: DeskEffect, life: number) {
    if (!this.#isStale(effect)) this.#events.effect(effect, life);
  }

  /** A desk that hung reads late what a pulse ordered that has given it up: by now another node may have the
   *  service. The next pulse finds out, and asks the scripts what runs. */
  #isStale({ do: what }: DeskEffect): boolean {
    if ((what !== "run" && what !== "call") || this.#pulse?.isThere !== false) return false;
    this.#log.warn("A script is not run: the pulse that ordered it has ended", "pulse");
    return true;
  }

  #answer(id: number, snapshot: Snapshot | undefined) {
    this.#questions.get(id)?.(snapshot);
    this.#questions.delete(id);
  }

  #retime() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), this.periodMs);
  }

  #tick() {
    const pulse = this.#pulse;
    if (pulse === undefined) return;
    this.#say({ say: "alive" });
    this.#silentTicks += 1;
    const { deadtimeMs } = this.#config.timing;
    const limitMs = this.#ready ? Math.max(silenceMsMin, deadtimeMs) : startMsMax;
    const silentMs = this.#silentTicks * this.periodMs;
    const guardMs = this.#guardS === undefined ? 0 : this.#guardS * 1000 + watchdogLateMs;
    // One tick more than the limit: the last one may have come just before its answer.
    const overMs = silentMs - this.periodMs;
    if (guardMs > 0 && overMs >= limitMs / 2) this.#leaveAlone(pulse, silentMs);
    if (overMs < limitMs + guardMs) return;
    this.#silentTicks = 0;
    this.#log.error(`The pulse (pid ${pulse.pid}) is silent for ${silentMs} ms: killed`, "pulse");
    pulse.kill();
  }

  /** Killed now, it would feed its watchdog once more: a closed device begins to count anew. Another
   *  pulse would go on feeding it, and nobody would learn that this host hung. */
  #leaveAlone({ pid }: Pulse, silentMs: number) {
    if (this.#leftAlone) return;
    this.#leftAlone = true;
    const text = `The pulse (pid ${pid}) is silent for ${silentMs} ms`;
    this.#log.error(`${text}: the watchdog resets this host unless it wakes up`, "watchdog");
    // What the administrator will find is what is on the disk by then.
    void this.#log.drained(logDrainMs).then(() => spawn("sync").on("error", () => {}));
  }

  #ended(reason: string, life: number) {
    if (life !== this.#life || this.#pulse === undefined) return;
    if (this.#expected === "end") this.#running?.ended(this.#pulse.pid);
    this.#pulse = undefined;
    this.#ready = false;
    for (const id of [...this.#questions.keys()]) this.#answer(id, undefined);
    this.#events.died();
    if (this.#expected === "end") return;
    if (this.#expected === "restart") {
      this.#shortLives = 0;
      this.#begin();
      return;
    }
    this.#again(`ended (${reason})`);
  }

  #again(reason: string) {
    const livedMs = bootMs() - this.#bornMs;
    this.#shortLives = livedMs < shortLifeMs ? this.#shortLives + 1 : 1;
    const pauseMs = this.#pausesMs[this.#shortLives - 1];
    if (pauseMs === undefined) {
      this.#events.hopeless(`The pulse ${reason}, ${this.#shortLives} times in a row`);
      return;
    }
    const when = pauseMs === 0 ? "at once" : `in ${pauseMs} ms`;
    this.#log.error(`The pulse ${reason}: the next one starts ${when}`, "pulse");
    if (pauseMs === 0) this.#begin();
    else this.#restart = setTimeout(() => this.#begin(), pauseMs);
  }

  /** It ends by itself at end-of-file; when it does not, it is ended. */
  #endWithin(limitMs: number) {
    const pulse = this.#pulse;
    if (pulse === undefined) return;
    pulse.hangUp();
    setTimeout(() => {
      if (this.#pulse === pulse) pulse.kill();
    }, limitMs);
  }
}
