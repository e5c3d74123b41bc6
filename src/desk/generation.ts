// The generation: a number that is higher in every run of this node, so that peers tell a restart
// from an echo of the past. File and rules: heartbeat-wire 8.

import { readTextIfThere, rewriteFile } from "./disk.ts";

/** 16 bytes: the decimal number right-aligned in 15 columns, and LF. */
export function formatGeneration(generation: number): string {
  return `${String(generation).padStart(15)}\n`;
}

/** The number in the file; undefined when it holds anything else. */
export function parseGeneration(text: string): number | undefined {
  const match = /^\s*([0-9]{1,15})\s*$/.exec(text);
  const generation = Number(match?.[1]);
  return match !== null && generation <= 0xffff_ffff ? generation : undefined;
}

export interface NextGeneration {
  readonly generation: number;
  /** Set when something about the file is worth a log line. */
  readonly note?: string;
}

/** Reads, adds one, writes, syncs. The result is on the disk before it is used.  Without a file,
 *  or with one that cannot be understood, it begins at the unix time + 1: higher than whatever
 *  peers remember, if the clock is sane. (3.0.6 begins at 1 in the second case, which makes its
 *  peers drop everything as a replay.) `above`: a generation that peers remember. */
export function bumpGeneration(path: string, unixSeconds: number, above = 0): NextGeneration {
  const text = readTextIfThere(path);
  const previous = text === undefined ? undefined : parseGeneration(text);
  const generation = Math.max(previous ?? Math.floor(unixSeconds), above) + 1;
  rewriteFile(path, formatGeneration(generation));
  if (previous !== undefined) return { generation };
  const reason = text === undefined ? "No previous generation" : `Unreadable generation in ${path}`;
  return { generation, note: `${reason}: starting at ${generation}` };
}

/** `hbgenmethod time`: the unix time, the file stays untouched; never the same twice in one
 *  process. */
export function timeGeneration(previous: number, unixSeconds: number): number {
  return Math.max(previous + 1, Math.floor(unixSeconds));
}
