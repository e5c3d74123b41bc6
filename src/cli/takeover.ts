// `hb takeover`: this node takes groups from the others (hb_takeover of Heartbeat).

import { command } from "./command.ts";
import { moveGroups, moveOperands, moveOptions } from "./move.ts";

export const takeover = command({
  name: "takeover",
  summary: "Takes groups from the others to this node",
  examples: ["hb takeover", "hb takeover local", "hb takeover --no-wait all"],
  args: moveOptions,
  operands: moveOperands,
  lists: [
    {
      title: "Sets of groups, as this node sees them",
      rows: [
        ["all", "Every group"],
        ["local", "The groups that this node owns"],
        ["foreign", "The groups that other nodes own"],
        ["failback", "The same as local: this node gets its own"],
      ],
    },
  ],
  run({ args, operands, calledAs }) {
    const { wait, "run-dir": run } = args;
    return moveGroups({ what: "takeover", word: operands[0], wait, run, calledAs });
  },
});
