// What a node of a pair holds, in Heartbeat's words.

import { expect, test } from "bun:test";
import { claimOf, heldSets, nothing, wordOf } from "../../../src/core/classic/ownership.ts";
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
