// `hb apphbd`, from its file to its last log line: the process around server.ts.

import { mkdirSync } from "node:fs";
import { setPriority } from "node:os";
import { dirname } from "node:path";
import { reasonOf } from "../../../ffi/error.ts";
import { lockMemory } from "../../../ffi/realtime.ts";
import type { ApphbdConf } from "../../config/apphbdcf.ts";
import { accountNumber } from "../account.ts";
import { stopOnBugs } from "../bug.ts";
import { serveHangup } from "../hangup.ts";
import { Log } from "../log.ts";
import { removePid, writePid } from "../pidfile.ts";
import { reboot } from "../reboot.ts";
import { apphbdManner } from "./manner.ts";
import { apphbdPlaces, lockApphbd } from "./place.ts";
import { ApphbServer } from "./server.ts";
import { keepFed, type Watchdog } from "./watchdog.ts";

const lastWordsMs = 1_000;
/** Of all facilities the one that is for daemons. */
const facility = "daemon";
/** Before ordinary processes, behind whatever is in real time. */
const niceness = -15;

export interface ApphbdStart {
  readonly conf: ApphbdConf;
  readonly run: string;
  openWatchdog(path: string): Watchdog;
}

/** Runs until a signal ends it; gives whether it ran. */
export async function runApphbd({ conf, run, openWatchdog }: ApphbdStart): Promise<boolean> {
  const places = apphbdPlaces(run);
  const log = new Log(
    conf.debugLevel > 0 ? "debug" : "info",
    undefined,
    apphbdManner(process.env.JOURNAL_STREAM !== undefined),
  );
  let server: ApphbServer;
  try {
    for (const path of [run, dirname(places.pid)])
      mkdirSync(path, { recursive: true, mode: 0o755 });
    if (!lockApphbd(places.lock)) {
      log.error("already running");
      await log.drained(lastWordsMs);
      return false;
    }
    const { logfile, debugfile } = conf;
    log.open({
      logfacility: facility,
      ...(logfile !== undefined && { logfile }),
      ...(debugfile !== undefined && conf.debugLevel > 0 && { debugfile }),
    });
    stopOnBugs(log);
    const trusted = await accountNumber("user", "hacluster");
    server = new ApphbServer({
      path: places.socket,
      trusted,
      log: (level, text) => log.write(level, text),
      reboot: (reason) => void reboot(reason, log),
    });
  } catch (error) {
    log.error(`The server is not started: ${reasonOf(error)}`);
    await log.drained(lastWordsMs);
    return false;
  }
  const ended = untilSignal();
  const stopServing = serveHangup(() => log.reopen());
  log.info("Starting apphbd");
  if (conf.realtime) comeFirst(log);
  const { watchdogDevice } = conf;
  const stopFeeding =
    watchdogDevice === undefined
      ? () => {}
      : keepFed(() => openWatchdog(watchdogDevice), conf.watchdogIntervalMs, log);
  // Last: who waits for this file may register.
  writePid(places.pid);
  await ended;
  stopServing();
  stopFeeding();
  server.close();
  removePid(places.pid);
  log.info("[apphbd] stopped");
  await log.drained(lastWordsMs);
  return true;
}

function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  return promise;
}

/** Not in real time, as 3.0.6: clients are not trusted, and one that floods us would have a processor of ours. */
function comeFirst(log: Log) {
  for (const step of [lockMemory, () => setPriority(niceness)]) {
    try {
      step();
    } catch (error) {
      log.debug(`Without precedence: ${reasonOf(error)}`);
    }
  }
}
