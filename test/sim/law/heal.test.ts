// What law 7 says of nodes that held the same group when the cables healed: told to the judge sight by sight.

import { expect, test } from "bun:test";
import type { Sight } from "../../../src/sim/sight.ts";
import { text } from "../../../src/wire/message.ts";
import { type Spec, shapeOf } from "../plainshape.ts";
import { Judge } from "./judge.ts";

const nobody = { law: "7", at: 100_100, text: "httpd was held by several, and none keeps it" };
const announces: Sight = { saw: "announce", node: "alice", words: ["10.0.0.1"] };
const heal: Sight = { saw: "act", act: { act: "heal" } };
const spec: Spec = { nodes: ["alice", "bob", "carol"], groups: [["alice", "httpd"]] };

test("Heal reports that all holders let go", () => {
  expect(seen({ holders: ["bob", "carol"], off: true }, heal)).toEqual([nobody]);
});

test("Heal is content with one holder that keeps it", () => {
  expect(seen({ holders: ["bob", "carol"], off: true, lose: ["carol"] }, heal)).toEqual([]);
});

test("Heal counts who was starting it as the cables healed among the holders", () => {
  const after = [heal, ...starts("carol")];
  const [begins, ...ends] = starts("carol");
  expect(seen({ holders: ["alice", "bob"], off: true }, begins, heal, ...ends)).toEqual([]);
  expect(seen({ holders: ["alice", "bob"], off: true }, ...after)).toEqual([]);
});

test("Heal does not count who took it although it had heard a holder", () => {
  const after = [heal, ...hears("carol", "bob"), ...starts("carol")];
  expect(seen({ holders: ["alice", "bob"], off: true }, ...after)).toEqual([nobody]);
});

test.each([
  ["may still be unsure long after it woke, for it has not asked its scripts", [], []],
  ["is sure once it has asked its scripts", ["status"], [nobody]],
] as const)("Heal knows that an owner that overslept %s", (_what, asks, found) => {
  const asked = asks.map((action): Sight => {
    return { saw: "script", node: "alice", word: "httpd", action, phase: "begins" };
  });
  const story = { holders: spec.nodes, off: false, sleptMs: 12_000, wokeMs: 30_000 };
  expect(seen(story, ...asked, heal)).toEqual([...found]);
});

test.each([
  ["lets the group go home to an owner that has just overslept", false, 12_000, []],
  ["does not where nothing goes home", true, 12_000, [nobody]],
  ["does not to an owner that slept for less than its deadtime", false, 8_000, [nobody]],
])("Heal %s", (_what, off, sleptMs, found) => {
  expect(seen({ holders: ["alice", "bob"], off, sleptMs }, heal)).toEqual(found);
});

test.each([
  [
    "lets it go home if its owner gave way to one that was deaf",
    false,
    [hears("alice", "bob"), []],
    [],
  ],
  ["does not if it gave way where nothing goes home", true, [hears("alice", "bob"), []], [nobody]],
  [
    "does not if that one had heard it",
    false,
    [hears("alice", "bob"), hears("bob", "alice")],
    [nobody],
  ],
  ["does not if it had not heard that one before", false, [[], hears("alice", "bob")], [nobody]],
] as const)("Heal %s", (_what, off, [before, after], found) => {
  const sights = [...before, heal, ...after, serves("alice", false)];
  expect(seen({ holders: ["alice", "bob"], off, lose: ["bob"] }, ...sights)).toEqual([...found]);
});

const met = [...hears("alice", "bob"), ...hears("bob", "alice")];
const metAll = [...met, ...hears("alice", "carol"), announces];

test.each([
  ["may be unsure, for it has only said that it adopts them", [], []],
  ["may be unsure, for it has not heard everybody", [...met, announces], []],
  ["is sure once it has heard everybody and announced its addresses again", metAll, [nobody]],
] as const)(
  "Heal knows that an owner that was killed and started again %s",
  (_what, said, found) => {
    const judge = new Judge(shapeOf({ ...spec, groups: [["alice", "10.0.0.1"]], failback: "on" }));
    for (const node of spec.nodes) runs(judge, node, true, 0);
    for (const node of ["alice", "bob"]) judge.see(has(node, true), 50_000);
    runs(judge, "alice", false, 90_000);
    runs(judge, "alice", true, 91_000);
    judge.see(announces, 91_000);
    for (const sight of [...said, heal]) judge.see(sight, 100_000);
    for (const node of ["alice", "bob"]) judge.see(has(node, false), 100_100);
    const told = judge.violations.map(({ text }) => text.replace("10.0.0.1", "httpd"));
    expect(told).toEqual(found.map(({ text }) => text));
  },
);

test("Heal knows that the deaf one may have heard the owner before its scripts have ended", () => {
  const stop: Sight = {
    saw: "script",
    node: "alice",
    word: "httpd",
    action: "stop",
    phase: "begins",
  };
  const after = [heal, stop, ...hears("bob", "alice"), serves("alice", false)];
  const story = { holders: ["alice", "bob"], off: false, lose: ["bob"] };
  expect(seen(story, ...hears("alice", "bob"), ...after)).toEqual([]);
});

interface Story {
  readonly holders: readonly string[];
  /** What is held elsewhere does not go home. */
  readonly off: boolean;
  /** The owner stood still for so long, until the cables healed or so long before. */
  readonly sleptMs?: number;
  readonly wokeMs?: number;
  /** Who lets go 100 ms later: all that held it. */
  readonly lose?: readonly string[];
}

/** What is found when these things happen to a cluster, and its holders let go then. */
function seen(story: Story, ...sights: readonly Sight[]) {
  const { holders, off, sleptMs, wokeMs = 0, lose = holders } = story;
  const judge = new Judge(shapeOf({ ...spec, failback: off ? "off" : "on" }));
  for (const node of spec.nodes) runs(judge, node, true, 0);
  for (const node of holders) judge.see(serves(node, true), 50_000);
  if (sleptMs !== undefined) {
    judge.see({ saw: "frozen", node: "alice", frozen: true }, 100_000 - wokeMs - sleptMs);
    judge.see({ saw: "frozen", node: "alice", frozen: false }, 100_000 - wokeMs);
  }
  for (const sight of sights) judge.see(sight, 100_000);
  for (const node of lose) judge.see(serves(node, false), 100_100);
  return judge.violations.filter(({ law }) => law === "7");
}

function runs(judge: Judge, node: string, alive: boolean, now: number): void {
  judge.see({ saw: "process", node, process: "desk", alive }, now);
  judge.see({ saw: "process", node, process: "pulse", alive }, now);
}

function has(node: string, up: boolean): Sight {
  return { saw: "address", node, word: "10.0.0.1", up };
}

function serves(node: string, up: boolean): Sight {
  return { saw: "service", node, word: "httpd", up };
}

function starts(node: string): [Sight, Sight, Sight] {
  const script = { saw: "script", node, word: "httpd", action: "start" } as const;
  return [
    { ...script, phase: "begins" },
    serves(node, true),
    { ...script, phase: "ends", ok: true },
  ];
}

function hears(node: string, from: string): [Sight, Sight] {
  const message = text({ t: "status", src: from, hg: "1", seq: "1", st: "active" });
  const sent = { node: from, link: "eth0", message };
  return [
    { saw: "sent", ...sent },
    { saw: "heard", ...sent, node, from },
  ];
}
