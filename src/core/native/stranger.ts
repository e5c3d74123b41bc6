// The two sentences that hb nodes say to a Heartbeat 3 node in a cluster of more than two: answers to its
// `starting`, without which it would never get up (heartbeat-wire 10.3), and to its `ip-request` for its own
// group, without which it would never start that (heartbeat-resources 6). A group that an hb node has is
// not given away: then nobody answers.
//
// Heartbeat's own model of "local" and "foreign" groups is only right for two nodes, so nothing is
// negotiated with it here (heartbeat-resources 11). To a node that starts, "foreign" means that its own
// groups are taken: it is said of groups of nodes that are starting, and of no others.

import { type Message, textOf } from "../../wire/message.ts";
import { groupAnswerDraft, type Report, reportDraft } from "../classic/draft.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import type { Council } from "./council.ts";
import type { Ledger } from "./ledger.ts";

/** What a Heartbeat 3 node among many said. */
interface Question {
  readonly node: string;
  readonly message: Message;
}

export function answerStranger(
  { table, strangers, claims }: Council,
  ledger: Ledger,
  { node, message }: Question,
  now: Instant,
): Effect[] | undefined {
  const key = textOf(message, "ipaddr") ?? "";
  switch (textOf(message, "t")) {
    case "starting": {
      const starting = strangers.filter((stranger) => !claims.isSettled(stranger));
      return [warning(node), ...table.send(reportDraft(report(table, starting)), now)];
    }
    case "ip-request":
      if (table.hand.group(key) === undefined || ledger.register(key).node !== node) {
        return undefined;
      }
      return table.send(groupAnswerDraft(node, key, false), now);
    default:
      return undefined;
  }
}

function report({ hand }: Council["table"], starting: readonly string[]): Report {
  const held = hand.groups.filter(({ state }) => state === "held");
  const claim = {
    local: held.some(({ owner }) => !starting.includes(owner)),
    foreign: held.some(({ owner }) => starting.includes(owner)),
  };
  return { claim, stable: true };
}

function warning(node: string): Effect {
  const text =
    `${node} runs Heartbeat 3, which is only right in clusters of two nodes: ` +
    "it may start groups that another node holds; run hb on every node";
  return { do: "log", level: "warn", topic: "stranger", text };
}
