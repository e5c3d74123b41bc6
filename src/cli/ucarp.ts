// hb by the name of ucarp: its options, its words, its exit codes (carp.md 11). What runs then is the
// process of `hb carp`, with ucarp's manners.

import { spawnSync } from "node:child_process";
import { printRouter } from "../config/carp/print.ts";
import { readUcarp } from "../config/carp/ucarp.ts";
import type { RouterConfig } from "../config/router.ts";
import { textIn } from "../desk/bytestring.ts";
import { concealPassword } from "../desk/carp/secret.ts";
import { greetingOf, hurdlesOf, membershipTrouble } from "../desk/carp/ucarphurdle.ts";
import { sayAsUcarp } from "../desk/carp/ucarpvoice.ts";
import { thisHost } from "../desk/carp/ucarpworld.ts";
import { defaultDirectories } from "../desk/place.ts";
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
  concealPassword(textIn(router.password));
  const tooLong = router.password.length > PASSWORD_MAX;
  const password = { level: "error", text: "Password too long" } as const;
  const hurdles = tooLong ? [password] : hurdlesOf(router.device);
  for (const line of hurdles) sayAsUcarp({ ...line, shown: !daemonize });
  // Who asked for a daemon hears of its start only.
  if (hurdles.length > 0) return daemonize ? code.done : code.notStarted;
  const trouble = membershipTrouble(router);
  if (trouble !== undefined) {
    failToJoin(router, trouble, !daemonize);
    return daemonize ? code.done : code.notStarted;
  }
  const { runCarp } = await import("../desk/carp/start.ts");
  return await runCarp({
    routers: [router],
    lines: [printRouter(router)],
    like: "ucarp",
    daemonize,
    debug,
    ...(facility === undefined ? {} : { facility }),
    run: defaultDirectories.run,
    state: defaultDirectories.state,
  });
}

/** ucarp is BACKUP, and its down script has run, before it finds that it hears nobody. */
function failToJoin(router: RouterConfig, trouble: string, shown: boolean): void {
  const { device, addresses, neutral, downScript, xparam } = router;
  for (const line of greetingOf(device)) sayAsUcarp({ ...line, shown });
  sayAsUcarp({ level: "warn", text: "Switching to state: BACKUP", shown });
  if (!neutral && downScript !== undefined) {
    const address = addresses[0]?.address ?? "";
    const words = [downScript, device, address, ...(xparam === undefined ? [] : [xparam])];
    sayAsUcarp({ level: "warn", text: `Spawning [${words.join(" ")}]`, shown });
    spawnSync(downScript, words.slice(1), { stdio: "inherit" });
  }
  sayAsUcarp({ level: "error", text: trouble, shown });
}
