// Seeded runs full of faults, judged by the laws of docs/design.md ("The core"). A seed that fails
// replays the same run: chaos(seed).lines tells what happened.

import { expect, test } from "bun:test";
import { chaos } from "./chaos.ts";

const seeds = Array.from({ length: 60 }, (_, n) => n + 1);

test.each(seeds)("chaos(%d) breaks no law and ends in peace", (seed) => {
  expect(chaos(seed).violations).toEqual([]);
});

test("chaos() is deterministic: one seed, one story", () => {
  const tell = () => chaos(7, 10).lines.map(({ at, node, text }) => `${at} ${node} ${text}`);
  expect(tell()).toEqual(tell());
});
