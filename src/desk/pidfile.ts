// Pid files as Heartbeat's daemons write and read them: ten columns and a line feed (heartbeat-api.md 1).

import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { firstLine, replaceFile } from "./disk.ts";
import { processName } from "./process.ts";

/** Who is written down in the file: a pid while that process runs; "stale" when it does not. */
export function pidIn(path: string, isTheirs: (command: string) => boolean): number | Absent {
  const first = firstLine(path, "").trim();
  if (first === "") return "absent";
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid < 2 || processName(pid) === undefined) return "stale";
  return isTheirs(commandOf(pid)) ? pid : "stale";
}

export type Absent = "absent" | "stale";

export function writePid(path: string): void {
  replaceFile(path, `${String(process.pid).padStart(10)}\n`, { sync: false });
}

/** Unless it is another process's by now. */
export function removePid(path: string): void {
  if (Number(firstLine(path, "")) === process.pid) rmSync(path, { force: true });
}

/** Program and arguments, with the name of the file that runs before them. */
function commandOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
    return `${basename(readlinkSync(`/proc/${pid}/exe`))} ${words}`;
  } catch {
    return "";
  }
}
