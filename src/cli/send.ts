// `hb send`: says something to programs on the nodes of the cluster, over the cluster's own links.

import { fieldFault, isChannel } from "../desk/listen/wish.ts";
import { isNodeName } from "../desk/nodename.ts";
import { carryOut } from "./asking.ts";
import { command } from "./command.ts";
import { runDirOption } from "./directory.ts";
import { exit } from "./exit.ts";
import { misuse } from "./misuse.ts";

export const send = command({
  name: "send",
  summary: "Says something to programs on the nodes that listen",
  examples: ['hb send deploy "version 12 is out"', "hb send deploy --to bob --field version=12"],
  args: {
    to: { type: "string", valueHint: "NODE", description: "To this node alone (all nodes)" },
    field: {
      type: "string",
      valueHint: "NAME=VALUE",
      description: "A field of the message; the words are the field text",
    },
    ...runDirOption,
  },
  repeatable: ["field"],
  operands: {
    name: "CHANNEL TEXT",
    description: "Where to say it, and what; the words are joined by blanks",
    min: 1,
  },
  notes: `Root may use every channel, another user those that apiauth in ha.cf gives him (hb-api(7)).
Heard by "hb listen --channel CHANNEL" and by clients of libhbclient that signed on as CHANNEL.
It is delivered like every message of the cluster: authenticated, in order for each node, and again where it was lost.
A node that is dead or starts later does not hear it, and nobody tells whether anybody listened.`,
  exits: [
    [exit.done, "sent"],
    [exit.failed, "refused"],
    [exit.usage, "wrong use"],
    [exit.notPermitted, "not permitted"],
    [exit.notRunning, "no agent runs"],
  ],
  async run({ args, operands, every, calledAs }) {
    const [channel = "", ...words] = operands;
    const wrong = (reason: string) => misuse(calledAs, reason);
    if (!isChannel(channel)) {
      return wrong(`"${channel}" is no channel: up to 31 letters, not beginning with a digit`);
    }
    if (args.to !== undefined && !isNodeName(args.to))
      return wrong(`"${args.to}" is not a node name`);
    const fields = new Map<string, string>();
    if (words.length > 0) fields.set("text", words.join(" "));
    for (const word of every("field")) {
      const at = word.indexOf("=");
      const name = word.slice(0, Math.max(at, 0));
      if (at < 1) return wrong(`"${word}" must be NAME=VALUE`);
      const fault = fieldFault(name, word.slice(at + 1));
      if (fault !== undefined) return wrong(`Cannot send "${word}": ${fault}`);
      fields.set(name, word.slice(at + 1));
    }
    if (fields.size === 0) return wrong("There is nothing to say: write a text or a --field");
    const to = args.to === undefined ? {} : { to: args.to.toLowerCase() };
    return await carryOut(args["run-dir"], {
      ask: "send",
      channel,
      fields: Object.fromEntries(fields),
      ...to,
    });
  },
});
