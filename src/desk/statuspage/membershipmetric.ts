// What /metrics says of the membership with consensus.

import type { Snapshot } from "../../core/snapshot.ts";
import { gauge } from "./metric.ts";

/** Nothing without `membership on`. */
export function membershipMetrics(
  snapshot: Pick<Snapshot, "membership" | "nodes"> | undefined,
): string[] {
  const { membership, nodes = [] } = snapshot ?? {};
  if (membership === undefined) return [];
  const { transition, quorum, state, members } = membership;
  const normal = nodes.filter(({ kind }) => kind !== "ping").map(({ name }) => name);
  const isMember = (node: string) => members.some(({ name }) => name === node);
  return [
    gauge({ name: "hb_quorum", help: "1 while the membership may speak for the cluster." }, [
      { value: Number(quorum === true) },
    ]),
    gauge(
      { name: "hb_membership_agreed", help: "1 while no other membership is being agreed on." },
      [{ value: Number(state === "JOINED") }],
    ),
    gauge(
      { name: "hb_membership_transition", help: "The number of the membership." },
      transition === undefined ? [] : [{ value: transition }],
    ),
    gauge(
      { name: "hb_membership_member", help: "1 while the node is in the membership." },
      normal.map((node) => ({ labels: { node }, value: Number(isMember(node)) })),
    ),
  ];
}
