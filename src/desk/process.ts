// Processes that we did not wait for yet: is it still the one we mean, and how to end it with all
// of its children. A pid alone is not an identity: the kernel gives it to somebody else later.

import { readFileSync, writeFileSync } from "node:fs";
import { statFields } from "../../ffi/procstat.ts";

const lookEveryMs = 20;

/** A process by pid and by the moment it started, in clock ticks since boot. */
export interface ProcessName {
  readonly pid: number;
  readonly startedAt: string;
}

/** True for one that was written down; init is nobody's child. */
export function isProcessName(
  value: Partial<ProcessName> | null | undefined,
): value is ProcessName {
  return (
    Number.isInteger(value?.pid) && Number(value?.pid) > 1 && typeof value?.startedAt === "string"
  );
}

/** What the kernel counts in ticks: USER_HZ is 100 wherever Linux runs hb (time(7)). */
export const tickMs = 10;

/** Its name while it runs; undefined when there is none (or only a zombie). */
export function processName(pid: number): ProcessName | undefined {
  const fields = statFields(pid) ?? [];
  const startedAt = fields[19];
  if (startedAt === undefined || fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, startedAt };
}

/** Processor time of a process since it was started, in milliseconds: its own, and the kernel's for it.
 *  Undefined when there is none. */
export function processorMs(pid: number): number | undefined {
  const fields = statFields(pid);
  return fields && (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** True while exactly this process runs. */
export function runs(name: ProcessName): boolean {
  return processName(name.pid)?.startedAt === name.startedAt;
}

/** Asks it to end and waits for that; false when it still runs after so long. Throws when it may not be asked. */
export async function endProcess(name: ProcessName, limitMs: number): Promise<boolean> {
  process.kill(name.pid, "SIGTERM");
  for (let waitedMs = 0; waitedMs < limitMs && runs(name); waitedMs += lookEveryMs) {
    await Bun.sleep(lookEveryMs);
  }
  return !runs(name);
}

/** Signals the process group that the process leads; false when there is none. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Takes from a child what protects us when memory runs out: a service that eats it all must not
 *  be the last one to go. (Priority and locked memory are not inherited in the first place.) */
export function unprotect(pid: number): void {
  try {
    const own = Number(readFileSync("/proc/self/oom_score_adj", "latin1"));
    if (own < 0) writeFileSync(`/proc/${pid}/oom_score_adj`, "0");
  } catch {
    // It has ended already, or the kernel has no such file.
  }
}
