// What a heartbeat needs to leave on time: a realtime priority and memory that stays in core.
//
// sched_setscheduler goes through syscall(2): musl's wrapper only says ENOSYS.

import { c, check, within } from "./libc.ts";

const SYS_sched_setscheduler = process.arch === "arm64" ? 119 : 144;
const SCHED_RR = 2;
const MCL_CURRENT = 1;
const MCL_FUTURE = 2;
const MCL_ONFAULT = 4;
const PR_SET_PDEATHSIG = 1;
const PR_SET_TIMERSLACK = 29;

/** Round-robin realtime scheduling for a thread of whatever process; 0: this one. Threads that it starts
 *  afterwards inherit it. */
export function realtime(priority: number, thread = 0): void {
  const parameter = new Int32Array([within("rtprio", priority, 1, 99)]);
  const id = within("thread", thread, 0, 0x7fff_ffff);
  const result = c.syscall(SYS_sched_setscheduler, id, SCHED_RR, parameter, 0);
  check("set", result, `realtime priority ${priority}`);
}

/** Pages that are in memory stay there, and so will those that are touched later. */
export function lockMemory(): void {
  check("lock", c.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT), "memory");
}

/** The kernel may not round our timers up (ordinary processes get 50 µs of slack). */
export function exactTimers(): void {
  check("set", c.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0), "timer slack");
}

/** The kernel sends this signal when the thread that started us is gone; 0: none. */
export function dieWithParent(signal: number): void {
  const number = within("signal", signal, 0, 64);
  check("set", c.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0), "the signal of a parent's death");
}
