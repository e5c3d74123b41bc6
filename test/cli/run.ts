// Runs hb from its sources as a process of its own, the way a user does.

import { spawnSync } from "node:child_process";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = `${import.meta.dir}/../../src/main.ts`;

/** The words that start hb. */
export function hbCommand(...words: readonly string[]): string[] {
  return [process.execPath, main, ...words];
}

/** hb with these arguments. */
export function hb(...words: readonly string[]): Ran {
  return run(hbCommand(...words));
}

/** Any command, with some variables changed. */
export function run(command: readonly string[], env: Record<string, string> = {}): Ran {
  const [program = "", ...words] = command;
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}
