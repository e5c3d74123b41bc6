// Whether a membership may speak for the cluster (ccm 8): the rules that HA_quorum names, asked in their
// order. The first that says yes or no is followed; a tie asks the next, and a tie of all is no.

import type { QuorumRule } from "../../config/quorum.ts";

/** Members and all nodes, each by number and by weight. */
export interface Votes {
  readonly members: number;
  readonly nodes: number;
  readonly memberWeight: number;
  readonly weight: number;
}

export interface Verdict {
  readonly quorate: boolean;
  /** Which rule said so, and of what. */
  readonly why: string;
}

export function judge(rules: readonly QuorumRule[], votes: Votes): Verdict {
  for (const rule of rules) {
    const verdict = ask(rule, votes);
    if (verdict !== undefined) return verdict;
  }
  return { quorate: false, why: `${rules.join(" and ")}: a tie` };
}

/** Undefined: a tie. */
function ask(rule: QuorumRule, votes: Votes): Verdict | undefined {
  switch (rule) {
    case "majority":
      return most(votes.members, votes.nodes, "majority", "nodes");
    case "weight":
      return most(votes.memberWeight, votes.weight, "weight", "of the weight");
    case "twonodes":
      if (votes.nodes !== 2) return { quorate: false, why: "twonodes: the cluster has more nodes" };
      return { quorate: true, why: "twonodes: a cluster of two nodes" };
  }
}

function most(ours: number, all: number, rule: string, what: string): Verdict | undefined {
  const needed = Math.floor(all / 2) + 1;
  if (ours < needed && all % 2 === 0 && ours * 2 === all) return undefined;
  return { quorate: ours >= needed, why: `${rule}: ${ours} of ${all} ${what}, ${needed} needed` };
}
