// hb by the name of heartbeat: 3.0.6's options, its words where programs read them, its exit codes (heartbeat-config
// 6), so that its init script and its unit drive hb unchanged. What runs then is the agent.

import { hostname } from "node:os";
import { renderProblems } from "../config/render.ts";
import { heedHangup } from "../desk/hangup.ts";
import { Log } from "../desk/log.ts";
import { logPlacesOf } from "../desk/logd/use.ts";
import { pidIn } from "../desk/pidfile.ts";
import { defaultDirectories, placesOf } from "../desk/place.ts";
import { processName, runs } from "../desk/process.ts";
import { callSelf } from "../desk/selfname.ts";
import { ownName } from "../desk/settings.ts";
import { type Amendment, SettingsReader } from "../desk/settingsreader.ts";
import { heartbeatDefaults, heartbeatWikiDefaults } from "../text/heartbeat.ts";
import { startInBackground } from "./background.ts";
import { release } from "./edition.ts";
import {
  type HeartbeatComplaint,
  type HeartbeatOptions,
  heartbeatUsage,
  readHeartbeatOptions,
} from "./heartbeatoption.ts";
import { heartbeatPage } from "./heartbeatpage.ts";
import { print, say } from "./output.ts";

/** 3.0.6's exit codes. */
const code = { done: 0, dead: 1, running: 1, usage: 2, stopped: 3, configuration: 6 };
const speaks = "3.0.6";
/** 3.0.6 looks once in a second. */
const lookEveryMs = 50;
const lastWordsMs = 1_000;

const places = placesOf(defaultDirectories);

/** Runs with the words behind the program's name; gives the exit code. */
export async function heartbeat(program: string, argv: readonly string[]): Promise<number> {
  heedHangup();
  const reading = readHeartbeatOptions(argv);
  for (const complaint of reading.complaints) await complain(program, complaint);
  if (reading.kind === "version") {
    print(`${speaks} (hb ${release.version})`);
    return code.done;
  }
  if (reading.kind === "wrong") {
    say(heartbeatUsage);
    return code.usage;
  }
  const { letters } = reading.options;
  if (letters.has("D")) {
    print(letters.has("W") ? heartbeatWikiDefaults : heartbeatDefaults);
    return code.done;
  }
  if (letters.has("k")) return await stop();
  if (letters.has("s")) return status();
  const pid = running();
  if (letters.has("R")) {
    if (typeof pid !== "number") {
      say("ERROR: heartbeat is not running.");
      return code.configuration;
    }
    say(`ERROR: Heartbeat already running [pid ${pid}].`);
    return code.running;
  }
  return await begin(reading.options, pid);
}

async function complain(program: string, { by, text }: HeartbeatComplaint): Promise<void> {
  if (by === "getopt") return say(`${program}: ${text}`);
  const log = new Log("info");
  log.open({ logFormat: "classic", syslogmsgfmt: true });
  log.error(text);
  await log.drained(lastWordsMs);
  log.close();
}

/** Who is the daemon here: started by this name, by that of hb, or 3.0.6's own. */
function running(): ReturnType<typeof pidIn> {
  const pid = pidIn(places.heartbeatPid, (command) => /heartbeat|\bhb\b/.test(command));
  if (typeof pid === "number") return pid;
  const agent = pidIn(places.pid, (command) => /\bagent\b/.test(command));
  return typeof agent === "number" ? agent : pid;
}

function status(): number {
  const pid = running();
  if (typeof pid === "number") {
    const node = ownName(places.nodeinfo);
    print(`heartbeat OK [pid ${pid} et al] is running on ${hostname()} [${node}]...`);
    return code.done;
  }
  print("heartbeat is stopped. No process");
  return pid === "stale" ? code.dead : code.stopped;
}

/** Waits for as long as it takes: services stop one after the other. */
async function stop(): Promise<number> {
  const pid = running();
  const name = typeof pid === "number" ? processName(pid) : undefined;
  if (name === undefined) {
    say("INFO: Heartbeat already stopped.");
    return code.done;
  }
  try {
    process.kill(name.pid, "SIGTERM");
  } catch {
    say(`ERROR: Cannot kill pid ${name.pid}: not permitted`);
    return code.dead;
  }
  while (runs(name)) await Bun.sleep(lookEveryMs);
  return code.done;
}

async function begin(
  { letters, debug }: HeartbeatOptions,
  pid: ReturnType<typeof pidIn>,
): Promise<number> {
  const amendment: Amendment = {
    usualLogFormat: "classic",
    ...(letters.has("l") && { realtime: false }),
    ...(letters.has("M") && { managesResources: false }),
  };
  const settings = await new SettingsReader(places, amendment).read();
  const isDaemon = letters.has("f") && process.env[daemonMark] !== undefined;
  if (settings.problems.length > 0 && !isDaemon) say(renderProblems(settings.problems));
  const isRunning = typeof pid === "number";
  const log = new Log(letters.has("d") ? "debug" : "info");
  // The files of a log are those of the daemon: only what it shall be asked for is written there.
  const isAsking = settings.good && letters.has("r") && isRunning;
  const { logFormat, syslogmsgfmt } = settings.conf;
  log.open(isAsking ? logPlacesOf(settings.conf, places.state) : { logFormat, syslogmsgfmt });
  try {
    if (!settings.good) {
      log.error("Configuration error, heartbeat not started.");
      return code.configuration;
    }
    if (isAsking) {
      log.info(`Signalling heartbeat pid ${pid} to reread config files`);
      process.kill(pid, "SIGHUP");
      return code.done;
    }
    // In the foreground the agent says it itself.
    const staysHere = letters.has("f") && !isRunning;
    if (!staysHere && !letters.has("r")) {
      log.info(`Configuration validated. Starting heartbeat ${speaks}`);
    }
    if (letters.has("v")) print(heartbeatPage(hostname(), settings.conf, debug));
    if (isRunning) {
      log.info(`heartbeat: already running [pid ${pid}].`);
      return code.done;
    }
  } finally {
    await log.drained(lastWordsMs);
    log.close();
  }
  if (letters.has("f")) return await run(letters, amendment);
  process.env[daemonMark] = "1";
  const handedOn = ([...letters] as const).filter((letter) => "dlM".includes(letter));
  const words = ["f", ...handedOn].map((letter) => `-${letter}`);
  const ready = () => {
    const now = running();
    return typeof now === "number" ? now : undefined;
  };
  return await startInBackground(words, ready, "heartbeat");
}

/** In the environment of a daemon that another one of us started: everything was said. */
const daemonMark = "HB_DAEMON_OF_HEARTBEAT";

async function run(letters: HeartbeatOptions["letters"], amendment: Amendment) {
  delete process.env[daemonMark];
  callSelf("heartbeat");
  const { runAgent } = await import("../desk/start.ts");
  return await runAgent({
    directories: defaultDirectories,
    level: letters.has("d") ? "debug" : "info",
    version: release.version,
    amendment,
    likeHeartbeat: true,
  });
}
