// `hb child`: what a program beside the agent is before it is that program. Not for users.

import { become } from "../desk/children/become.ts";
import { command } from "./command.ts";
import { exit } from "./exit.ts";
import { say } from "./output.ts";

export const child = command({
  name: "child",
  summary: "Becomes a program of ha.cf, as its user; started by the agent",
  examples: ["hb child hacluster /usr/libexec/heartbeat/ipfail"],
  operands: {
    name: "USER LINE",
    description: "Whose it is, and what a shell is to execute",
    min: 2,
    max: 2,
  },
  hidden: true,
  notes: 'The agent starts this by itself, for each "respawn" and "failfast" of ha.cf',
  run({ operands: [user = "", line = ""] }) {
    try {
      become(user, line);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      return exit.failed;
    }
  },
});
