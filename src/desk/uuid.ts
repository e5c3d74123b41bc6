// This node's uuid: 16 random bytes kept in a file, or derived from the node's name
// (`uuidfrom nodename`). Rules: heartbeat-wire 8.

import { readIfThere, replaceFile } from "./disk.ts";

const uuidBytes = 16;

/** 32 hex digits from the file, which is made at the first start. One of another length is replaced:
 *  `warn` is called. */
export function ownUuid(path: string, warn: (text: string) => void): string {
  const known = readIfThere(path);
  if (known?.length === uuidBytes) return Buffer.from(known).toString("hex");
  const fresh = Buffer.from(crypto.getRandomValues(new Uint8Array(uuidBytes))).toString("hex");
  replaceFile(path, Buffer.from(fresh, "hex"), { mode: 0o644 });
  if (known !== undefined) {
    const found = `${path} has ${known.length} bytes, a uuid has ${uuidBytes}`;
    warn(`${found}: replaced by the new uuid ${dashed(fresh)}`);
  }
  return fresh;
}

/** 32 hex digits made from the name alone, the same as every Heartbeat 3 makes. */
export function uuidOfName(name: string): string {
  let seed = 0;
  for (const byte of new TextEncoder().encode(name)) {
    seed = (Math.imul(seed, 31) + ((byte << 24) >> 24)) >>> 0;
  }
  const random = glibcRandom(seed);
  return Array.from({ length: 32 }, () => (random() % 16).toString(16)).join("");
}

/** "4d92ef93-86a6-39de-4440-963a4d87f4d4" for 32 hex digits. */
export function dashed(uuid: string): string {
  return uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** srand(seed) and rand() of glibc: the additive feedback generator x³¹ + x³ + 1. */
function glibcRandom(seed: number): () => number {
  const state: number[] = [seed === 0 ? 1 : seed | 0];
  for (let i = 1; i < 31; i++) {
    const next = (16_807 * (state[i - 1] ?? 0)) % 2_147_483_647;
    state.push(next < 0 ? next + 2_147_483_647 : next);
  }
  for (let i = 31; i < 34; i++) state.push(state[i - 31] ?? 0);
  const step = () => {
    const next = ((state.at(-31) ?? 0) + (state.at(-3) ?? 0)) >>> 0;
    state.push(next);
    state.shift();
    return next >>> 1;
  };
  for (let i = 34; i < 344; i++) step();
  return step;
}
