// The watchdog of a made-up host: hardware that counts on whatever the agent does, and takes the power away
// when nobody feeds it; and the pulse's care for it (src/pulse/watchdog.ts).

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Instant } from "../../core/instant.ts";
import { Ration, watchdogSeconds } from "../../core/ration.ts";
import { type Message, textOf } from "../../wire/message.ts";
import type { Happening } from "../agenda.ts";
import type { Host } from "./host.ts";

/** The device. It stops at "stop" and when the power goes, at nothing else. */
export class Watchdog implements Happening {
  readonly #host: Host;
  #timeoutMs = 0;
  /** World time at which it resets the host; undefined while it stands still. */
  #dueAt: number | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Opened, fed, or closed without a word: it counts anew. */
  feed(timeoutMs = this.#timeoutMs): void {
    const { world } = this.#host;
    const isRunning = this.#dueAt !== undefined;
    this.#timeoutMs = timeoutMs;
    this.#dueAt = world.now + timeoutMs;
    // One look ahead is planned at a time.
    if (!isRunning) world.plan(this.#dueAt, this);
  }

  stop(): void {
    this.#dueAt = undefined;
  }

  get isRunning(): boolean {
    return this.#dueAt !== undefined;
  }

  happen(): void {
    const { world } = this.#host;
    if (this.#dueAt === undefined) return;
    if (this.#dueAt > world.now) {
      world.plan(this.#dueAt, this);
      return;
    }
    this.#host.log("error", "The watchdog resets this host", "watchdog");
    this.#host.reset();
  }
}

/** Feeds the device for one pulse. */
export class Feeder {
  readonly #host: Host;
  #config: ClusterConfig;
  /** Absent until the first healthy turn, and without a watchdog. */
  #ration: Ration | undefined;

  constructor(host: Host, config: ClusterConfig) {
    this.#host = host;
    this.#config = config;
  }

  /** Something leaves in this turn; a heartbeat counts. */
  spoke(message: Message, now: Instant): void {
    if (textOf(message, "t") === "status") this.#ration?.spoke(now);
  }

  deadline(): Instant | undefined {
    return this.#ration?.deadline();
  }

  /** The end of a healthy turn. */
  feed(now: Instant): void {
    const { watchdog, timing } = this.#config;
    if (watchdog === undefined) return;
    if (this.#ration === undefined) {
      const timeoutMs = watchdogSeconds(timing) * 1_000;
      this.#ration = new Ration(timing, timeoutMs, now);
      this.#host.watchdog.feed(timeoutMs);
      return;
    }
    if (now < this.#ration.deadline()) return;
    this.#ration.fed(now);
    this.#host.watchdog.feed();
  }

  /** With other times it is opened anew; without the directive it stops. */
  reconfigure(config: ClusterConfig): void {
    this.#config = config;
    this.#ration = undefined;
    if (config.watchdog === undefined) this.#host.watchdog.stop();
  }

  /** `left`: in good order, so that nobody misses this node. */
  close(left: boolean): void {
    if (!this.#host.watchdog.isRunning) return;
    if (left) this.#host.watchdog.stop();
    else this.#host.watchdog.feed();
  }
}
