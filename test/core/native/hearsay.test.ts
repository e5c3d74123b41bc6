import { expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import type { Bulletin } from "../../../src/core/native/bulletin.ts";
import { Hearsay } from "../../../src/core/native/hearsay.ts";

const bulletin = (n: number, heardOfAlice?: number, generation = 5): Bulletin => ({
  n,
  status: "active",
  pings: 0,
  seen: new Map(heardOfAlice === undefined ? [] : [["alice", { generation, n: heardOfAlice }]]),
  runs: new Map(),
  ask: [],
  groups: new Map(),
  homes: new Set(),
});

function hearsay(): Hearsay {
  const heard = new Hearsay("alice", 5, () => 10_000);
  heard.appeared("bob", 3, at(0));
  return heard;
}

test.each([
  ["none of ours", undefined, 5, false],
  ["an older one than was asked for", 2, 5, false],
  ["the one that was asked for", 3, 5, true],
  ["a later one", 4, 5, true],
  ["one of another run of ours", 4, 4, false],
] as const)("Hearsay.isFresh() of a bulletin that echoes %s", (_what, echo, generation, fresh) => {
  const heard = hearsay();
  expect(heard.isFresh("bob")).toBe(false);
  heard.heard("bob", { generation: 1, bulletin: bulletin(1, echo, generation) }, at(0));
  expect(heard.isFresh("bob")).toBe(fresh);
});

test("Hearsay.heard() refuses what is older than what it knows, even after the node was gone", () => {
  const heard = hearsay();
  expect(heard.heard("bob", { generation: 1, bulletin: bulletin(7, 3) }, at(0))).toBe("news");
  expect(heard.heard("bob", { generation: 1, bulletin: bulletin(6, 3) }, at(0))).toBe("old");
  heard.gone("bob");
  heard.appeared("bob", 9, at(0));
  expect(heard.heard("bob", { generation: 1, bulletin: bulletin(7, 3) }, at(0))).toBe("old");
  expect(heard.heard("bob", { generation: 1, bulletin: bulletin(8, 9) }, at(0))).toBe("news");
  expect(heard.heard("bob", { generation: 0, bulletin: bulletin(99, 9) }, at(0))).toBe("old");
  expect(heard.heard("bob", { generation: 2, bulletin: bulletin(1, 9) }, at(0))).toBe("news");
});

test("Hearsay.heard() refuses a node that is not there", () => {
  expect(hearsay().heard("carol", { generation: 1, bulletin: bulletin(1) }, at(0))).toBe("old");
});

test("Hearsay.isDeaf() takes its time, and ends with the first echo", () => {
  const heard = hearsay();
  const told = [
    [4_999, false],
    [9_998, false],
    [10_000, true],
  ] as const;
  for (const [n, [when, deaf]] of told.entries()) {
    heard.heard("bob", { generation: 1, bulletin: bulletin(n + 1) }, at(when));
    expect(heard.isDeaf("bob")).toBe(deaf);
  }
  heard.heard("bob", { generation: 1, bulletin: bulletin(4, 3) }, at(10_000));
  expect(heard.isDeaf("bob")).toBe(false);
});

test("Hearsay.appeared() forgets what a node said before", () => {
  const heard = hearsay();
  heard.heard("bob", { generation: 1, bulletin: bulletin(1, 3) }, at(0));
  heard.appeared("bob", 8, at(1));
  expect(heard.bulletin("bob")).toBeUndefined();
  heard.heard("bob", { generation: 1, bulletin: bulletin(2, 7) }, at(0));
  expect(heard.isFresh("bob")).toBe(false);
  expect(heard.seen(["bob", "carol"])).toEqual(new Map([["bob", { generation: 1, n: 2 }]]));
});

test("Hearsay.heard() knows a fresh bulletin that says the same as the last but for its numbers", () => {
  const heard = hearsay();
  expect(heard.heard("bob", { generation: 1, bulletin: bulletin(1) }, at(0))).toBe("news");
  // Now it echoes us: what it says has become worth something.
  expect(heard.heard("bob", { generation: 1, bulletin: bulletin(2, 3) }, at(0))).toBe("news");
  expect(heard.heard("bob", { generation: 1, bulletin: bulletin(3, 4) }, at(0))).toBe("same");
  expect(
    heard.heard("bob", { generation: 1, bulletin: { ...bulletin(4, 4), pings: 1 } }, at(0)),
  ).toBe("news");
  expect(
    heard.heard("bob", { generation: 1, bulletin: { ...bulletin(5, 4), pings: 1 } }, at(0)),
  ).toBe("same");
  expect(
    heard.heard(
      "bob",
      { generation: 1, bulletin: { ...bulletin(6, 4), pings: 1, ask: ["alice"] } },
      at(0),
    ),
  ).toBe("news");
  const news = (epoch: number) =>
    new Map([
      ["ip", { register: { node: "bob", epoch }, activity: "held", claim: 1, unwilling: false }],
    ] as const);
  expect(
    heard.heard("bob", { generation: 1, bulletin: { ...bulletin(7, 4), groups: news(1) } }, at(0)),
  ).toBe("news");
  expect(
    heard.heard("bob", { generation: 1, bulletin: { ...bulletin(8, 4), groups: news(1) } }, at(0)),
  ).toBe("same");
  expect(
    heard.heard("bob", { generation: 1, bulletin: { ...bulletin(9, 4), groups: news(2) } }, at(0)),
  ).toBe("news");
  // It lost sight of us: what it says now may have been said before anything.
  expect(
    heard.heard("bob", { generation: 1, bulletin: { ...bulletin(10), groups: news(2) } }, at(0)),
  ).toBe("news");
  expect(
    heard.heard("bob", { generation: 2, bulletin: { ...bulletin(1, 4), groups: news(2) } }, at(0)),
  ).toBe("news");
});

test("Hearsay.isDeaf() gives a node time that was not heard for long, although it was heard before", () => {
  const heard = hearsay();
  heard.heard("bob", { generation: 1, bulletin: bulletin(1, 3) }, at(1_000));
  heard.heard("bob", { generation: 1, bulletin: bulletin(2) }, at(15_000));
  heard.heard("bob", { generation: 1, bulletin: bulletin(3) }, at(19_999));
  heard.heard("bob", { generation: 1, bulletin: bulletin(4) }, at(24_998));
  expect(heard.isDeaf("bob")).toBe(false);
  heard.heard("bob", { generation: 1, bulletin: bulletin(5) }, at(25_000));
  expect(heard.isDeaf("bob")).toBe(true);
});

test("Hearsay.isDeaf() gives a node time that begins to ask us, for it hears us again, but once", () => {
  const heard = hearsay();
  const told = [
    [4_999, [], false],
    [9_998, ["carol"], false],
    [10_000, ["alice"], false],
    [14_000, ["alice"], false],
    [18_000, ["alice"], false],
    [19_999, ["alice"], false],
    [20_000, ["alice"], true],
  ] as const;
  for (const [n, [when, ask, deaf]] of told.entries()) {
    heard.heard("bob", { generation: 1, bulletin: { ...bulletin(n + 1), ask } }, at(when));
    expect(heard.isDeaf("bob")).toBe(deaf);
  }
});

test("Hearsay.isDeaf() gives no time to a node that goes on talking", () => {
  const heard = hearsay();
  for (let n = 1; n < 20; n++)
    heard.heard("bob", { generation: 1, bulletin: bulletin(n, 3) }, at(1_000 * n));
  heard.heard("bob", { generation: 1, bulletin: bulletin(20) }, at(20_000));
  expect(heard.isDeaf("bob")).toBe(true);
});

const remembers = (n: number, generation: number): Bulletin => ({
  ...bulletin(n),
  runs: new Map([["alice", generation]]),
});

test.each([
  ["echoes a higher one", bulletin(1, 9, 6), 6],
  ["remembers a higher one", remembers(1, 6), 6],
  ["echoes this one", bulletin(1, 9, 5), undefined],
  ["remembers this one", remembers(1, 5), undefined],
  ["remembers a lower one", remembers(1, 4), undefined],
  ["remembers none", bulletin(1), undefined],
] as const)("Hearsay.outrun when a peer %s is %p", (_what, said, generation) => {
  const heard = hearsay();
  heard.heard("bob", { generation: 1, bulletin: said }, at(0));
  expect(heard.outrun).toEqual(generation && { peer: "bob", generation });
});

test("Hearsay.outrun is the highest run that is remembered", () => {
  const heard = hearsay();
  heard.appeared("carol", 3, at(0));
  heard.heard("bob", { generation: 1, bulletin: remembers(1, 7) }, at(0));
  heard.heard("carol", { generation: 1, bulletin: remembers(1, 6) }, at(0));
  expect(heard.outrun).toEqual({ peer: "bob", generation: 7 });
  heard.heard("carol", { generation: 1, bulletin: remembers(2, 8) }, at(0));
  expect(heard.outrun).toEqual({ peer: "carol", generation: 8 });
});

test("Hearsay.outrun does not count what a peer knows that has heard this run: it is another host's", () => {
  const heard = hearsay();
  heard.appeared("carol", 3, at(0));
  heard.heard("bob", { generation: 1, bulletin: bulletin(1, 3) }, at(0));
  heard.heard("bob", { generation: 1, bulletin: bulletin(2, 3, 6) }, at(0));
  heard.heard("bob", { generation: 2, bulletin: remembers(1, 7) }, at(0));
  expect(heard.outrun).toBeUndefined();
  // Who has not heard it tells of what was before.
  heard.heard("carol", { generation: 1, bulletin: remembers(1, 6) }, at(0));
  expect(heard.outrun).toEqual({ peer: "carol", generation: 6 });
});

test("Hearsay.outrun does not count what is old", () => {
  const heard = hearsay();
  heard.heard("bob", { generation: 2, bulletin: bulletin(7) }, at(0));
  heard.heard("bob", { generation: 2, bulletin: remembers(6, 9) }, at(0));
  heard.heard("bob", { generation: 1, bulletin: remembers(8, 9) }, at(0));
  expect(heard.outrun).toBeUndefined();
});
