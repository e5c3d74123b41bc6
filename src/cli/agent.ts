// `hb agent`: the daemon, in the foreground. A service manager keeps it; no fork, no pid games.

import { command } from "./command.ts";
import { agentDirOptions } from "./directory.ts";

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
  notes: `Signals:
  SIGTERM, SIGINT   release everything, say goodbye, end (again: do not wait for scripts)
  SIGHUP            read the configuration again: it is adopted whole or refused whole

Exit codes: 0 left in good order, 1 failed or already running, 6 the configuration has problems`,
  async run({ args }) {
    const { runAgent } = await import("../desk/start.ts");
    return await runAgent({
      directories: { conf: args.dir, state: args["state-dir"], run: args["run-dir"] },
      level: args["log-level"],
    });
  },
});
