// Which groups nobody has among Heartbeat 3 nodes, by what they say of themselves.

import { expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import type { Member } from "../../../src/core/member.ts";
import { Claims } from "../../../src/core/native/claims.ts";
import { text } from "../../../src/wire/message.ts";

const names = ["alice", "bob", "carol", "dave"];
const members = names.map((name) => ({ name, kind: "normal", status: "active" }) as Member);

/** bob claims groups of others, and carol nothing; what was said or happened before is given. */
function claimsAfter(...before: readonly ((claims: Claims) => void)[]): Claims {
  const claims = new Claims(() => members);
  for (const act of before) act(claims);
  const stable = { rtype: "full", isstable: "1" };
  claims.heard("bob", text({ t: "resource", rsc_hold: "all", ...stable }));
  claims.heard("carol", text({ t: "resource", rsc_hold: "none", ...stable }));
  return claims;
}

const says = (node: string, fields: { readonly t: string; readonly [name: string]: string }) => {
  return (claims: Claims) => claims.heard(node, text(fields));
};
const begins = says("bob", { t: "starting" });

/** Of a group of this owner nobody is said to have anything, for long enough. */
function isUnclaimed(claims: Claims, owner: string): boolean {
  const [group, strangers] = [{ key: owner, owner }, ["bob", "carol"]];
  claims.isUnclaimed(group, strangers, at(0));
  return claims.isUnclaimed(group, strangers, at(4_000));
}

test.each([
  ["began with empty hands and lost nobody, as far as was heard", [begins], false],
  ["was not heard to begin", [], false],
  ["has called the owner dead", [begins, says("bob", { t: "stonith", node: "carol" })], false],
  [
    "called the owner dead, of which was heard first",
    [says("bob", { t: "stonith", node: "carol" }), begins],
    false,
  ],
  ["has called somebody else dead", [begins, says("bob", { t: "stonith", node: "dave" })], true],
  ["saw the owner go", [begins, (claims: Claims) => claims.gone("carol")], false],
  ["saw somebody else go", [begins, (claims: Claims) => claims.gone("dave")], true],
  ["gives or takes", [begins, says("carol", { t: "ask_resources", info: "me" })], false],
  ["began, but is heard anew", [begins, (claims: Claims) => claims.forget("bob")], false],
] as const)(
  "Claims.isUnclaimed() of a group that another node calls foreign, which %s",
  (_, before, expected) => {
    expect(isUnclaimed(claimsAfter(...before), "carol")).toBe(expected);
  },
);

test("Claims.isUnclaimed() never of a group that its owner claims", () => {
  expect(isUnclaimed(claimsAfter(begins), "bob")).toBe(false);
});
