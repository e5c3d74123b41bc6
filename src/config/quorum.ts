// The rules by which a membership may speak for its cluster, as `HA_quorum` names them (ccm 8).

export type QuorumRule = "majority" | "twonodes" | "weight";

export const quorumUsual: readonly QuorumRule[] = ["majority", "twonodes"];

/** The rules that a chain "majority:twonodes" names; undefined when one of them is unknown. */
export function quorumRules(chain: string): readonly QuorumRule[] | undefined {
  const rules: QuorumRule[] = [];
  for (const word of chain.split(":")) {
    if (word !== "majority" && word !== "twonodes" && word !== "weight") return undefined;
    rules.push(word);
  }
  return rules;
}
