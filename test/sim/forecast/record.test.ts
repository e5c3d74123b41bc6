// Who holds what, from what can be seen: a row of sights, and what it comes to.

import { expect, test } from "bun:test";
import type { Fault } from "../../../src/sim/forecast/fault.ts";
import { doublesIn, waitsIn } from "../../../src/sim/forecast/moment.ts";
import { Reach } from "../../../src/sim/forecast/reach.ts";
import { Record } from "../../../src/sim/forecast/record.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import { siteOf } from "./cluster.ts";

const site = siteOf();
const address = "10.0.0.100/24/eth0";

function up(node: string, isUp = true): Sight {
  return { saw: "address", node, word: address, up: isUp, how: isUp ? "hold" : "drop" };
}

function announce(node: string): Sight {
  return { saw: "announce", node, words: [address] };
}

function serves(node: string, isUp = true): Sight {
  return { saw: "service", node, word: "httpd", up: isUp };
}

function recorded(sights: readonly (readonly [number, Sight])[], faults: readonly Fault[] = []) {
  const [group] = site.groups;
  if (group === undefined) throw new Error("no group");
  const record = new Record(group, site.nodes, new Reach(faults, site));
  for (const [at, sight] of sights) record.see(sight, at);
  return record.moments;
}

const alice = [
  [1, up("alice")],
  [2, announce("alice")],
  [3, serves("alice")],
] as const;

test("Record counts a group as answering when all of it is up and announced", () => {
  expect(waitsIn(recorded(alice))).toEqual([{ from: 0, to: 3 }]);
  expect(waitsIn(recorded([alice[0], alice[2]]))).toEqual([{ from: 0 }]);
  expect(waitsIn(recorded([alice[0], alice[1]]))).toEqual([{ from: 0 }]);
});

test("Record measures from the last answer to the next one", () => {
  const moments = recorded([
    ...alice,
    [10, up("alice", false)],
    [11, serves("alice", false)],
    [20, up("bob")],
    [20, announce("bob")],
    [25, serves("bob")],
  ]);
  expect(waitsIn(moments)).toEqual([
    { from: 0, to: 3 },
    { from: 10, to: 25 },
  ]);
  expect(doublesIn(moments)).toEqual([]);
  expect(moments.at(-1)).toMatchObject({ holders: ["bob"], partly: ["bob"], answers: true });
});

test("Record sees what is up twice, by word", () => {
  const moments = recorded([
    ...alice,
    [10, up("bob")],
    [12, serves("bob")],
    [20, up("alice", false)],
    [30, serves("alice", false)],
  ]);
  const nodes = ["alice", "bob"];
  expect(doublesIn(moments)).toEqual([{ from: 10, to: 30, words: [address, "httpd"], nodes }]);
  expect(doublesIn(moments, (word) => word === address)).toEqual([
    { from: 10, to: 20, words: [address], nodes },
  ]);
  expect(doublesIn(moments, (word) => word === "httpd")).toEqual([
    { from: 12, to: 30, words: ["httpd"], nodes },
  ]);
});

test("Record takes what stands still for no holder", () => {
  const moments = recorded([
    ...alice,
    [10, { saw: "frozen", node: "alice", frozen: true }],
    [15, up("bob")],
    [18, { saw: "frozen", node: "alice", frozen: false }],
  ]);
  expect(waitsIn(moments)).toEqual([
    { from: 0, to: 3 },
    { from: 10, to: 18 },
  ]);
  expect(doublesIn(moments)).toEqual([{ from: 18, words: [address], nodes: ["alice", "bob"] }]);
});

test("Record calls nobody an answer whom clients do not reach", () => {
  const faults: Fault[] = [
    { at: 10, kind: "unplug", node: "alice", link: "eth0" },
    { at: 20, kind: "heal" },
  ];
  const act: Sight = { saw: "act", act: { act: "heal" } };
  const moments = recorded([...alice, [10, act], [20, act]], faults);
  expect(waitsIn(moments)).toEqual([
    { from: 0, to: 3 },
    { from: 10, to: 20 },
  ]);
});

test("Record counts a service as gone when its stop begins, and up until it has ended", () => {
  const stop = (phase: "begins" | "ends", ok?: boolean): Sight => ({
    saw: "script",
    node: "alice",
    word: "httpd",
    action: "stop",
    phase,
    ...(ok !== undefined && { ok }),
  });
  const failed = recorded([...alice, [10, stop("begins")], [12, stop("ends", false)]]);
  expect(waitsIn(failed).slice(1)).toEqual([{ from: 10, to: 12 }]);
  expect(failed.at(-1)?.holders).toEqual(["alice"]);
  const worked = recorded([
    ...alice,
    [10, stop("begins")],
    [12, serves("alice", false)],
    [12, stop("ends", true)],
  ]);
  expect(waitsIn(worked).slice(1)).toEqual([{ from: 10 }]);
});
