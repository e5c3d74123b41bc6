// A program that was broken on purpose, so that the judge himself is judged: a piece of src that is found
// exactly once, and replaced while a process of its own loads it (preload.ts). The same runs, played by the
// program as it is, break nothing.
//
// What a later floor makes good (a desk that runs one script of a group at a time) cannot be seen from
// outside, and is no mutation here.

import { join } from "node:path";
import type { Trial } from "./trial.ts";

export interface Mutation {
  /** What such a program does. */
  readonly name: string;
  /** The law that is broken then. */
  readonly law: string;
  /** Below src. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** Plays what the words name (trial.ts) by a broken program, until its law is broken. */
export function tryOn({ law, file, find, replace }: Mutation, words: readonly string[]): Trial {
  const { stdout, stderr, success } = Bun.spawnSync(
    [process.execPath, "--preload", besides("preload.ts"), besides("trial.ts"), law, ...words],
    { env: { ...process.env, HB_MUTATION: JSON.stringify({ file, find, replace }) } },
  );
  if (!success) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}

function besides(file: string): string {
  return join(import.meta.dir, file);
}
