// Where the processes of `hb carp` listen, so that `hb status` finds all of them: one socket each, named
// by its pid, in a directory of the run directory.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RouterConfig } from "../../config/router.ts";

/** The directory; it may not be there. */
export function carpDirectory(run: string): string {
  return join(run, "carp");
}

/** The control socket of the process with this pid. */
export function carpSocket(run: string, pid: number): string {
  return join(carpDirectory(run), `${pid}.sock`);
}

/** Pids in the names of the sockets that are there; some may be of processes that were killed. */
export function carpPids(run: string): number[] {
  try {
    const names = readdirSync(carpDirectory(run)).filter((name) => /^\d{1,10}\.sock$/.test(name));
    return names.map((name) => Number.parseInt(name, 10));
  } catch {
    return [];
  }
}

/** Where a process writes down which scripts run, for the next one that begins with this router. */
export function carpRunning(run: string, { device, vhid }: RouterConfig): string {
  return join(carpDirectory(run), `${device.replaceAll("/", "_")}.${vhid}.running`);
}

/** Who seals on this host, and up to which number; the agent's too. */
export function sealFile(state: string): string {
  return join(state, "hb_carp");
}
