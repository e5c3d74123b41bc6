// `hb listen`: what happens in the cluster, a line for each event, for scripts and programs.

import type { Told } from "../desk/listen/listeners.ts";
import { listenTo } from "../desk/listen/stream.ts";
import { isChannel, type Topic, topics } from "../desk/listen/wish.ts";
import { asProgram, refused } from "./asking.ts";
import { command } from "./command.ts";
import { runDirOption } from "./directory.ts";
import { exit } from "./exit.ts";
import { untilSignal } from "./interrupt.ts";
import { misuse } from "./misuse.ts";
import { print, say } from "./output.ts";

export const listen = command({
  name: "listen",
  summary: "Tells programs what happens in the cluster, and what is said to them",
  examples: ["hb listen", "hb listen groups | grep -w alice", "hb listen --channel deploy --json"],
  args: {
    channel: {
      type: "string",
      valueHint: "NAME",
      description: "Hear what is said there (hb send, clients of libhbclient)",
    },
    json: { type: "boolean", description: "Print each event as one line of JSON" },
    ...runDirOption,
  },
  repeatable: ["channel"],
  operands: {
    name: "nodes|links|groups|membership",
    description: "What to be told; all of them, unless there is a channel",
  },
  lists: [
    {
      title: "Lines",
      rows: [
        ["node NODE STATE KIND", "A node is active, dead …"],
        ["link NODE LINK STATE", "A node is heard on a link, or no longer"],
        ["group GROUP HOLDER STATE", "Who holds a group; - for nobody. STATE is that on this node"],
        [
          "membership NUMBER QUORUM STATE MEMBERS",
          "QUORUM is quorum or no-quorum; NUMBER is - before the first (membership on)",
        ],
        ["message CHANNEL NODE TEXT", "Something was said; line ends in it are shown as \\n"],
      ],
    },
  ],
  notes: `First everything is told as it is, then what changes. What is gone has the state "removed".
It ends with the agent; whoever must not miss anything starts it again, and is told everything again.
Root hears everything, another user the channels that apiauth in ha.cf gives him (hb-api(7)).`,
  exits: [
    [exit.done, "ended by Ctrl-C"],
    [exit.failed, "the agent ended, or said no"],
    [exit.usage, "wrong use"],
    [exit.notPermitted, "not permitted"],
    [exit.notRunning, "no agent runs"],
  ],
  async run({ args, operands, every, calledAs }) {
    const unknown = operands.find((word) => !isTopic(word));
    if (unknown !== undefined) {
      return misuse(calledAs, `Unknown word "${unknown}": ${listed} are known`);
    }
    const channels = every("channel");
    const wrong = channels.find((name) => !isChannel(name));
    if (wrong !== undefined) {
      return misuse(
        calledAs,
        `"${wrong}" is no channel: up to 31 letters, not beginning with a digit`,
      );
    }
    const chosen = operands.filter(isTopic);
    const all = chosen.length > 0 || channels.length > 0 ? chosen : topics;
    const { ended, isOver } = untilSignal("SIGINT", "SIGTERM");
    const show = (told: Told) => print(args.json === true ? JSON.stringify(told) : lineOf(told));
    const wish = { ask: "listen", topics: all, channels } as const;
    const how = await asProgram(args["run-dir"], (path) =>
      listenTo(path, wish, ({ say: _, ...told }) => show(told), ended),
    );
    if (isOver()) return exit.done;
    switch (how.kind) {
      case "closed":
        say("The agent has ended");
        return exit.failed;
      case "refused":
        say(how.text);
        return exit.failed;
      default:
        return refused(how, args["run-dir"]);
    }
  },
});

const listed = `${topics.slice(0, -1).join(", ")} and ${topics.at(-1)}`;

function isTopic(word: string): word is Topic {
  return topics.some((topic) => topic === word);
}

function lineOf(told: Told): string {
  switch (told.event) {
    case "node":
      return `node ${told.node} ${told.state} ${told.kind}`;
    case "link":
      return `link ${told.node} ${told.link} ${told.state}`;
    case "group":
      return `group ${told.group} ${told.holder ?? "-"} ${told.state}`;
    case "membership": {
      const { transition, quorum, state, members } = told;
      const verdict = quorum ? "quorum" : "no-quorum";
      return ["membership", transition ?? "-", verdict, state, ...members].join(" ");
    }
    case "message": {
      const { text, ...others } = told.fields;
      const words = text ?? JSON.stringify(others);
      return `message ${told.channel} ${told.from} ${words.replaceAll("\n", "\\n")}`;
    }
  }
}
