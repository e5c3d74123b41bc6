// The process of a client, held by a descriptor: a signal reaches it, or nobody, and never a process that has
// its pid by now.

import { SysError } from "../../../ffi/error.ts";
import { openProcess, signalProcess } from "../../../ffi/process.ts";
import { close } from "../../../ffi/socket.ts";

export interface HeldProcess {
  readonly pid: number;
  /** False when it has ended. 0 only asks. */
  signal(number: number): boolean;
  release(): void;
}

/** Where processes are found by their pid: this host's, or what a transcript knows of. */
export interface Processes {
  /** Undefined when there is none of that pid. */
  hold(pid: number): HeldProcess | undefined;
}

const pidMax = 0x7fff_ffff;

export const ownHost: Processes = {
  hold(pid) {
    if (pid < 1 || pid > pidMax) return undefined;
    try {
      const fd = openProcess(pid);
      return {
        pid,
        signal: (number) => hasTaken(fd, number),
        release: () => close(fd),
      };
    } catch (error) {
      if (error instanceof SysError) return undefined;
      throw error;
    }
  },
};

/** An agent that is not root's may not signal everybody: who is there is there all the same. */
function hasTaken(fd: number, number: number): boolean {
  try {
    signalProcess(fd, number);
    return true;
  } catch (error) {
    if (error instanceof SysError) return error.code !== "ESRCH";
    throw error;
  }
}
