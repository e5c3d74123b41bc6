// What a message of a script (fifo.ts) or of a client of the API asks of this node itself: the words of the old
// shell commands (heartbeat-resources 12, heartbeat-api.md 12.3 and 13). All other messages are for the cluster.

import type { Command } from "../core/input.ts";
import { type Message, textOf } from "../wire/message.ts";
import { isNodeName } from "./nodename.ts";
import { setOf } from "./request.ts";

/** What is asked for, or why it is not carried out. */
export type Order = { readonly command: Command } | { readonly refused: string };

/** Undefined: nothing is asked of this node, and the message is sent. */
export function orderOf(message: Message): Order | undefined {
  const type = textOf(message, "t");
  switch (type) {
    case undefined:
    case "":
      return { refused: "a message without a type" };
    case "ask_resources":
      // Other words ("other", "done") are steps of the conversation, which the core leads itself.
      if (textOf(message, "info") !== "me") return { refused: "only info=me asks for anything" };
      return move("standby", textOf(message, "rsc_hold"));
    case "hb_takeover":
      return move("takeover", textOf(message, "rsc_hold"));
    case "addnode":
    case "delnode":
      return change(type, textOf(message, "nodelist"));
    case "setweight":
      return weigh(textOf(message, "node"), textOf(message, "weight"));
    case "setsite":
      return site(textOf(message, "node"), textOf(message, "site"));
    default:
      return undefined;
  }
}

function move(name: "standby" | "takeover", word = "all"): Order {
  const set = setOf(name, word);
  return set === undefined
    ? { refused: `"${word}" is none of all, local, foreign, failback` }
    : { command: { name, set } };
}

function change(name: "addnode" | "delnode", list = ""): Order {
  const nodes = list.split(/[\s,]+/).filter((node) => node !== "");
  const wrong = nodes.find((node) => !isNodeName(node));
  if (nodes.length === 0) return { refused: "an empty node list" };
  if (wrong !== undefined) return { refused: `"${wrong}" is not a node name` };
  return { command: { name, nodes: nodes.map((node) => node.toLowerCase()) } };
}

const wantsWeight = "it must name a node and its weight, a number that is not negative";
const wantsSite = "it must name a node and its site, at most 64 characters";

function weigh(node: string | undefined, weight = ""): Order {
  if (!isNodeName(node) || !/^[0-9]{1,9}$/.test(weight)) return { refused: wantsWeight };
  return { command: { name: "setweight", node: node.toLowerCase(), weight: Number(weight) } };
}

function site(node: string | undefined, name = ""): Order {
  if (!isNodeName(node) || !/^[^\t\n]{0,64}$/.test(name)) return { refused: wantsSite };
  return { command: { name: "setsite", node: node.toLowerCase(), site: name } };
}
