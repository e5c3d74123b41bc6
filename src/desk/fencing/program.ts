// The program that works fencing devices, stonith(8) of cluster-glue, as this host has it: where it is, which
// devices it knows, and how it is called.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../../../ffi/error.ts";
import type { FencingFacts } from "../../config/fencing.ts";
import type { Stonith } from "../../config/haconf.ts";

/** Where distributions put its plugins. */
const folders = [
  "/usr/lib/stonith/plugins",
  "/usr/lib64/stonith/plugins",
  "/usr/libexec/stonith/plugins",
];

/** Where it is; undefined when it is not installed. */
export function findStonith(): string | undefined {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/local/sbin`;
  return Bun.which("stonith", { PATH: path }) ?? undefined;
}

/** What this host has of it. */
export const fencingFacts: FencingFacts = {
  get isInstalled() {
    return findStonith() !== undefined;
  },
  knows(type) {
    const folder = folders.find((each) => existsSync(join(each, "stonith2")));
    if (folder === undefined) return undefined;
    return existsSync(join(folder, type)) || existsSync(join(folder, "stonith2", `${type}.so`));
  },
  names: namesOf,
  read(path) {
    try {
      return { text: readFileSync(path, "utf8") };
    } catch (error) {
      return { trouble: reasonOf(error) };
    }
  },
};

/** A plugin says its names from itself. One that does not is not waited for: the agent reads its files with this. */
const namesMs = 1_000;

/** Asks the plugin, which touches no device for that. A type is no path: nothing but plugins is run. */
function namesOf(type: string): readonly string[] | undefined {
  const program = findStonith();
  if (program === undefined || !/^([a-z]+\/)?\w[\w.-]*$/.test(type)) return undefined;
  const { success, stdout } = Bun.spawnSync([program, "-t", type, "-n"], {
    stdin: "ignore",
    stderr: "ignore",
    timeout: namesMs,
    killSignal: "SIGKILL",
  });
  return success ? stdout.toString().split(/\s+/).filter(Boolean) : undefined;
}

export interface StonithCall {
  readonly argv: readonly string[];
  /** Parameters go by stdin: everybody on this host may read a command line. */
  readonly input?: string;
}

/** How a device is told to do it. */
export function stonithCall(
  program: string,
  { type, host, parameters }: Stonith,
  act: readonly string[],
): StonithCall {
  if (host === undefined) return { argv: [program, "-t", type, "-F", parameters, ...act] };
  const argv = [program, "-t", type, "-F", "/dev/stdin", ...act];
  return { argv, input: `${parameters}\n` };
}
