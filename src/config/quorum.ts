// The rules by which a membership may speak for its cluster, as `HA_quorum` names them (ccm 8).

export type QuorumRule = "majority" | "twonodes" | "weight";

export const quorumUsual: readonly QuorumRule[] = ["majority", "twonodes"];

/** What becomes of groups on a side without quorum: nothing, it takes none over, it stops what it has. */
export type QuorumPolicy = (typeof quorumPolicies)[number];

export const quorumPolicies = ["ignore", "freeze", "stop"] as const;

/** Of two nodes the survivor goes on alone; where there are more, a majority can go on. */
export function policyUsual(nodes: readonly string[]): QuorumPolicy {
  return nodes.length > 2 ? "stop" : "ignore";
}

/** The rules that a chain "majority:twonodes" names; undefined when one of them is unknown. */
export function quorumRules(chain: string): readonly QuorumRule[] | undefined {
  const rules: QuorumRule[] = [];
  for (const word of chain.split(":")) {
    if (word !== "majority" && word !== "twonodes" && word !== "weight") return undefined;
    rules.push(word);
  }
  return rules;
}
