// The desk as a process that may be ended, when it hangs and another one would follow at once.
//
// That is so where systemd watches this very process (WatchdogSec: sd_watchdog_enabled(3)): it would be killed for
// its silence anyway and started again, only later than the other nodes wait. Where nobody starts the next one a
// hung desk is left alone: when it wakes up it stops what others have, and a dead one could not.

import { constants } from "node:os";
import { SysError } from "../../ffi/error.ts";
import { AF_UNIX } from "../../ffi/layout.ts";
import { openProcess, signalProcess } from "../../ffi/process.ts";
import { SOCK_DGRAM, sendTo, socket } from "../../ffi/socket.ts";
import { sockaddrUn } from "../../ffi/unix.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The desk cannot write it down any more, and its log goes with it. */
const journal = "/dev/log";
/** RFC 3164: facility daemon (3), severity error (3). */
const priority = 3 * 8 + 3;

/** True when the service manager watches the process with this pid, and kills it when it hangs. */
export function isWatched(environment: Environment, pid: number): boolean {
  const { NOTIFY_SOCKET, WATCHDOG_PID, WATCHDOG_USEC } = environment;
  return NOTIFY_SOCKET !== undefined && Number(WATCHDOG_USEC) > 0 && WATCHDOG_PID === `${pid}`;
}

export class DeskProcess {
  readonly #handle: number | undefined;

  /** `pid`: our parent, whose environment we have. */
  constructor(environment: Environment = process.env, pid = process.ppid) {
    this.#handle = isWatched(environment, pid) ? handleOf(pid) : undefined;
  }

  /** Kills it and tells the journal why; false when it is to be left alone. */
  end(why: string): boolean {
    if (this.#handle === undefined) return false;
    try {
      signalProcess(this.#handle, constants.signals.SIGKILL);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      return false;
    }
    lastWord(why);
    return true;
  }
}

/** Undefined on a kernel without such descriptors. What has the pid now may not be the desk any more: while it is
 *  our parent, it is. */
function handleOf(pid: number): number | undefined {
  try {
    const handle = openProcess(pid);
    return process.ppid === pid ? handle : undefined;
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    return undefined;
  }
}

function lastWord(text: string): void {
  const packet = Buffer.from(`<${priority}>hb[${process.pid}]: ERROR: pulse: ${text}`);
  try {
    sendTo(socket(AF_UNIX, SOCK_DGRAM), packet, sockaddrUn(journal), journal);
  } catch (error) {
    // systemd's own line, that the agent was killed, is there all the same.
    if (!(error instanceof SysError)) throw error;
  }
}
