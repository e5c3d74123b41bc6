// When the watchdog is fed. Not whether a turn was healthy: only a healthy one asks.
//
// The hardware shall believe of this host what the other nodes believe. It is fed when a heartbeat
// leaves, so that both count from the same moment: the others pronounce this host dead after
// deadtime, the hardware resets it `timeout - deadtime` later, and never before. For the same
// reason a heartbeat may pass without feeding while that difference is not used up.

import type { Timing } from "../config/cluster.ts";
import { after, type Instant } from "./instant.ts";

/** Heartbeat 3.0.6 gives itself that much more than deadtime (heartbeat-config 2 "watchdog"). */
const GRACE_MS = 10;
/** A core that has sent no heartbeat for so many keepalives does not mean to send one. */
const SILENT_KEEPALIVES = 1.5;

type Times = Pick<Timing, "keepaliveMs" | "deadtimeMs">;

/** The timeout to ask a driver for: deadtime and 10 ms, in whole seconds, rounded up. */
export function watchdogSeconds({ deadtimeMs }: Pick<Timing, "deadtimeMs">): number {
  return Math.ceil((deadtimeMs + GRACE_MS) / 1000);
}

export class Ration {
  readonly #gapMs: number;
  readonly #silenceMs: number;
  #fedAt: Instant;
  #owed = false;

  /** `timeoutMs` is what the driver took. Opening the device was the first meal. */
  constructor({ keepaliveMs, deadtimeMs }: Times, timeoutMs: number, now: Instant) {
    const spareMs = timeoutMs - deadtimeMs;
    const silenceMs = SILENT_KEEPALIVES * keepaliveMs;
    // A driver that is much slower than asked is not trusted to the last millisecond. One that is
    // too quick for deadtime is fed by the clock, or a healthy host would be reset.
    this.#gapMs = Math.max(0, Math.min(spareMs, timeoutMs / 2));
    this.#silenceMs = spareMs > 0 ? this.#gapMs + silenceMs : Math.min(silenceMs, timeoutMs / 2);
    this.#fedAt = now;
  }

  /** A heartbeat leaves in this turn. */
  spoke(now: Instant): void {
    if (now >= after(this.#fedAt, this.#gapMs)) this.#owed = true;
  }

  /** From then on a healthy turn feeds. A node that keeps silent on purpose (it overslept beside a
   *  Heartbeat 3 node and releases what it held) is healthy all the same: it goes by the clock. */
  deadline(): Instant {
    return after(this.#fedAt, this.#owed ? this.#gapMs : this.#silenceMs);
  }

  fed(now: Instant): void {
    this.#fedAt = now;
    this.#owed = false;
  }
}
