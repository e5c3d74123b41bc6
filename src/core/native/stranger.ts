// What hb nodes answer to a Heartbeat 3 node in a cluster of more than two: to its `starting`, without which
// it would never get up (heartbeat-wire 10.3), to the report that it was asked for (inquiry.ts), without which
// it would do nothing more of its own, and to its `ip-request` for its own group, without which it would never
// start that (heartbeat-resources 6). A group that an hb node has is not given away: then nobody answers.
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
  /** It was asked what it holds. */
  readonly isAsked: boolean;
}

export function answerStranger(
  council: Council,
  ledger: Ledger,
  { node, message, isAsked }: Question,
  now: Instant,
): Effect[] | undefined {
  const { table } = council;
  const key = textOf(message, "ipaddr") ?? "";
  switch (textOf(message, "t")) {
    case "starting":
      return [warning(node), ...table.send(reportDraft(report(council)), now)];
    case "resource":
      return isAsked ? table.send(reportDraft(report(council)), now) : undefined;
    case "ip-request":
      if (table.hand.group(key) === undefined || ledger.register(key).node !== node) {
        return undefined;
      }
      return table.send(groupAnswerDraft(node, key, false), now);
    default:
      return undefined;
  }
}

function report({ table, strangers, claims }: Council): Report {
  const starting = strangers.filter((stranger) => !claims.isSettled(stranger));
  const held = table.hand.groups.filter(({ state }) => state === "held");
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
