// Time: CLOCK_BOOTTIME in milliseconds, and a timer on it that poll() can wait for.
//
// Boot time and not monotonic time: it goes on while the host is suspended, so that a node that
// wakes up knows how long it was away. A timerfd and not poll's timeout: that has whole
// milliseconds only.

import { itimerspecOnce } from "./layout.ts";
import { c, check } from "./libc.ts";

const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;
const TFD_CLOEXEC = 0o2000000;
const TFD_NONBLOCK = 0o4000;
const TFD_TIMER_ABSTIME = 1;

const timespec = new Float64Array(2);
const fields = new DataView(timespec.buffer);

function readClock(clock: number): number {
  check("read", c.clock_gettime(clock, timespec), `clock ${clock}`);
  return Number(fields.getBigInt64(0, true)) * 1e3 + Number(fields.getBigInt64(8, true)) / 1e6;
}

/** Milliseconds since boot, suspended time included. */
export function bootMs(): number {
  return readClock(CLOCK_BOOTTIME);
}

/** Milliseconds of unix time. */
export function unixMs(): number {
  return readClock(CLOCK_REALTIME);
}

/** A disarmed one-shot timer on CLOCK_BOOTTIME; readable once it has fired. */
export function timer(): number {
  const flags = TFD_CLOEXEC | TFD_NONBLOCK;
  return check("create", c.timerfd_create(CLOCK_BOOTTIME, flags), "a timer");
}

/** Fires at this moment (at once when it has passed); undefined disarms. */
export function arm(fd: number, atMs: number | undefined): void {
  // Zero would disarm: the moment of boot itself is always in the past.
  const moment = itimerspecOnce(atMs === undefined ? 0 : Math.max(atMs, 1));
  check("arm", c.timerfd_settime(fd, TFD_TIMER_ABSTIME, moment, null), "a timer");
}

const expirations = new Uint8Array(8);

/** Takes the "fired" mark away, so that poll() waits for the next time. */
export function acknowledge(fd: number): void {
  c.read(fd, expirations, 8);
}
