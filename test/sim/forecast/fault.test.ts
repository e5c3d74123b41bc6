// Faults in a user's words, and the acts that they come to.

import { expect, test } from "bun:test";
import { actsOf, type Fault } from "../../../src/sim/forecast/fault.ts";
import { partitions, troubles } from "../../../src/sim/forecast/trouble.ts";
import { siteOf, twoNodes, web } from "./cluster.ts";

const three = siteOf(
  twoNodes.replace("node alice bob", "node alice bob carol\nbcast eth1\nping gw"),
);

function acts(...faults: readonly Fault[]): object[] {
  return actsOf(faults, three).filter(({ at }) => at > 0);
}

test("actsOf() starts every node, and gives scripts their time", () => {
  const script = (node: string) => ({
    at: 0,
    act: "script",
    node,
    word: "httpd",
    temper: { tookMs: 1_000, statusMs: 100 },
  });
  expect(actsOf([], siteOf())).toEqual([
    script("alice"),
    script("bob"),
    { at: 0, act: "start", node: "alice" },
    { at: 0, act: "start", node: "bob" },
  ] as never);
});

test("actsOf() leaves off until then what is only started", () => {
  const first = actsOf([{ at: 9, kind: "start", node: "bob" }], three);
  expect(first.filter(({ act }) => act === "start")).toEqual([
    { at: 0, act: "start", node: "alice" },
    { at: 0, act: "start", node: "carol" },
    { at: 9, act: "start", node: "bob" },
  ]);
  const again = actsOf(
    [
      { at: 9, kind: "start", node: "bob" },
      { at: 5, kind: "kill", node: "bob" },
    ],
    three,
  );
  expect(again.filter(({ act, at }) => act === "start" && at === 0)).toHaveLength(3);
});

test("actsOf() of a pulled plug cuts, blinds and takes the carrier", () => {
  expect(acts({ at: 9, kind: "unplug", node: "bob", link: "eth0" })).toEqual([
    { at: 9, act: "cut", from: ["bob"], to: ["alice", "carol"], link: "eth0" },
    { at: 9, act: "blind", node: "bob" },
    { at: 9, act: "carrier", node: "bob", device: "eth0", up: false },
  ]);
  // Clients and ping nodes are on the other network.
  expect(acts({ at: 9, kind: "unplug", node: "bob", link: "eth1" })).toHaveLength(2);
});

test("actsOf() adds what scripts do wrong to what they take, until they work", () => {
  const script = { kind: "script", nodes: ["bob"], word: "httpd" } as const;
  const tempers = acts(
    { at: 1, ...script, temper: { tookMs: 3_000 } },
    { at: 2, ...script, temper: { stopFails: true } },
    { at: 3, ...script },
  ).map((act) => "temper" in act && act.temper);
  expect(tempers).toEqual([
    { tookMs: 3_000, statusMs: 100 },
    { tookMs: 3_000, statusMs: 100, stopFails: true },
    { tookMs: 1_000, statusMs: 100 },
  ]);
});

test.each([
  [2, 1],
  [3, 3],
  [4, 7],
  [5, 15],
  [6, 6],
])("partitions() of %d nodes are %d", (count, expected) => {
  const nodes = Array.from({ length: count }, (_, n) => `n${n}`);
  const found = partitions({ nodes, ways: ["eth0"] });
  expect(found).toHaveLength(expected);
  for (const fault of found) {
    if (fault.kind !== "part") throw new Error("no partition");
    expect(fault.sides.flat().toSorted()).toEqual(nodes);
  }
  expect(new Set(found.map((fault) => JSON.stringify(fault))).size).toBe(expected);
});

test("partitions() happen on all links at once", () => {
  const [found] = partitions({ nodes: ["alice", "bob"], ways: ["eth0", "eth1"] });
  expect(found).toMatchObject({ sides: [["alice"], ["bob"]], links: ["eth0", "eth1"] });
});

test("troubles() are all different, each with a name of its own", () => {
  for (const site of [siteOf(), three, siteOf(twoNodes, web + web.replace("100", "101"))]) {
    const found = troubles(site);
    expect(new Set(found.map(({ name }) => name)).size).toBe(found.length);
  }
  expect(troubles(siteOf())).toHaveLength(15 + 4);
});
