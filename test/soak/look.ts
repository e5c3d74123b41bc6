// What the kernel tells of one process: its memory, its descriptors, its threads, its time on a processor.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { processorMs, tickMs } from "../../src/desk/process.ts";

export interface Look {
  readonly pid: number;
  readonly rssKib: number;
  /** Without the pages of files: what a program that leaks would grow in. */
  readonly anonKib: number;
  /** Without those that are counted next. */
  readonly descriptors: number;
  /** Files that take what the scripts of running services say: they come and go with the services. */
  readonly outputs: number;
  readonly threads: number;
  /** Since it was started. */
  readonly cpuMs: number;
}

/** Undefined when there is no such process (any more). */
export function look(pid: number): Look | undefined {
  const cpuMs = processorMs(pid);
  if (cpuMs === undefined) return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const files = openFiles(pid);
    const outputs = files.filter((file) => OUTPUT.test(file)).length;
    return {
      pid,
      rssKib: field(status, "VmRSS"),
      anonKib: field(status, "RssAnon"),
      descriptors: files.length - outputs,
      outputs,
      threads: field(status, "Threads"),
      cpuMs,
    };
  } catch {
    return undefined;
  }
}

const OUTPUT = /\/output\.\d+\.\d+( \(deleted\))?$/;

/** What each descriptor stands for; one that is closed meanwhile is not there. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}

/** The processor time that the machine's host gave to somebody else, in milliseconds since boot. */
export function stolenMs(): number {
  const words = readFileSync("/proc/stat", "latin1").split("\n")[0]?.split(/\s+/) ?? [];
  return Number(words[8] ?? 0) * tickMs;
}
