// One agent per run directory: a lock that the kernel gives up when the agent ends, however it
// ends. And no agent beside a real Heartbeat, which would speak for the same node.

import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readlinkSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tryLock } from "../../ffi/path.ts";
import { firstLine, replaceFile } from "./disk.ts";
import type { Places } from "./place.ts";
import { processName } from "./process.ts";

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;

export type Locked = { readonly lock: Lock } | { readonly refused: string };

export class Lock {
  readonly #fd: number;
  readonly #pid: string;

  private constructor(fd: number, pid: string) {
    this.#fd = fd;
    this.#pid = pid;
  }

  /** Takes the lock and writes the pid file, or says who is in the way. */
  static take(places: Pick<Places, "lock" | "pid" | "run" | "heartbeatPid">): Locked {
    const real = runningHeartbeat(places.heartbeatPid);
    if (real !== undefined) {
      const advice = 'stop it first ("heartbeat -k"): both would speak for this node';
      return { refused: `Heartbeat runs on this host (pid ${real}): ${advice}` };
    }
    // The descriptor is close-on-exec: neither the pulse nor a script inherits the lock. No link is
    // followed: the run directory of Heartbeat's package belongs to an ordinary user.
    const fd = openSync(places.lock, O_RDWR | O_CREAT | O_NOFOLLOW, 0o644);
    if (!tryLock(fd, places.lock)) {
      closeSync(fd);
      const pid = firstLine(places.lock, "").trim();
      const who = pid === "" ? "" : ` (pid ${pid})`;
      return { refused: `An agent is already running with ${places.run}${who}` };
    }
    ftruncateSync(fd, 0);
    writeSync(fd, `${process.pid}\n`);
    replaceFile(places.pid, `${process.pid}\n`, { sync: false });
    return { lock: new Lock(fd, places.pid) };
  }

  /** The lock file stays: removing it would let two agents lock two files of one name. */
  release(): void {
    rmSync(this.#pid, { force: true });
    closeSync(this.#fd);
  }
}

/** Pid of a running Heartbeat by its pid file; undefined when that is stale or absent. */
function runningHeartbeat(path: string): number | undefined {
  const pid = Number(firstLine(path, "").trim());
  if (!Number.isInteger(pid) || pid < 2 || processName(pid) === undefined) return undefined;
  try {
    const program = readlinkSync(`/proc/${pid}/exe`);
    return /\/heartbeat( \(deleted\))?$/.test(program) ? pid : undefined;
  } catch {
    // Not ours to look at: take its word rather than start a second one.
    return pid;
  }
}
