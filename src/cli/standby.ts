// `hb standby`: this node hands groups to the others (hb_standby of Heartbeat).

import { command } from "./command.ts";
import { moveGroups, moveOperands, moveOptions } from "./move.ts";

export const standby = command({
  name: "standby",
  summary: "Hands groups of this node to the others",
  examples: ["hb standby", "hb standby foreign", "hb standby --no-wait all"],
  args: moveOptions,
  operands: moveOperands,
  lists: [
    {
      title: "Sets of groups, as this node sees them",
      rows: [
        ["all", "Every group that this node holds"],
        ["local", "The groups that this node owns"],
        ["foreign", "The groups that other nodes own"],
        ["failback", "The same as foreign: each owner gets its own"],
      ],
    },
  ],
  run({ args, operands, calledAs }) {
    const { wait, "run-dir": run } = args;
    return moveGroups({ what: "standby", word: operands[0], wait, run, calledAs });
  },
});
