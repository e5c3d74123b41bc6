// The files of state of a made-up host: what a start makes of them, lost, torn or on a full disk.

import { expect, test } from "bun:test";
import type { Act } from "../../../src/sim/act.ts";
import { textOf } from "../../../src/wire/message.ts";
import { shapeOf } from "../plainshape.ts";
import { pair, Stage } from "./stage.ts";

const unix = 1_700_000_000;
type File = Extract<Act, { readonly act: "lose" }>["file"];

function generationOf(stage: Stage): number {
  return stage.world.host("alice").snapshot()?.generation ?? 0;
}

/** A pair whose alice was crashed, and starts after this. */
function restarted(...acts: Act[]): Stage {
  const stage = Stage.pair();
  stage.act({ act: "crash", node: "alice" }, ...acts, { act: "start", node: "alice" });
  stage.advance(5_000);
  return stage;
}

test("World adds one to a generation that is on the disk", () => {
  const stage = Stage.pair();
  const before = generationOf(stage);
  stage.act({ act: "crash", node: "alice" }, { act: "start", node: "alice" });
  expect(generationOf(stage)).toBe(before + 1);
});

test.each([
  ["lost", "No previous generation"],
  ["torn", "Unreadable generation"],
] as const)("World begins at the unix time when the generation is %s", (how, text) => {
  const stage = restarted({ act: "lose", node: "alice", file: "generation", how });
  expect(generationOf(stage)).toBeWithin(unix, unix + 10);
  expect(stage.seen("log").some((line) => line.text.includes(text))).toBe(true);
});

test("World takes a clock that was set back at its word when it makes a generation", () => {
  const stage = restarted(
    { act: "clock", node: "alice", stepMs: -86_400_000 },
    { act: "lose", node: "alice", file: "generation", how: "lost" },
  );
  expect(generationOf(stage)).toBeWithin(unix - 86_400, unix - 86_390);
});

test.each(["lost", "torn"] as const)("World makes another uuid when the old one is %s", (how) => {
  const stage = restarted({ act: "lose", node: "alice", file: "uuid", how });
  const uuids = stage
    .seen("sent")
    .filter(({ node }) => node === "alice")
    .map(({ message }) => JSON.stringify(message.fields.find(({ name }) => name === "srcuuid")));
  expect(new Set(uuids).size).toBe(2);
});

test("World keeps a uuid that is made from the node's name", () => {
  const shape = shapeOf(pair);
  const hosts = shape.hosts.map((host) => ({ ...host, uuidFrom: "nodename" as const }));
  const stage = new Stage({ ...shape, hosts });
  stage.act({ act: "start", node: "alice" });
  stage.advance(2_000);
  stage.act({ act: "crash", node: "alice" });
  stage.act({ act: "lose", node: "alice", file: "uuid", how: "lost" });
  stage.act({ act: "start", node: "alice" });
  stage.advance(2_000);
  const uuids = stage
    .seen("sent")
    .map(({ message }) => JSON.stringify(message.fields.find(({ name }) => name === "srcuuid")));
  expect(new Set(uuids).size).toBe(1);
});

test.each([
  ["whole", undefined, true],
  ["lost", "lost", false],
  ["torn", "torn", false],
] as const)(
  "World lets a restarted agent hold what a memory that is %s says: %p",
  (_, how, holds) => {
    const stage = Stage.pair();
    stage.act({ act: "crash", node: "alice" });
    if (how !== undefined) stage.act({ act: "lose", node: "alice", file: "memory", how });
    stage.act({ act: "start", node: "alice" });
    // It speaks of what it holds before it has heard anybody.
    expect(stage.seen("announce", 2_000).length > 0).toBe(holds);
    stage.advance(20_000);
    expect(stage.world.holders("10.0.0.10")).toEqual(["alice"]);
  },
);

test("World forgets what is up when the power goes", () => {
  const stage = Stage.pair();
  stage.act({ act: "kill", node: "alice" });
  expect(stage.world.holders("10.0.0.10")).toEqual([]);
  expect(stage.world.holders("httpd")).toEqual([]);
  expect(stage.world.host("alice").disk.memory).toBeUndefined();
});

test.each([
  [[], true],
  [["generation"], false],
  [["uuid"], false],
] as const)("World starts an agent on a full disk that lost %p: %p", (files, starts) => {
  const lost = files.map((file: File): Act => ({ act: "lose", node: "alice", file, how: "lost" }));
  const stage = restarted({ act: "disk", node: "alice", full: true }, ...lost);
  expect(stage.world.host("alice").isUp).toBe(starts);
  stage.act({ act: "disk", node: "alice", full: false });
  stage.advance(1_000);
  // The service manager never gave up.
  expect(stage.world.host("alice").isUp).toBe(true);
});

test("World shows a wall clock that steps and drifts, and a monotonic one that does not", () => {
  const stamps = (acts: Act[]) => {
    const stage = Stage.pair();
    stage.act(...acts);
    stage.advance(100_000);
    const last = stage.seen("sent").findLast(({ node }) => node === "alice");
    const beats = stage.seen("sent", 2_000).filter(({ node }) => node === "alice").length;
    return { ts: Number.parseInt(textOf(last?.message ?? { fields: [] }, "ts") ?? "", 16), beats };
  };
  const plain = stamps([]);
  expect(plain.ts).toBeWithin(unix + 101, unix + 103);
  const stepped = stamps([{ act: "clock", node: "alice", stepMs: 3_600_000 }]);
  expect(stepped).toEqual({ ts: plain.ts + 3_600, beats: plain.beats });
  const drifting = stamps([{ act: "drift", node: "alice", ppm: 100_000 }]);
  expect(drifting.ts).toBeWithin(plain.ts + 9, plain.ts + 11);
  expect(drifting.beats).toBe(plain.beats);
});
