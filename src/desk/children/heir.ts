// The programs beside an agent that run, written down for who comes after it: the next agent goes on with them, `hb
// release` ends them.

import { rmSync } from "node:fs";
import { readTextIfThere, replaceFile } from "../disk.ts";
import { isProcessName, type ProcessName } from "../process.ts";
import { listed } from "../record.ts";
import { ChildProcess } from "./process.ts";

export interface Heir {
  /** What it was called by. */
  readonly key: string;
  readonly name: ProcessName;
}

/** In the order in which they were started. Throws when the disk takes nothing. */
export function writeHeirs(path: string, heirs: readonly Heir[]): void {
  if (heirs.length === 0) rmSync(path, { force: true });
  else replaceFile(path, JSON.stringify(heirs), { sync: false });
}

export function readHeirs(path: string): Heir[] {
  return parseHeirs(readTextIfThere(path));
}

/** Those that a file names; none when it cannot be understood. */
export function parseHeirs(text: string | undefined): Heir[] {
  return listed(text, isHeir);
}

function isHeir(value: Partial<Heir> | null): value is Heir {
  return typeof value?.key === "string" && isProcessName(value.name);
}

/** Ends what an agent that is gone left running, the last one first. */
export async function endHeirs(
  path: string,
  timeoutMs: number,
  say: (text: string) => void,
): Promise<void> {
  for (const { name } of readHeirs(path).reverse()) {
    const process = ChildProcess.adopt(name);
    if (process === undefined) continue;
    say(`A program of an agent that is gone still runs, pid ${name.pid}: it is ended`);
    await process.end(timeoutMs);
  }
  rmSync(path, { force: true });
}
