// Which negotiator the cluster's members call for: the language of Heartbeat 3 in a pair with such a node, else
// that of hb nodes.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Member } from "../member.ts";

export type Kind = "native" | "classic" | "legacy";

/** `present`: the one in force, which lasts until the other node says what it runs. */
export function kindFor(
  members: readonly Member[],
  { self, nodes, autoFailback }: Pick<ClusterConfig, "self" | "nodes" | "autoFailback">,
  present: Kind,
): Kind {
  let other: Member | undefined;
  for (const member of members) {
    if (member.kind !== "normal" || member.name === self) continue;
    // One that was added by command and never came does not end a pair.
    if (member.unheard && !nodes.includes(member.name)) continue;
    if (other !== undefined) return "native";
    other = member;
  }
  if (other === undefined || other.unheard) return "native";
  // Only a status says what a node runs, and only a status brings a generation.
  if (other.generation === 0) return present;
  if (other.speaksHb) return "native";
  return autoFailback === "legacy" ? "legacy" : "classic";
}
