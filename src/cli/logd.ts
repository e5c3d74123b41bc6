// `hb logd`: a log daemon in the place of ha_logd. By that name it takes ha_logd's command line.

import { resolve } from "node:path";
import { logdPidBeside } from "../desk/place.ts";
import { callSelf } from "../desk/selfname.ts";
import { startInBackground } from "./background.ts";
import { command } from "./command.ts";
import { agentDirOptions } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { print, say } from "./output.ts";

const usualConfig = "/etc/logd.cf";

const args = {
  config: {
    type: "string",
    alias: "c",
    valueHint: "FILE",
    default: usualConfig,
    description: `Configuration (${usualConfig})`,
  },
  daemonize: { type: "boolean", alias: "d", description: "Go to the background once it serves" },
  stop: { type: "boolean", alias: "k", description: "End the one that runs" },
  status: { type: "boolean", alias: "s", description: "Say whether one runs" },
  verbose: { type: "boolean", alias: "v", description: "Write debug lines of its own too" },
  "state-dir": agentDirOptions["state-dir"],
  "run-dir": {
    ...agentDirOptions["run-dir"],
    description: `The pid file is beside it (${agentDirOptions["run-dir"].default})`,
  },
} as const;

export const logd = command({
  name: "logd",
  summary: "Writes the log for programs that may not wait for a disk, as ha_logd",
  examples: ["hb logd", "hb logd -d -c /etc/logd.cf", "hb logd --status"],
  args,
  lists: [
    {
      title: "Signals",
      rows: [
        ["SIGTERM, SIGINT", "Write what is there, end"],
        ["SIGHUP", "Close the log files and open them again: they were rotated"],
      ],
    },
  ],
  notes: `Listens at STATE-DIR/log_daemon, where ha_logger, heartbeat's programs and hb (use_logd) log.
Where no such daemon runs, hb writes to the places of logd.cf itself.`,
  exits: [
    [exit.done, "ended, or one runs"],
    [exit.failed, "failed"],
    [exit.usage, "wrong use"],
    [exit.stopped, "none runs"],
    [exit.notPermitted, "not permitted"],
    [exit.configuration, "bad logd.cf"],
  ],
  async run(call) {
    const { logdPid, runLogd, stopLogd } = await import("../desk/logd/start.ts");
    const { calledAs } = call;
    const { config, daemonize, status, stop, verbose } = call.args;
    const run = call.args["run-dir"];
    if (status === true) return told(logdPid(run), logdPidBeside(run));
    if (stop === true) {
      if (await stopLogd(run)) return exit.done;
      say(`${calledAs}: It does not end: see what holds it up, or kill it`);
      return exit.failed;
    }
    const state = call.args["state-dir"];
    const before = daemonize === true ? logdPid(run) : undefined;
    if (daemonize === true && typeof before !== "number") {
      const words = ["--config", resolve(config), "--state-dir", resolve(state)];
      words.push("--run-dir", resolve(run), ...(verbose === true ? ["--verbose"] : []));
      const running = () => {
        const pid = logdPid(run);
        return typeof pid === "number" ? pid : undefined;
      };
      // Who looks for ha_logd by its name finds this one.
      if (calledAs === "ha_logd") return await startInBackground(words, running, calledAs);
      return await startInBackground(["logd", ...words], running);
    }
    // It may have been started in the background.
    callSelf(calledAs === "ha_logd" ? calledAs : "hb");
    const outcome = await runLogd({ config, state, run, verbose: verbose === true });
    switch (outcome.end) {
      case "running":
        say(`${calledAs}: already running [pid ${outcome.pid}].`);
        return exit.done;
      case "configuration":
        say(outcome.text);
        return exit.configuration;
      case "refused":
        say(`${calledAs}: ${outcome.text}`);
        return exit.failed;
      case "done":
        return exit.done;
    }
  },
});

/** In ha_logd's words, for scripts that read them. */
function told(pid: number | "absent" | "stale", file: string): ExitCode {
  if (typeof pid === "number") {
    print(`logging daemon is running [pid = ${pid}].`);
    return exit.done;
  }
  print(`logging daemon is stopped${pid === "stale" ? `: ${file} exists` : ""}.`);
  return pid === "stale" ? exit.failed : exit.stopped;
}
