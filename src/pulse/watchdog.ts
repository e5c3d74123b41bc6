// The watchdog over the life of the pulse: opened after the first healthy turn (a slow start must not
// reset the host), fed after others, stopped when this node leaves in good order, and left running by
// every other end (docs/watchdog.md).
//
// Not a word of it throws or blocks: a host whose watchdog fails is no worse than one without.

import { reasonOf, SysError } from "../../ffi/error.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { Level } from "../core/effect.ts";
import { after, type Instant } from "../core/instant.ts";
import { Ration, watchdogSeconds } from "../core/ration.ts";
import type { WatchdogView } from "../core/snapshot.ts";
import { openDevice, type WatchdogDevice } from "./watchdogdevice.ts";

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 30_000;

type Config = Pick<ClusterConfig, "watchdog" | "timing">;

export interface WatchdogHost {
  now(): Instant;
  log(level: Level, text: string, topic: string): void;
  /** How long after the last meal this host is reset; undefined: nothing resets it. */
  guarded(timeoutS: number | undefined): void;
}

interface Running {
  readonly path: string;
  readonly device: WatchdogDevice;
  readonly timeoutS: number | undefined;
  readonly ration: Ration;
}

export class Watchdog {
  readonly #host: WatchdogHost;
  readonly #openDevice: (path: string) => WatchdogDevice;
  #config: Config;
  #running: Running | undefined;
  #trouble: string | undefined;
  /** When to open it (again); undefined while it is open, or none is configured. */
  #openAt: Instant | undefined;
  #pauseMs = RETRY_FIRST_MS;

  /** `open`: tests have a device of their own; this kernel may have none. */
  constructor(config: Config, host: WatchdogHost, open = openDevice) {
    this.#config = config;
    this.#host = host;
    this.#openDevice = open;
    this.#openAt = config.watchdog === undefined ? undefined : host.now();
  }

  /** A heartbeat leaves in this turn. */
  spoke(now: Instant): void {
    this.#running?.ration.spoke(now);
  }

  /** When to call feed() at the latest. */
  deadline(): Instant | undefined {
    return this.#openAt ?? this.#running?.ration.deadline();
  }

  /** The end of a healthy turn; nothing else may call it. Opens or feeds the device when that is due. */
  feed(now: Instant): void {
    if (this.#openAt !== undefined && now >= this.#openAt) this.#open();
    const running = this.#running;
    if (running === undefined || now < running.ration.deadline()) return;
    try {
      running.device.feed();
      running.ration.fed(now);
    } catch (error) {
      this.#abandon();
      this.#fail(error, `Cannot feed the watchdog ${running.path}`);
    }
  }

  /** Adopts another deadtime or device. A device that is no longer wanted stops; one that cannot be
   *  stopped is fed on, or the reload would reset this host. */
  reconfigure(config: Config): void {
    const running = this.#running;
    const { keepaliveMs, deadtimeMs } = this.#config.timing;
    this.#config = config;
    this.#pauseMs = RETRY_FIRST_MS;
    const other = running !== undefined && running.path !== config.watchdog;
    if (other && running.device.nowayout === true) {
      const text = `Watchdog ${running.path} cannot be stopped (nowayout): it is fed on`;
      this.#log("warn", text);
    }
    if (running !== undefined && (!other || running.device.nowayout === true)) {
      const same = config.timing.keepaliveMs === keepaliveMs;
      if (same && config.timing.deadtimeMs === deadtimeMs) return;
      this.#start(running.path, running.device);
      return;
    }
    if (running !== undefined) this.#release(running);
    this.#trouble = undefined;
    this.#openAt = config.watchdog === undefined ? undefined : this.#host.now();
  }

  /** `left`: this node has left the cluster in good order, so that nobody misses it. */
  close(left: boolean): void {
    this.#openAt = undefined;
    if (this.#running === undefined) return;
    if (left) this.#release(this.#running);
    else this.#abandon();
  }

  view(): WatchdogView | undefined {
    const device = this.#running?.path ?? this.#config.watchdog;
    if (device === undefined) return undefined;
    const trouble = this.#trouble === undefined ? {} : { trouble: this.#trouble };
    if (this.#running === undefined) return { device, ...trouble };
    const { identity, firmware, features, nowayout } = this.#running.device;
    const { timeoutS } = this.#running;
    return {
      device,
      ...(timeoutS === undefined ? {} : { timeoutS }),
      identity,
      firmware,
      features,
      ...(nowayout === undefined ? {} : { nowayout }),
      ...trouble,
    };
  }

  #open(): void {
    const path = this.#config.watchdog;
    if (path === undefined) return;
    try {
      this.#start(path, this.#openDevice(path));
      this.#openAt = undefined;
      this.#trouble = undefined;
      this.#pauseMs = RETRY_FIRST_MS;
    } catch (error) {
      this.#fail(error, `Cannot use the watchdog ${path}`);
    }
  }

  /** Sets the timeout of a device that has just been opened, or of one that is to have another. */
  #start(path: string, device: WatchdogDevice): void {
    const wantedS = watchdogSeconds(this.#config.timing);
    const timeoutS = this.#settle(path, device, wantedS);
    // One that does not tell is fed as if it had what was asked for.
    const ration = new Ration(this.#config.timing, (timeoutS ?? wantedS) * 1000, this.#host.now());
    this.#running = { path, device, timeoutS, ration };
    this.#host.guarded(timeoutS ?? wantedS);
    const length = timeoutS === undefined ? "an unknown time" : `${timeoutS} s`;
    const text = `Watchdog ${path} (${device.identity}): resets this host ${length} after it hangs`;
    this.#log("info", text);
    for (const doubt of doubtsOf(device, timeoutS, wantedS)) {
      this.#log("warn", `Watchdog ${path}: ${doubt}`);
    }
  }

  #settle(path: string, device: WatchdogDevice, wantedS: number): number | undefined {
    try {
      return device.settle(wantedS);
    } catch (error) {
      this.#log("warn", `Watchdog ${path}: ${reasonOf(error)}`);
      return undefined;
    }
  }

  #release({ path, device, timeoutS }: Running): void {
    try {
      device.release();
    } catch (error) {
      this.#log("error", `Cannot stop the watchdog ${path}: ${reasonOf(error)}`);
    }
    this.#running = undefined;
    this.#host.guarded(undefined);
    if (device.nowayout !== true) {
      this.#log("info", `Watchdog ${path} is stopped`);
      return;
    }
    const when = timeoutS === undefined ? "soon" : `in ${timeoutS} s`;
    this.#log("warn", `Watchdog ${path} cannot be stopped (nowayout): it resets this host ${when}`);
  }

  #abandon(): void {
    try {
      this.#running?.device.abandon();
    } catch (error) {
      this.#log("error", `Cannot close the watchdog: ${reasonOf(error)}`);
    }
    this.#running = undefined;
  }

  #fail(error: unknown, what: string): void {
    if (!(error instanceof SysError)) throw error;
    const first = this.#pauseMs === RETRY_FIRST_MS;
    this.#openAt = after(this.#host.now(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, RETRY_MAX_MS);
    // The pulse of an agent that was killed may take a moment to let go of it.
    if (error.code === "EBUSY" && first) return;
    const trouble = `${what}: ${error.code}, ${remedyOf(error.code)}`;
    if (trouble !== this.#trouble) this.#log("error", trouble);
    this.#trouble = trouble;
  }

  #log(level: Level, text: string): void {
    this.#host.log(level, text, "watchdog");
  }
}

function remedyOf(code: string): string {
  switch (code) {
    case "ENOENT":
    case "ENODEV":
    case "ENXIO":
      return 'no such device: a hang will not reset this host ("modprobe softdog" makes one)';
    case "EBUSY":
      return "another program has it, perhaps systemd (RuntimeWatchdogSec)";
    case "ENOTTY":
    case "EINVAL":
      return "it is no watchdog";
    default:
      return "a hang will not reset this host";
  }
}

/** What an administrator must know who relies on it. */
function doubtsOf(
  { features, nowayout }: WatchdogDevice,
  timeoutS: number | undefined,
  wantedS: number,
): string[] {
  const doubts: string[] = [];
  if (timeoutS !== undefined && timeoutS > wantedS) {
    doubts.push(
      `the driver takes ${timeoutS} s and not ${wantedS} s: others may have taken over ` +
        `${timeoutS - wantedS} s before a reset`,
    );
  }
  if (timeoutS !== undefined && timeoutS < wantedS) {
    doubts.push(
      `the driver takes ${timeoutS} s and not ${wantedS} s: this host may be reset before ` +
        "the others call it dead",
    );
  }
  if (nowayout === true) {
    doubts.push("it cannot be stopped (nowayout): leaving the cluster resets this host as well");
  } else if (!features.includes("magicclose")) {
    doubts.push("it stops whenever it is closed: an agent that is killed does not lead to a reset");
  }
  if (features.includes("alarmonly")) doubts.push("it only raises an alarm, it resets nothing");
  return doubts;
}
