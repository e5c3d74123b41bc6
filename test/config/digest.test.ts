import { expect, test } from "bun:test";
import { type Digested, differ, digestOf, layoutOf } from "../../src/config/digest.ts";

const config: Digested = {
  nodes: ["alice", "bob"],
  autojoin: "none",
  timing: {
    keepaliveMs: 1_000,
    deadtimeMs: 5_000,
    warntimeMs: 2_500,
    initdeadMs: 12_000,
    deadpingMs: 5_000,
    maxRexmitDelayMs: 250,
  },
  autoFailback: "off",
  managesResources: true,
  groups: [],
};
const group = { key: "x", owner: "bob", resources: [] };

test.each([
  { nodes: ["alice", "bob", "carol"] },
  { timing: { ...config.timing, initdeadMs: 13_000 } },
  { autoFailback: "on" },
  { managesResources: false },
  { consensus: { rules: ["majority"], policy: "stop" } },
  { groups: [group] },
] as const)("digestOf() tells %j", (change) => {
  expect(differ(digestOf(config), digestOf({ ...config, ...change }))).toBe(true);
});

test.each([
  { nodes: ["bob", "alice"] },
  { timing: { ...config.timing, maxRexmitDelayMs: 9 } },
] as const)("digestOf() takes %j for the same", (change) => {
  expect(digestOf({ ...config, ...change })).toBe(digestOf(config));
});

test("layoutOf() tells which resource stands in which line, and neither who owns it nor where the line stands", () => {
  const resource = (word: string) => ({ kind: "script", word, style: "lsb", name: word, args: [] });
  const line = (owner: string, ...words: string[]) => {
    return { key: words[0] ?? "", owner, resources: words.map(resource) } as Digested["groups"][0];
  };
  const layout = layoutOf([line("alice", "a", "b"), line("bob", "c")]);
  expect(layoutOf([line("alice", "c"), line("alice", "a", "b")])).toBe(layout);
  expect(layoutOf([line("alice", "a"), line("bob", "c", "b")])).not.toBe(layout);
  expect(layoutOf([line("alice", "a", "b")])).not.toBe(layout);
});

test("digestOf() tells by which rules, and what becomes of groups without quorum", () => {
  const rules = ["majority"] as const;
  const one = digestOf({ ...config, consensus: { rules, policy: "stop" } });
  expect(digestOf({ ...config, consensus: { rules, policy: "freeze" } })).not.toBe(one);
  expect(digestOf({ ...config, consensus: { rules: ["weight"], policy: "stop" } })).not.toBe(one);
});

test("digestOf() does not tell who has joined already where nodes join by themselves", () => {
  const one = digestOf({ ...config, autojoin: "any" });
  expect(digestOf({ ...config, autojoin: "any", nodes: ["alice"] })).toBe(one);
  expect(one).not.toBe(digestOf(config));
});

test("digestOf() is the same on every node and in every release that says 1", () => {
  expect(digestOf({ ...config, groups: [{ ...group, owner: "bób" }] })).toBe("1:a80fcb0b");
});

test("differ() knows nothing of digests that were made in another way", () => {
  expect(differ("1:aa", "2:bb")).toBe(false);
});
