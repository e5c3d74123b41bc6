// The two processes of a made-up agent: each may die alone, and is started again by the other one or by the
// service manager.

import { expect, test } from "bun:test";
import type { Act } from "../../../src/sim/act.ts";
import { Chance } from "../../../src/sim/chance.ts";
import { Stage } from "./stage.ts";

function processes(stage: Stage, since: number): string[] {
  return stage
    .seen("process", since)
    .map(({ node, process, alive }) => `${node} ${process} ${alive ? "up" : "gone"}`);
}

test("World starts another pulse when one is killed, and the service does not notice", () => {
  const stage = Stage.pair();
  const before = stage.world.host("alice").snapshot()?.generation ?? 0;
  stage.act({ act: "kill-pulse", node: "alice" });
  stage.advance(3_000);
  expect(processes(stage, 2_000)).toEqual(["alice pulse gone", "alice pulse up"]);
  expect(stage.world.host("alice").snapshot()?.generation).toBe(before + 1);
  expect(stage.seen("service", 2_000)).toEqual([]);
  expect(stage.world.holders("10.0.0.10")).toEqual(["alice"]);
});

test("World lets the pulse end when the desk dies, and the service manager start both again", () => {
  const stage = Stage.pair();
  stage.act({ act: "kill-desk", node: "alice" });
  stage.advance(3_000);
  expect(processes(stage, 2_000)).toEqual([
    "alice desk gone",
    "alice pulse gone",
    "alice desk up",
    "alice pulse up",
  ]);
  const [gone, , again] = stage.seen("process", 2_000);
  expect((again?.at ?? 0) - (gone?.at ?? 0)).toBeWithin(100, 500);
  // Neither address nor service left in between.
  expect(stage.seen("address", 2_000)).toEqual([]);
  expect(stage.seen("service", 2_000)).toEqual([]);
});

test("World starts nothing again that was crashed, or that left", () => {
  const stage = Stage.pair();
  stage.act({ act: "crash", node: "alice" }, { act: "leave", node: "bob" });
  stage.advance(60_000);
  expect(processes(stage, 2_000).filter((line) => line.endsWith("up"))).toEqual([]);
  expect(stage.world.hosts.filter(({ isRunning }) => isRunning)).toEqual([]);
});

test("World gives up a pulse that dies again and again, as the keeper does", () => {
  const stage = Stage.pair();
  for (let n = 0; n < 8; n += 1) {
    stage.act({ act: "kill-pulse", node: "alice" });
    stage.advance(5_000);
  }
  // The desk ends with a failure, and the service manager starts it anew.
  expect(processes(stage, 2_000)).toContain("alice desk gone");
  expect(stage.world.host("alice").isUp).toBe(true);
});

test("World ends scripts of a dead desk before the next desk runs any of its own", () => {
  const stage = Stage.pair();
  stage.act({ act: "script", node: "bob", word: "httpd", temper: { tookMs: 8_000 } });
  stage.act({ act: "command", node: "alice", command: "standby", set: "all" });
  stage.advance(1_000);
  stage.act({ act: "kill-desk", node: "bob" });
  stage.advance(30_000);
  const phases = stage
    .seen("script", 2_000)
    .filter(({ node }) => node === "bob")
    .map(({ phase }) => phase);
  expect(phases.slice(0, 4)).toEqual(["begins", "cut", "ends", "begins"]);
  expect(stage.seen("breach")).toEqual([]);
});

test("World answers every operator exactly once, whatever dies under the question", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const chance = new Chance(seed);
    const stage = Stage.pair({ seed });
    for (let n = 0; n < 20; n += 1) {
      const node = chance.pick(["alice", "bob"]);
      const command = chance.pick(["standby", "takeover"] as const);
      stage.act({ act: "command", node, command, set: "all" });
      stage.advance(chance.below(30));
      const kinds = ["kill", "crash", "kill-desk", "kill-pulse", "freeze"] as const;
      stage.act({ act: chance.pick(kinds), node });
      stage.advance(chance.below(2_000));
      for (const act of ["thaw", "start"] as const) stage.act({ act, node } as Act);
      stage.advance(chance.below(5_000));
    }
    stage.advance(120_000);
    const asked = stage.seen("asked").map(({ request }) => request);
    const answered = stage.seen("answered").map(({ request }) => request);
    expect(asked.length).toBeGreaterThan(5);
    expect(answered.toSorted((a, b) => a - b)).toEqual(asked);
    expect(stage.seen("breach")).toEqual([]);
  }
});
