// A node in one sentence, for `systemctl status`.

import type { Snapshot } from "../core/snapshot.ts";

export function sentenceOf({ node, state, nodes, groups }: Snapshot): string {
  const members = nodes.filter(({ kind }) => kind !== "ping");
  const active = members.filter((member) => member.state === "active").length;
  const held = groups.filter(({ holder }) => holder === node).length;
  const reach = `${active} of ${members.length} nodes active`;
  return `${state}: ${reach}, holds ${held} of ${groups.length} groups`;
}

/** What an agent says that ends without its watchdog. */
export function resetSentence(guardS: number): string {
  return `The watchdog resets this host in ${guardS} s unless an agent is started before`;
}
