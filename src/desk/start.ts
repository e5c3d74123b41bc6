// Before the agent runs: the files, the directories, the lock. What is wrong here is told on stderr
// by a person's measure (places, carets, hints), or in the log's form, and never half-started.

import { closeSync, constants, fchmodSync, mkdirSync, openSync } from "node:fs";
import { reasonOf } from "../../ffi/error.ts";
import { lockMemory } from "../../ffi/realtime.ts";
import type { Problem } from "../config/problem.ts";
import { problemLine, renderProblems } from "../config/render.ts";
import type { Level } from "../core/effect.ts";
import { Agent } from "./agent.ts";
import { stopOnBugs } from "./bug.ts";
import { Children } from "./children/children.ts";
import { scriptEnvironment } from "./environment.ts";
import { Identity } from "./identity.ts";
import { journalOf } from "./journal/journal.ts";
import { Lock } from "./lock.ts";
import { Log } from "./log.ts";
import { logPlacesOf } from "./logd/use.ts";
import { Notice } from "./notice.ts";
import { missingCapabilities, neededBy, othersPrograms, withoutRoot } from "./permission.ts";
import { removePid, writePid } from "./pidfile.ts";
import { type Directories, type Places, placesOf } from "./place.ts";
import { giveProgramDirectories } from "./programdirs.ts";
import { reboot } from "./reboot.ts";
import { type Amendment, SettingsReader } from "./settingsreader.ts";
import { hearSignals, hearSignalsAsHeartbeat } from "./signal.ts";
import { StatusPage } from "./statuspage/statuspage.ts";

/** Exit codes of the agent (heartbeat-config 6 has the same for configuration errors); "anew" is EX_TEMPFAIL of
 *  sysexits(3). */
const code = { left: 0, failed: 1, notPermitted: 4, configuration: 6, anew: 75 } as const;
/** A disk that hangs may cost the last events, not the end of the agent. */
const lastEventsMs = 1_000;
type Code = (typeof code)[keyof typeof code];

export interface StartOptions {
  readonly directories: Directories;
  readonly level: Level;
  /** Of this binary, for monitoring. */
  readonly version: string;
  readonly amendment?: Amendment;
  /** As the daemon of 3.0.6: what signals mean, and its pid file, which says that it runs. */
  readonly likeHeartbeat?: boolean;
}

/** `hb agent`, from the first file to the last log line; gives the exit code. */
export async function runAgent(options: StartOptions): Promise<Code> {
  const { directories, level, version, amendment, likeHeartbeat = false } = options;
  // Scripts inherit it (heartbeat-config 9).
  process.umask(0o022);
  const places = placesOf(directories);
  const reader = new SettingsReader(places, amendment);
  const settings = await reader.read();
  const { problems, conf } = settings;
  // What ha.cf's "debug" asks for is a floor: the option may ask for more.
  const log = new Log(conf.debug > 0 ? "debug" : level);
  // Its form alone: the files may be those of an agent that runs.
  const { logFormat, syslogmsgfmt } = conf;
  log.open({ logFormat, syslogmsgfmt });
  if (!settings.good) {
    tellProblems(log, problems);
    await refuse(log, "The agent is not started: the configuration has problems");
    return code.configuration;
  }
  const { cluster } = settings;
  const lacks = missingCapabilities(neededBy(cluster));
  if (lacks.length > 0) {
    tellProblems(log, problems);
    const text = `Not permitted: try as root, or with ${lacks.join(" and ")}`;
    await refuse(log, text, "The agent is not started");
    return code.notPermitted;
  }
  try {
    makeDirectories(places);
    const locked = Lock.take(places);
    if ("refused" in locked) {
      await refuse(log, locked.refused);
      return code.failed;
    }
    log.open(logPlacesOf(conf, places.state));
    // Not waited for: name services may be slow.
    giveProgramDirectories(places.run).catch((error) => {
      log.warn(`ccm and dopd may find no place for their sockets: ${reasonOf(error)}`, "start");
    });
    // Not before: who starts a second agent wants to know of the first, not of old warnings.
    tellProblems(log, problems);
    if (conf.realtime) stayInMemory(log);
    for (const text of [...withoutRoot(cluster), ...othersPrograms(conf.children)]) {
      log.warn(text, "start");
    }
    const environment = () => scriptEnvironment(conf, cluster.self, places);
    const notice = new Notice({ log, directory: places.run, environment }, conf.notify);
    const { self: node } = cluster;
    const page = new StatusPage({ log, node, version, journal: places.events, run: places.run });
    const journal = journalOf(places.events, node, log, (event) => {
      notice.tell(event);
      page.hear(event);
    });
    const text = `hb starts as ${cluster.self}, configuration ${places.conf}`;
    log.write("info", text, "start", { status: "starting" });
    const identity = new Identity(places, conf, cluster.self, log);
    const fence = (reason: string) => reboot(reason, log);
    const children = new Children({ places, log, reboot: fence }, settings);
    const agent = new Agent({
      ...{ places, log, cluster, conf, identity, notice, page, children, reader },
      hearSignals: (tasks) =>
        likeHeartbeat ? hearSignalsAsHeartbeat(tasks, log) : hearSignals(tasks),
    });
    stopOnBugs(log);
    if (likeHeartbeat) writePid(places.heartbeatPid);
    const ended = await agent.run();
    if (likeHeartbeat) removePid(places.heartbeatPid);
    locked.lock.release();
    await Promise.all([journal.drained(lastEventsMs), notice.drained(lastEventsMs)]);
    // Not by returning: a script that was left running would keep this process. The log is written.
    process.exit(ended === "anew" ? code.anew : ended);
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error), "start");
    await log.drained(1_000);
    return code.failed;
  }
}

/** To a person with places, carets and hints; to the journal and other programs a line for each, with its level. */
function tellProblems(log: Log, problems: readonly Problem[]) {
  if (log.isForPeople) {
    if (problems.length > 0) process.stderr.write(`${renderProblems(problems)}\n`);
    return;
  }
  for (const problem of problems) {
    log.write(problem.level === "error" ? "error" : "warn", problemLine(problem), "start");
  }
}

async function refuse(log: Log, ...reasons: readonly string[]) {
  for (const reason of reasons) {
    if (log.isForPeople) process.stderr.write(`${reason}\n`);
    else log.error(reason, "start");
  }
  await log.drained(lastEventsMs);
}

/** Those that an agent and its scripts work in. */
export function makeDirectories(places: Places) {
  for (const path of [places.state, places.run]) mkdirSync(path, { recursive: true, mode: 0o755 });
  mkdirSync(places.work, { recursive: true, mode: 0o700 });
  mkdirSync(places.scratch, { recursive: true });
  // Agents of every user keep their state files here, as in /tmp. Through a descriptor, so that a
  // link in a run directory that others may write to does not open another directory to everybody.
  const scratch = openSync(places.scratch, constants.O_DIRECTORY | constants.O_NOFOLLOW);
  fchmodSync(scratch, 0o1777);
  closeSync(scratch);
}

/** A desk that is swapped out cannot keep its pulse company. Scripts do not inherit the lock. */
function stayInMemory(log: Log) {
  try {
    lockMemory();
  } catch (error) {
    log.debug(`The desk may be swapped out: ${reasonOf(error)}`, "start");
  }
}
