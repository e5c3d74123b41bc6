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

/** What all of them know, in the order of the names; a process that ended without a word is left out. */
export async function askCarp(run: string, limitMs: number): Promise<readonly RouterView[]> {
  let names: string[];
  try {
    names = readdirSync(carpDirectory(run)).filter((name) => /^\d+\.sock$/.test(name));
  } catch {
    return [];
  }
  const results = await Promise.all(
    names.map((name) => ask(join(carpDirectory(run), name), { ask: "status" }, { limitMs })),
  );
  const found = results.flatMap((result) =>
    result.kind === "done" ? (result.answer.snapshot?.routers ?? []) : [],
  );
  return found.toSorted((a, b) => a.device.localeCompare(b.device) || a.vhid - b.vhid);
}
