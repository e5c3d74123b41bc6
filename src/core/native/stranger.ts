// The two sentences that hb nodes say to a Heartbeat 3 node in a cluster of more than two: answers to its
// `starting`, without which it would never get up (heartbeat-wire 10.3), and to its `ip-request` for its own
// group, without which it would never start that (heartbeat-resources 6). A group that an hb node has is
// not given away: then nobody answers.
//
// Heartbeat's own model of "local" and "foreign" groups is only right for two nodes, so nothing is
// negotiated with it here (heartbeat-resources 11).

import { type Message, textOf } from "../../wire/message.ts";
import { groupAnswerDraft, reportDraft } from "../classic/draft.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import type { NativeTable } from "./council.ts";

/** What a Heartbeat 3 node among many said, and to whom each group is assigned. */
export interface Question {
  readonly node: string;
  readonly message: Message;
  readonly assigned: (key: string) => string;
}

export function answerStranger(
  table: NativeTable,
  { node, message, assigned }: Question,
  now: Instant,
): Effect[] | undefined {
  const key = textOf(message, "ipaddr") ?? "";
  switch (textOf(message, "t")) {
    case "starting":
      return report(table, node, now);
    case "ip-request":
      if (table.hand.group(key) === undefined || assigned(key) !== node) return undefined;
      return table.send(groupAnswerDraft(node, key, false), now);
    default:
      return undefined;
  }
}

/** Answer `starting`, and warn. */
function report(table: NativeTable, node: string, now: Instant): Effect[] {
  const held = table.hand.groups.filter(({ state }) => state === "held");
  const claim = {
    local: held.some(({ owner }) => owner === table.self),
    foreign: held.some(({ owner }) => owner !== table.self),
  };
  const text =
    `${node} runs Heartbeat 3, which is only right in clusters of two nodes: ` +
    "it may start groups that another node holds; run hb on every node";
  return [
    { do: "log", level: "warn", topic: "stranger", text },
    ...table.send(reportDraft({ claim, stable: true }), now),
  ];
}
