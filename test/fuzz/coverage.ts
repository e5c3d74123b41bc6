// Which branches of hb an input took. instrument() has every module of src and ffi that is loaded
// afterwards carry probes (probe.ts), which count here.

import { join } from "node:path";
import { plugin } from "bun";
import { probed } from "./probe.ts";

const root = join(import.meta.dir, "../..");

/** More than there are; the numbers of further probes would be taken twice. */
export const probesMax = 65_536;

const counts = new Uint8Array(probesMax);
const touched = new Uint16Array(probesMax);
let size = 0;
let made = 0;

/** The probes call these. */
export function __and(probe: number): true {
  count(probe);
  return true;
}

export function __or(probe: number): false {
  count(probe);
  return false;
}

export function __nullish(probe: number): undefined {
  count(probe);
}

function count(probe: number): void {
  const before = counts[probe] ?? 0;
  if (before === 0) touched[size++] = probe;
  if (before < 255) counts[probe] = before + 1;
}

/** From now on modules are loaded with probes. */
export function instrument(): void {
  const transpiler = new Bun.Transpiler({ loader: "ts", target: "bun" });
  plugin({
    name: "probes",
    setup(build) {
      const filter = new RegExp(`^${root}/(src|ffi)/.*\\.ts$`);
      build.onLoad({ filter }, async ({ path }) => {
        const plain = transpiler.transformSync(await Bun.file(path).text());
        const { code, count: more } = probed(plain, made, join(import.meta.dir, "coverage.ts"));
        made += more;
        if (made > probesMax) throw new Error(`More than ${probesMax} probes: raise the limit`);
        return { contents: code, loader: "js" };
      });
    },
  });
}

/** What the inputs of one target have reached so far. */
export class Reach {
  readonly #seen = new Uint8Array(probesMax);
  #probes = 0;

  /** Probes that were reached at all. */
  get probes(): number {
    return this.#probes;
  }

  /** Takes in what was counted since the last call of clear(); true when some of it is new: a branch,
   *  or one taken an order of magnitude more often than before. */
  add(): boolean {
    let isNew = false;
    for (let i = 0; i < size; i++) {
      const probe = touched[i] ?? 0;
      const bit = magnitude(counts[probe] ?? 0);
      const before = this.#seen[probe] ?? 0;
      if ((before & bit) !== 0) continue;
      if (before === 0) this.#probes++;
      this.#seen[probe] = before | bit;
      isNew = true;
    }
    return isNew;
  }
}

/** Forgets what was counted. */
export function clear(): void {
  for (let i = 0; i < size; i++) counts[touched[i] ?? 0] = 0;
  size = 0;
}

function magnitude(times: number): number {
  if (times <= 2) return times;
  if (times === 3) return 4;
  if (times < 8) return 8;
  if (times < 32) return 16;
  return times < 128 ? 32 : 64;
}
