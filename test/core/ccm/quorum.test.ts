// Who may speak for the cluster (ccm.md 8).

import { expect, test } from "bun:test";
import { quorumRules, quorumUsual } from "../../../src/config/quorum.ts";
import { judge } from "../../../src/core/ccm/quorum.ts";

test.each([
  // members, nodes, weights, chain, verdict
  [1, 2, 100, 200, "majority:twonodes", true],
  [1, 1, 100, 100, "majority:twonodes", true],
  [2, 3, 200, 300, "majority:twonodes", true],
  [1, 3, 100, 300, "majority:twonodes", false],
  [2, 4, 200, 400, "majority:twonodes", false],
  [3, 4, 300, 400, "majority:twonodes", true],
  [1, 2, 100, 200, "majority", false],
  [1, 3, 300, 500, "weight", true],
  [2, 3, 200, 500, "weight", false],
  [2, 4, 300, 500, "majority:weight", true],
  [1, 2, 100, 200, "weight:majority:twonodes", true],
] as const)(
  "judge() of %d of %d nodes, weight %d of %d, by %s is %p",
  (members, nodes, memberWeight, weight, chain, quorate) => {
    const rules = quorumRules(chain) ?? [];
    const verdict = judge(rules, { members, nodes, memberWeight, weight });
    expect(verdict.quorate).toBe(quorate);
    expect(verdict.why).toMatch(/^(majority|twonodes|weight)/);
  },
);

test("judge() says by which rule", () => {
  const votes = { members: 1, nodes: 2, memberWeight: 100, weight: 200 };
  expect(judge(quorumUsual, votes).why).toBe("twonodes: a cluster of two nodes");
  expect(judge(["majority"], { ...votes, nodes: 3 }).why).toBe("majority: 1 of 3 nodes, 2 needed");
  expect(judge(["majority", "weight"], votes).why).toBe("majority and weight: a tie");
});

test("quorumRules() knows no other rule", () => {
  expect(quorumRules("majority:quorumd")).toBeUndefined();
  expect(quorumRules("")).toBeUndefined();
});
