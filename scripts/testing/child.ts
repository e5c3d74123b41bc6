// The processes of a run of all tests: each in a session of its own, and none outlives this one.
//
// Linux shares the processors among sessions before it shares them among processes (sched(7), "The autogroup
// feature"): a nice value counts within a session only, and the session has one of its own. Where there
// is no such feature the nice value counts everywhere.

import { join } from "node:path";

export const ROOT = join(import.meta.dir, "../..");
export const BUN = join(ROOT, "node_modules/.bin/bun");

/** How far those who compute stand back from those who keep appointments: they get a tenth of a processor
 *  that is wanted, and all of one that is not. */
const BACK = 10;
const STAND_BACK = `echo ${BACK} 2>/dev/null >/proc/self/autogroup; exec nice -n ${BACK} "$@"`;

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; `back`: it computes, and leaves the processors to whoever is judged by time. */
export async function run(
  command: readonly string[],
  options: { readonly back?: boolean } = {},
): Promise<Ended> {
  const alone = ["setpriv", "setsid"].every((program) => Bun.which(program) !== null);
  const child = Bun.spawn(
    [
      ...(alone ? ["setpriv", "--pdeathsig", "KILL", "setsid", "--wait"] : []),
      ...(options.back === true ? ["sh", "-c", STAND_BACK, "_"] : []),
      ...command,
    ],
    {
      cwd: ROOT,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      // No test ever reboots the machine that it runs on (test/preload.ts).
      env: { HB_REBOOT_COMMAND: "false", ...process.env, FORCE_COLOR: "0" },
    },
  );
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: stdout + stderr };
}
