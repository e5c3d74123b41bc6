// `hb carp`: a process that hosts virtual routers and nothing else, from the checked configuration to
// the last log line. What was asked for on the command line is read in cli/carp.ts and cli/ucarp.ts.

import type { RouterConfig } from "../config/router.ts";

export interface CarpStart {
  /** At least one; the names differ, and everything is checked that can be checked without the host. */
  readonly routers: readonly RouterConfig[];
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
  /** Where the control sockets of all such processes are (desk/carpplace.ts). */
  readonly run: string;
  /** What outlives a reboot: the seal's sender and number. */
  readonly state: string;
}

/** Runs until a signal or the loss of everything ends it; gives the exit code. */
export async function runCarp(start: CarpStart): Promise<number> {
  process.stderr.write(`The process of ${start.routers.length} virtual routers is not there yet\n`);
  return 1;
}
