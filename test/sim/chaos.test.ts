// Seeded runs full of faults, judged by the laws of docs/design.md ("The core"): some seeds for ever. Fresh
// ones are played by main.ts. A seed that fails here is told by test/sim/replay.ts.

import { expect, test } from "bun:test";
import { heartbeat } from "./heartbeat.ts";
import { lineOf } from "./timeline.ts";

const seeds = Array.from({ length: 30 }, (_, n) => n + 1);

test.each(seeds)("heartbeat.play() of seed %d breaks no law and ends in peace", (seed) => {
  expect(heartbeat.play(heartbeat.planOf(seed)).violations).toEqual([]);
});

test("heartbeat.play() is deterministic: one seed, one story", () => {
  const tell = () => {
    const lines: (string | undefined)[] = [];
    heartbeat.play(heartbeat.planOf(7), {
      spectator: (event, now) => lines.push(lineOf(event, now, true)),
    });
    return lines;
  };
  const story = tell();
  expect(story.length).toBeGreaterThan(1_000);
  expect(tell()).toEqual(story);
});

test("heartbeat.planOf() makes another plan of each seed, and the same one of the same", () => {
  expect(heartbeat.planOf(1)).toEqual(heartbeat.planOf(1));
  const plans = new Set(seeds.map((seed) => JSON.stringify(heartbeat.planOf(seed).acts)));
  expect(plans.size).toBe(seeds.length);
});
