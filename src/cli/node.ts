// `hb node add|remove`: the running cluster's list of nodes (hb_addnode, hb_delnode of Heartbeat).

import { isNodeName } from "../desk/nodename.ts";
import { carryOut } from "./asking.ts";
import { command } from "./command.ts";
import { runDirOption } from "./directory.ts";
import { exit } from "./exit.ts";
import { say } from "./output.ts";

const asks = { add: "addnode", remove: "delnode" } as const;

export const node = command({
  name: "node",
  summary: "Adds nodes to the running cluster or removes them",
  examples: ["hb node add carol", "hb node remove carol dave"],
  args: runDirOption,
  operands: { name: "add|remove NODE", description: "Which nodes to add or remove", min: 2 },
  notes: `A node that is removed must be dead, and every other node must be alive.
Write the same into ha.cf on every node: what is done here lasts until the cluster is restarted`,
  async run({ args, operands, calledAs }) {
    const [verb = "", ...nodes] = operands;
    if (verb !== "add" && verb !== "remove") {
      say(`${calledAs}: Unknown word "${verb}": add and remove are known`);
      return exit.usage;
    }
    const wrong = nodes.find((name) => !isNodeName(name));
    if (wrong !== undefined) {
      say(`${calledAs}: "${wrong}" is not a node name`);
      return exit.usage;
    }
    const names = nodes.map((name) => name.toLowerCase());
    return await carryOut(args["run-dir"], { ask: asks[verb], nodes: names });
  },
});
