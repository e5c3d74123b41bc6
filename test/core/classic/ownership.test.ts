// What a node of a pair holds, in Heartbeat's words.

import { expect, test } from "bun:test";
import {
  claimOf,
  heldSets,
  nothing,
  runningClaim,
  wholeClaim,
  wordOf,
} from "../../../src/core/classic/ownership.ts";
import type { HandGroup } from "../../../src/core/group/hand.ts";

const group = (owner: string, state: HandGroup["state"]): HandGroup => ({
  ...{ key: `of ${owner}`, owner, state },
  isSought: false,
});

test.each([
  [[], nothing, "none"],
  [[], claimOf("local"), "local"],
  [[], claimOf("all"), "all"],
  [[group("alice", "held")], nothing, "local"],
  [[group("alice", "held")], claimOf("foreign"), "all"],
  [[group("alice", "failed")], claimOf("all"), "foreign"],
  [[group("bob", "held"), group("bob", "idle")], claimOf("local"), "all"],
  [[group("alice", "idle"), group("bob", "idle")], claimOf("all"), "none"],
] as const)("heldSets() of %o, where %o is claimed, is [%s]", (groups, claim, word) => {
  expect(wordOf(heldSets(groups, "alice", claim))).toBe(word);
});

function groupsOf(text: string): HandGroup[] {
  return text.split(" ").map((word) => {
    const [owner = "", state = ""] = word.split("=");
    return group(owner, state as HandGroup["state"]);
  });
}

test.each([
  ["alice=held bob=held", "all"],
  ["alice=held bob=idle", "local"],
  ["alice=held bob=held bob=failed", "all"],
  ["alice=held bob=idle bob=starting", "all"],
  ["alice=held bob=stopping", "all"],
  ["alice=failed bob=failed", "none"],
  ["alice=failed alice=held bob=idle", "local"],
  ["bob=held bob=failed", "all"],
  ["bob=failed", "local"],
  ["alice=held", "all"],
  ["alice=held bob=idle carol=held", "local"],
  ["alice=held bob=held carol=idle", "all"],
  ["alice=held carol=held carol=failed", "local"],
  ["alice=held carol=held", "all"],
] as const)("runningClaim() of %s on alice beside bob is %s", (text, word) => {
  const claim = runningClaim(groupsOf(text), { self: "alice", partner: "bob" });
  expect(wordOf(claim)).toBe(word);
});

test.each([
  ["alice=held bob=unsure", "all"],
  ["alice=held bob=held bob=failed", "local"],
  ["alice=held", "local"],
  ["bob=held", "foreign"],
] as const)("wholeClaim() of %s on alice is %s", (text, word) => {
  expect(wordOf(wholeClaim(groupsOf(text), "alice"))).toBe(word);
});
