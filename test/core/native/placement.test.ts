import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  areEqual,
  best,
  candidateOrder,
  choose,
  keeper,
  type Rival,
  settle,
} from "../../../src/core/native/placement.ts";
import { assign, newer, sameRegister } from "../../../src/core/native/register.ts";

const nodes = ["alice", "bob", "carol", "dave", "erin"];

test.each([
  ["alice", "alice bob carol dave erin"],
  ["carol", "carol dave erin alice bob"],
  ["erin", "erin alice bob carol dave"],
])("candidateOrder() for the owner %s is %s", (owner, order) => {
  expect(candidateOrder(owner, nodes)).toEqual(order.split(" "));
});

test("candidateOrder() knows an owner that the node list does not know", () => {
  expect(candidateOrder("bert", ["alice", "carol"])).toEqual(["bert", "carol", "alice"]);
});

test.each([
  ["the holder, wherever that is", "erin", "alice bob erin", {}, "erin"],
  ["the owner when nobody holds it", null, "bob carol alice", {}, "carol"],
  ["the name after the owner's", null, "alice bob dave", {}, "dave"],
  ["from the first name on after the last", null, "alice bob", {}, "alice"],
  ["not a holder that is not viable", "erin", "alice bob", {}, "alice"],
  ["the one that sees more ping nodes", null, "alice carol dave", { alice: 2, dave: 1 }, "alice"],
  [
    "the first of those that see most",
    null,
    "alice bob dave",
    { alice: 1, bob: 1, dave: 1 },
    "dave",
  ],
  ["nobody when nobody can", "carol", "", {}, undefined],
] as const)("choose() names %s", (_why, holder, viable, pings, chosen) => {
  const sight = new Map(Object.entries(pings));
  expect(
    choose({
      owner: "carol",
      nodes,
      holder,
      viable: (node) => viable.split(" ").includes(node),
      pings: (node) => sight.get(node) ?? 0,
    }),
  ).toBe(chosen);
});

test("best() names nobody of none", () => {
  expect(best([], () => 1)).toBeUndefined();
});

const rival = (node: string, changes: Partial<Rival> = {}): Rival => ({
  node,
  claim: 1,
  pings: 0,
  deaf: false,
  whole: true,
  home: false,
  ...changes,
});

test.each([
  [
    "a rival that does not hear the other",
    [rival("alice", { pings: 9 }), rival("bob", { deaf: true })],
    "bob",
  ],
  [
    "the one that has all of it up",
    [rival("alice"), rival("carol", { pings: 9, whole: false })],
    "alice",
  ],
  ["the one that sees more ping nodes", [rival("alice"), rival("bob", { pings: 1 })], "bob"],
  [
    "the owner, whatever the claims",
    [rival("carol", { home: true }), rival("bob", { claim: 7 })],
    "carol",
  ],
  [
    "the higher claim where two say that they are the owner",
    [rival("alice", { home: true }), rival("bob", { home: true, claim: 7 })],
    "bob",
  ],
  ["the higher claim among strangers", [rival("alice"), rival("bob", { claim: 7 })], "bob"],
  ["the lower name at last", [rival("erin"), rival("bob")], "bob"],
] as const)("keeper() prefers %s", (_why, rivals, node) => {
  expect(keeper(rivals)?.node).toBe(node);
});

test.each([
  ["whatever they claim", { claim: 7, home: true }, true],
  ["but not with one that is deaf", { deaf: true }, false],
  ["but not with one that is still starting it", { whole: false }, false],
  ["but not with one that sees fewer ping nodes", { pings: 1 }, false],
] as const)("areEqual() is true of two holders, %s", (_what, changes, equal) => {
  const all = { pings: 2 };
  expect(areEqual(rival("alice", all), rival("bob", { ...all, ...changes }))).toBe(equal);
});

test("keeper() names the same node for all rivals, in whatever order they are counted", () => {
  const rivals = fc.uniqueArray(
    fc.record({
      node: fc.constantFrom(...nodes),
      claim: fc.nat(3),
      pings: fc.nat(2),
      deaf: fc.constant(false),
      whole: fc.boolean(),
      home: fc.boolean(),
    }),
    { selector: ({ node }) => node, minLength: 1 },
  );
  fc.assert(
    fc.property(rivals, (all) => {
      const turned = [...all].reverse();
      expect(keeper(all)?.node).toBe(keeper(turned)?.node ?? "");
    }),
  );
});

const register = fc.record({ node: fc.constantFrom(...nodes), epoch: fc.nat(4) });

test("newer() lets all nodes end with one register, in whatever order they hear of them", () => {
  fc.assert(
    fc.property(fc.array(register, { minLength: 1 }), fc.nat(), (all, turn) => {
      const shift = turn % all.length;
      const other = [...all.slice(shift), ...all.slice(0, shift)].reverse();
      expect(all.reduce(newer)).toEqual(other.reduce(newer));
    }),
  );
});

test("assign() makes a register that is newer than the one it replaces", () => {
  fc.assert(
    fc.property(register, fc.constantFrom(...nodes), (from, node) => {
      const to = assign(from, node);
      expect(sameRegister(newer(from, to), to)).toBe(true);
    }),
  );
});

test("settle() surpasses every register and claim", () => {
  fc.assert(
    fc.property(fc.array(register), fc.array(fc.nat(9)), (registers, claims) => {
      const word = settle(registers, claims, "zoe");
      for (const one of registers) expect(newer(one, word)).toEqual(word);
      for (const claim of claims) expect(word.epoch).toBeGreaterThan(claim);
    }),
  );
});
