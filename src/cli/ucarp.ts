// hb by the name of ucarp: its options, its words, its exit codes (carp.md 11). What runs then is the
// process of `hb carp`, with ucarp's manners.

import { readUcarp } from "../config/carp/ucarp.ts";
import { defaultDirectories } from "../desk/place.ts";
import { concealPassword } from "../desk/secret.ts";
import { hurdlesOf } from "../desk/ucarphurdle.ts";
import { sayAsUcarp } from "../desk/ucarpvoice.ts";
import { thisHost } from "../desk/ucarpworld.ts";
import { ucarpUsage } from "../text/ucarp.ts";
import { PASSWORD_MAX } from "../wire/carp/digest.ts";
import { print, say } from "./output.ts";

/** ucarp's exit codes: an unknown option shows the usage and is no failure. */
const code = { done: 0, refused: 1, notStarted: 2 } as const;

/** Runs with the words behind the program's name; gives the exit code. */
export async function ucarp(program: string, argv: readonly string[]): Promise<number> {
  const command = readUcarp(argv, thisHost());
  for (const each of command.says) sayAsUcarp(each);
  if (command.kind === "help") {
    if (command.complaint !== undefined) say(`${program}: ${command.complaint}`);
    print(ucarpUsage);
    return code.done;
  }
  if (command.kind === "refused") return code.refused;

  const { router, daemonize, debug, facility } = command;
  concealPassword(Buffer.from(router.password, "latin1").toString("utf8"));
  const tooLong = router.password.length > PASSWORD_MAX;
  const hurdles = tooLong ? ["Password too long"] : hurdlesOf(router.device);
  for (const text of hurdles) sayAsUcarp({ level: "error", text, shown: !daemonize });
  // Who asked for a daemon hears of its start only.
  if (hurdles.length > 0) return daemonize ? code.done : code.notStarted;
  const { runCarp } = await import("../desk/carpstart.ts");
  return await runCarp({
    routers: [router],
    like: "ucarp",
    daemonize,
    debug,
    ...(facility === undefined ? {} : { facility }),
    run: defaultDirectories.run,
    state: defaultDirectories.state,
  });
}
