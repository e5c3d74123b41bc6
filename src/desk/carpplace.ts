// Where the processes of `hb carp` listen, so that `hb status` finds all of them: one socket each, named
// by its pid, in a directory of the run directory.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RouterView } from "../core/snapshot.ts";
import { ask } from "./client.ts";

/** The directory; it may not be there. */
export function carpDirectory(run: string): string {
  return join(run, "carp");
}

/** The control socket of the process with this pid. */
export function carpSocket(run: string, pid: number): string {
  return join(carpDirectory(run), `${pid}.sock`);
}

export interface CarpViews {
  /** In the order of interfaces and vhids. */
  readonly routers: readonly RouterView[];
  /** Processes that are there and gave no answer: stopped, or not ours to ask. */
  readonly mute: readonly { readonly pid: number; readonly reason: string }[];
}

/** What all of them know; one that ended and left its socket behind is none. */
export async function askCarp(run: string, limitMs: number): Promise<CarpViews> {
  let names: string[];
  try {
    names = readdirSync(carpDirectory(run)).filter((name) => /^\d+\.sock$/.test(name));
  } catch {
    return { routers: [], mute: [] };
  }
  const routers: RouterView[] = [];
  const mute: { pid: number; reason: string }[] = [];
  const each = async (name: string) => {
    const result = await ask(join(carpDirectory(run), name), { ask: "status" }, { limitMs });
    const pid = Number.parseInt(name, 10);
    if (result.kind === "done") routers.push(...(result.answer.snapshot?.routers ?? []));
    else if (result.kind === "forbidden") mute.push({ pid, reason: "only root may ask it" });
    else if (result.kind === "silent") mute.push({ pid, reason: result.reason });
  };
  await Promise.all(names.map(each));
  routers.sort((a, b) => a.device.localeCompare(b.device) || a.vhid - b.vhid);
  return { routers, mute };
}
