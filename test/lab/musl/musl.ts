// hb for musl, and what it needs to be started on a Debian: musl's loader and C library are a package there, but no
// libstdc++ for them is. musl's loader takes Debian's own, with what is missing filled in (filling.c).

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runtimeOf } from "../../../scripts/packaging/runtime.ts";
import { targets } from "../../../scripts/packaging/target.ts";
import { must } from "../shell.ts";

const ROOT = join(import.meta.dir, "../../..");
const LIBRARIES = "/usr/lib/x86_64-linux-gnu";

export interface Musl {
  readonly hb: string;
  /** The Bun that is in it. */
  readonly runtime: string;
  /** What its environment must say. */
  readonly environment: string;
}

/** Makes it in that directory. */
export async function madeForMusl(home: string): Promise<Musl> {
  const target = targets.find(({ name }) => name === "x64-musl");
  if (target === undefined) throw new Error("There is no target x64-musl");
  const runtime = await runtimeOf(target.runtime);
  const [hb, libraries] = [join(home, "hb-musl"), join(home, "musl")];
  await must(["bash", join(ROOT, "scripts/build"), hb, target.bun, runtime]);
  mkdirSync(libraries);
  for (const name of ["libstdc++.so.6", "libgcc_s.so.1"]) {
    copyFileSync(join(LIBRARIES, name), join(libraries, name));
  }
  // libstdc++ asks for glibc's loader: by that name it finds the filling.
  const filling = [
    "-o",
    join(libraries, "ld-linux-x86-64.so.2"),
    join(import.meta.dir, "filling.c"),
  ];
  await must(["musl-gcc", "-Wall", "-Werror", "-O2", "-shared", "-fPIC", ...filling]);
  return { hb, runtime, environment: `LD_LIBRARY_PATH=${libraries}` };
}
