// Runs command lines through two programs by the name of ucarp, in the network namespace that it was
// started in, and prints what each did: words as JSON arrays in, one line each; results out.
//
//   unshare -n bun ucarp-pair.ts PROGRAM PROGRAM < lines

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const programs = process.argv.slice(2);

/** A program that starts in earnest is no answer to the question: none of the lines may do that. */
const limitMs = 20_000;

for (const line of readFileSync(0, "utf8").split("\n")) {
  if (line === "") continue;
  const { words, env } = JSON.parse(line) as { words: string[]; env?: Record<string, string> };
  const did = programs.map((program) => {
    const { status, stdout, stderr } = spawnSync(program, words, {
      argv0: "ucarp",
      encoding: "utf8",
      timeout: limitMs,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, ...env },
    });
    return { code: status, stdout, stderr };
  });
  process.stdout.write(`${JSON.stringify(did)}\n`);
}
