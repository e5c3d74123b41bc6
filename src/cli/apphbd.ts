// `hb apphbd`: the application-heartbeat server, and by the name `apphbd` what 3.0.6's program of that name is, with
// its options (apphbd(8)).

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type ApphbdConf, parseApphbdCf, usualApphbd } from "../config/apphbdcf.ts";
import { renderProblems } from "../config/render.ts";
import { apphbdPlaces, endApphbd, runningApphbd } from "../desk/apphbd/place.ts";
import { callSelf } from "../desk/selfname.ts";
import { startInBackground } from "./background.ts";
import { command } from "./command.ts";
import { runDirOption } from "./directory.ts";
import { exit } from "./exit.ts";
import { print, say } from "./output.ts";

/** In the working directory, as 3.0.6 has it. */
const usualFile = "apphbd.cf";

export const apphbd = command({
  name: "apphbd",
  summary: "Watches over programs that register and send heartbeats",
  examples: ["hb apphbd", "hb apphbd --config /etc/ha.d/apphbd.cf --daemonize", "hb apphbd -k"],
  args: {
    config: {
      type: "string",
      alias: "c",
      valueHint: "FILE",
      description: `Configuration (./${usualFile} if it is there)`,
    },
    daemonize: {
      type: "boolean",
      description: "Go to the background once programs can register (usual as apphbd)",
    },
    status: { type: "boolean", alias: "s", description: "Say whether it runs" },
    kill: { type: "boolean", alias: "k", description: "Stop the one that runs" },
    restart: { type: "boolean", alias: "r", description: "Stop the one that runs, then start" },
    debug: {
      type: "boolean",
      alias: "d",
      description: "Log every registration, or with LEVEL 0 none",
    },
    ...runDirOption,
  },
  // By the old name more words may follow, of which 3.0.6's says nothing.
  operands: { name: "LEVEL", description: "With --debug: the level", min: 0 },
  lists: [
    {
      title: "Signals",
      rows: [
        ["SIGTERM, SIGINT", "End"],
        ["SIGHUP", "Open the log files anew"],
      ],
    },
  ],
  notes: `A program registers at apphb.comm in the run directory, by libapphb or by itself, and says how often
it will be heard from. The log tells when it is not, when it is again, and when it goes without a word.`,
  exits: [
    [exit.done, "ended, or one runs"],
    [exit.failed, "failed"],
    [exit.usage, "wrong use"],
    [exit.stopped, "none runs"],
    [exit.configuration, "bad configuration"],
  ],
  async run({ args, operands, calledAs }) {
    const { config, status, kill, restart, debug, "run-dir": run } = args;
    const isOld = calledAs === "apphbd";
    const [first, second] = operands;
    const level = debug && /^\d{1,3}$/.test(first ?? "") ? first : undefined;
    const spare = level === undefined ? first : second;
    if (spare !== undefined && !isOld) {
      say(`${calledAs}: Spare argument "${spare}": a level comes with --debug`);
      return exit.usage;
    }
    const running = runningApphbd(apphbdPlaces(run).pid);
    if (status) {
      print(running ? `apphbd is running [pid: ${running.pid}]` : "apphbd is stopped.");
      return running ? exit.done : exit.stopped;
    }
    if ((kill || restart) && running !== undefined && !(await endApphbd(running))) {
      say(`${calledAs}: The server (pid ${running.pid}) does not end: try kill -9 ${running.pid}`);
      return exit.failed;
    }
    if (kill) return exit.done;
    if (!restart && running !== undefined) {
      // As 3.0.6's, which has started its daemon before that finds the other one.
      say(`${calledAs}: already running: [pid ${running.pid}].`);
      return exit.done;
    }
    const conf = read(config, isOld, calledAs);
    if (conf === undefined) return exit.configuration;
    if (args.daemonize || isOld) {
      const words = ["apphbd", "--run-dir", resolve(run)];
      if (config !== undefined || existsSync(usualFile)) {
        words.push("--config", resolve(config ?? usualFile));
      }
      if (debug) words.push("--debug", level ?? "1");
      return await startInBackground(words, () => runningApphbd(apphbdPlaces(run).pid)?.pid);
    }
    const [{ runApphbd }, { openDevice }] = await Promise.all([
      import("../desk/apphbd/start.ts"),
      import("../pulse/watchdogdevice.ts"),
    ]);
    callSelf("apphbd");
    const debugLevel = debug ? Number(level ?? 1) : conf.debugLevel;
    const ran = await runApphbd({ conf: { ...conf, debugLevel }, run, openWatchdog: openDevice });
    return ran ? exit.done : exit.failed;
  },
});

/** What the file says; undefined, and said, when it has problems. Only 3.0.6's program must have one. */
function read(
  config: string | undefined,
  isOld: boolean,
  calledAs: string,
): ApphbdConf | undefined {
  const path = config ?? usualFile;
  if (config === undefined && !isOld && !existsSync(path)) return usualApphbd;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    say(`${calledAs}: Cannot open config file: [${config ?? `./${usualFile}`}]`);
    if (config === undefined) say(`Name it: ${calledAs} -c FILE`);
    return undefined;
  }
  const { conf, problems } = parseApphbdCf(text, path);
  if (problems.length > 0) say(renderProblems(problems));
  return problems.some(({ level }) => level === "error") ? undefined : conf;
}
