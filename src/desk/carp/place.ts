// Where the processes of `hb carp` listen, so that `hb status` finds all of them: one socket each, named
// by its pid, in a directory of the run directory.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RouterConfig } from "../../config/router.ts";
import type { RouterView } from "../../core/snapshot.ts";
import { ask } from "../client.ts";

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
    const names = readdirSync(carpDirectory(run)).filter((name) => /^\d+\.sock$/.test(name));
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

export interface CarpViews {
  /** In the order of interfaces and vhids. */
  readonly routers: readonly RouterView[];
  /** Processes that are there and gave no answer: stopped, or not ours to ask. */
  readonly mute: readonly { readonly pid: number; readonly reason: string }[];
}

/** What all of them know; one that ended and left its socket behind is none. */
export async function askCarp(run: string, limitMs: number): Promise<CarpViews> {
  const routers: RouterView[] = [];
  const mute: { pid: number; reason: string }[] = [];
  const each = async (pid: number) => {
    const result = await ask(carpSocket(run, pid), { ask: "status" }, { limitMs });
    if (result.kind === "done") routers.push(...(result.answer.snapshot?.routers ?? []));
    else if (result.kind === "forbidden") mute.push({ pid, reason: "only root may ask it" });
    else if (result.kind === "silent") mute.push({ pid, reason: result.reason });
  };
  await Promise.all(carpPids(run).map(each));
  routers.sort((a, b) => a.device.localeCompare(b.device) || a.vhid - b.vhid);
  return { routers, mute };
}
