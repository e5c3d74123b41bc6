// `hb carp`: a process that hosts virtual routers and nothing else, from the checked configuration to
// the last log line. What was asked for on the command line is read in cli/carp.ts and cli/ucarp.ts.

import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { reasonOf } from "../../../ffi/error.ts";
import { lockMemory } from "../../../ffi/realtime.ts";
import type { RouterConfig } from "../../config/router.ts";
import { stopOnBugs } from "../bug.ts";
import { journalOf } from "../journal/journal.ts";
import { Log } from "../log.ts";
import { eventsIn } from "../place.ts";
import { callSelf } from "../selfname.ts";
import { startDaemon } from "./daemon.ts";
import { carpDirectory } from "./place.ts";
import { CarpProcess } from "./process.ts";
import { greetingOf } from "./ucarphurdle.ts";
import { ucarpManner } from "./ucarpline.ts";

/** A disk that hangs may cost the last events, not the end of the process. */
const lastEventsMs = 1_000;

export interface CarpStart {
  /** At least one; the names differ, and everything is checked that can be checked without the host. */
  readonly routers: readonly RouterConfig[];
  /** The same as `carp` lines, without their passwords. */
  readonly lines: readonly string[];
  /** Whose manners: form of the log lines, exit codes, what signals and a lost interface do. */
  readonly like: "ucarp" | "hb";
  /** Run in the background: the caller gets 0 as soon as the process is on its way (carp.md 13). It is
   *  started again with this whole value over a pipe: no password ever stands in its arguments. */
  readonly daemonize: boolean;
  /** A facility of syslog(3), lower case; absent: no syslog. */
  readonly facility?: string;
  /** Debug lines are written too. */
  readonly debug: boolean;
  /** The file of `carp` lines that SIGHUP reads again (readCarpFile); absent: none was given. */
  readonly file?: string;
  /** The password of lines in that file that name no passfile. */
  readonly standardPassword?: string;
  /** Where the control sockets of all such processes are (place.ts). */
  readonly run: string;
  /** What outlives a reboot: the seal's sender and number. */
  readonly state: string;
}

/** Runs until a signal or the loss of everything ends it; gives the exit code. */
export async function runCarp(start: CarpStart): Promise<number> {
  if (start.daemonize) {
    await startDaemon(start);
    return 0;
  }
  const log = logOf(start);
  const isUsable = makeDirectory(start, log);
  try {
    lockMemory();
  } catch (error) {
    log.debug(`The desk may be swapped out: ${reasonOf(error)}`, "start");
  }
  if (start.like === "ucarp") {
    nameSelf("ucarp", log);
    greet(start, log);
  }
  stopOnBugs(log);
  // ucarp writes no file.
  const isOwn = start.like === "hb";
  const journal = isOwn ? journalOf(eventsIn(start.state), hostname(), log) : undefined;
  const code = await new CarpProcess(start, log, isUsable).run();
  await journal?.drained(lastEventsMs);
  // Not by returning: a script that was left running would keep this process. The log is written.
  process.exit(code);
}

function logOf({ like, debug, facility }: CarpStart): Log {
  const manner = like === "ucarp" ? ucarpManner(process.pid) : undefined;
  const log = new Log(debug ? "debug" : "info", undefined, manner);
  if (facility !== undefined) log.open({ logfacility: facility });
  return log;
}

/** The directory of control sockets; without it nobody can ask, and nothing else is lost. */
function makeDirectory({ like, run }: CarpStart, log: Log): boolean {
  const directory = carpDirectory(run);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    return true;
  } catch (error) {
    log[like === "ucarp" ? "debug" : "warn"](
      `Cannot make ${directory}: ${reasonOf(error)}`,
      "start",
    );
    return false;
  }
}

/** A daemon was started by another path (daemon.ts). */
function nameSelf(name: string, log: Log) {
  const why = callSelf(name);
  if (why !== undefined) log.debug(`Cannot be called ${name}: ${why}`, "start");
}

/** ucarp's first lines (carp.md 13). */
function greet({ routers }: CarpStart, log: Log) {
  for (const { device } of routers) {
    for (const { level, text } of greetingOf(device)) log[level](text, "carp");
  }
}
