// A process held by a descriptor (pidfd_open(2), Linux 5.3): a signal through it reaches that process or nobody,
// where a pid may have gone to somebody else. By syscall(2): older C libraries have no wrapper.

import { c, check, within } from "./libc.ts";

// Since Linux 5.1 new calls have one number on all machines.
const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;

/** A descriptor of the process that has this pid now. */
export function openProcess(pid: number): number {
  const number = within("pid", pid, 1, 0x7fff_ffff);
  return check("open", c.syscall(SYS_pidfd_open, number, 0, null, 0), `process ${pid}`);
}

/** Signals it; one that has ended is an error (ESRCH). */
export function signalProcess(fd: number, signal: number): void {
  const number = within("signal", signal, 0, 64);
  check("signal", c.syscall(SYS_pidfd_send_signal, fd, number, null, 0), "a process");
}
