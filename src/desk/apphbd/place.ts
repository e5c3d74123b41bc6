// Where the application-heartbeat server has its files, and who runs there.

import { closeSync, constants, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { tryLock } from "../../../ffi/path.ts";
import { pidIn } from "../pidfile.ts";
import { endProcess, type ProcessName, processName } from "../process.ts";

/** One that is told to end has nothing to wait for. */
const endMsMax = 5_000;

/** With `run` /run/heartbeat those of 3.0.6 (heartbeat-api.md 1). */
export function apphbdPlaces(run: string) {
  return {
    socket: join(run, "apphb.comm"),
    pid: join(dirname(run.replace(/\/+$/, "")), "apphbd.pid"),
    lock: join(run, "apphb.lock"),
  };
}

/** The server that the pid file names, hb's or 3.0.6's; undefined when it does not run. */
export function runningApphbd(pidFile: string): ProcessName | undefined {
  const pid = pidIn(pidFile, (command) => /\bapphbd\b/.test(command));
  return typeof pid === "number" ? processName(pid) : undefined;
}

/** Ends it and waits for its end; false when it does not. Throws when that is not permitted. */
export function endApphbd(name: ProcessName): Promise<boolean> {
  return endProcess(name, endMsMax);
}

/** Keeps a second one from starting, until the process ends; false: there is one. */
export function lockApphbd(path: string): boolean {
  const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
  const fd = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o644);
  if (tryLock(fd, path)) return true;
  closeSync(fd);
  return false;
}
