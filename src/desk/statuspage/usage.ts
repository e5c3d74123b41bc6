// What a process uses, from /proc (proc(5)): processor time, memory, descriptors.

import { readdirSync, readFileSync } from "node:fs";
import { processorMs } from "../process.ts";

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly descriptors: number;
}

/** Undefined when there is no such process. */
export function usageOf(pid: number): Usage | undefined {
  const cpuMs = processorMs(pid);
  if (cpuMs === undefined) return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    const descriptors = readdirSync(`/proc/${pid}/fd`).length;
    return { cpuSeconds: cpuMs / 1_000, residentBytes: kib * 1024, descriptors };
  } catch {
    return undefined;
  }
}
