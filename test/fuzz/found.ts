// Inputs that failed once, each in a file of its own: test/fuzz/found/PARSER.HASH. They are the first
// inputs of every run, and the unit test replays them.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const folder = join(import.meta.dir, "found");

/** The inputs of one parser. */
export function foundOf(target: string): Uint8Array[] {
  return names()
    .filter((name) => targetOf(name) === target)
    .map((name) => Uint8Array.from(readFileSync(join(folder, name))));
}

/** Every name of a file that is there. */
export function names(): string[] {
  return readdirSync(folder)
    .filter((name) => /^[\w.-]+\.[0-9a-f]{8}$/.test(name))
    .toSorted();
}

/** Whose input this file is. */
export function targetOf(path: string): string {
  return basename(path).replace(/\.[0-9a-f]{8}$/, "");
}

/** Writes one down; gives its path. */
export function keep(target: string, input: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const hash = new Bun.CryptoHasher("sha1").update(input).digest("hex").slice(0, 8);
  const path = join(folder, `${target}.${hash}`);
  writeFileSync(path, input);
  return path;
}
