// `hb agent`: the daemon, in the foreground. A service manager keeps it; no fork, no pid games.

import { command } from "./command.ts";
import { agentDirOptions } from "./directory.ts";
import { release } from "./edition.ts";
import { exit } from "./exit.ts";

const levels = ["error", "warn", "info", "debug"] as const;

export const agent = command({
  name: "agent",
  summary: "Runs the agent of this node in the foreground",
  examples: ["hb agent", "hb agent --dir ./ha.d --state-dir ./state --run-dir ./run"],
  args: {
    ...agentDirOptions,
    "log-level": {
      valueHint: "LEVEL",
      type: "enum",
      options: [...levels],
      default: "info",
      description: "What is logged to stderr: error, warn, info (default) or debug",
    },
  },
  lists: [
    {
      title: "Signals",
      rows: [
        [
          "SIGTERM, SIGINT",
          "Release everything, say goodbye, end (again: do not wait for scripts)",
        ],
        ["SIGHUP", "Read the configuration again: it is adopted whole or refused whole"],
        [
          "SIGUSR1",
          "End without leaving: the service manager starts the installed hb, which goes on",
        ],
      ],
    },
  ],
  exits: [
    [exit.done, "has left"],
    [exit.failed, "failed or already running"],
    [exit.notPermitted, "not permitted"],
    [exit.configuration, "the configuration has problems"],
    [exit.anew, "begins anew"],
  ],
  async run({ args }) {
    const { runAgent } = await import("../desk/start.ts");
    return await runAgent({
      directories: { conf: args.dir, state: args["state-dir"], run: args["run-dir"] },
      level: args["log-level"],
      version: release.version,
    });
  },
});
