// What a process uses, from /proc (proc(5)): processor time, memory, descriptors.

import { readdirSync, readFileSync } from "node:fs";

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly descriptors: number;
}

/** USER_HZ is 100 wherever Linux runs hb (time(7)). */
const ticksPerSecond = 100;

/** Undefined when there is no such process. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command may hold blanks and brackets: count the fields from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    const descriptors = readdirSync(`/proc/${pid}/fd`).length;
    return { cpuSeconds: ticks / ticksPerSecond, residentBytes: kib * 1024, descriptors };
  } catch {
    return undefined;
  }
}
