// The one sentence that hb nodes say to a Heartbeat 3 node in a cluster of more than two: an answer to
// its `starting`, without which it would never get up (heartbeat-wire 10.3).
//
// Heartbeat's own model of "local" and "foreign" groups is only right for two nodes, so nothing is
// negotiated with it here (heartbeat-resources 11).

import { reportDraft } from "../classic/draft.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import type { NativeTable } from "./council.ts";

/** Answer `starting` of a Heartbeat 3 node among many, and warn. */
export function reportToStranger(table: NativeTable, node: string, now: Instant): Effect[] {
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
