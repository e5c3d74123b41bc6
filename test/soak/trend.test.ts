// The judge of a soak can fail, and does not fail for nothing: growth is found under a saw, noise is none.

import { expect, test } from "bun:test";
import { Chance } from "../../src/sim/chance.ts";
import { type Figure, judge, type Limit } from "./figure.ts";
import { spark } from "./spark.ts";
import { type Point, trend } from "./trend.ts";

/** An hour of samples every five seconds. */
function hour(value: (s: number) => number): Point[] {
  return Array.from({ length: 720 }, (_, i) => ({ atS: i * 5, value: value(i * 5) }));
}

/** A collector's saw: 20 MiB in seven minutes, then down again, with 1 MiB of noise. */
function saw(seed: number, perHour = 0): (s: number) => number {
  const chance = new Chance(seed);
  return (s) => 50 + ((s % 420) / 420) * 20 + chance.next() + (perHour * s) / 3_600;
}

function verdictOf(points: readonly Point[], limit: Limit): boolean {
  const figure: Figure = { title: "alice desk memory", unit: "MiB", points, limit };
  return judge(figure).good;
}

const MEMORY: Limit = { kind: "level", most: 1, slack: 1, leastS: 60 };
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

test.each(seeds)("judge() takes the saw of a collector for level (seed %d)", (seed) => {
  expect(verdictOf(hour(saw(seed)), MEMORY)).toBe(true);
});

test.each(seeds)("judge() finds a leak of 6 MiB an hour under a saw of 20 (seed %d)", (seed) => {
  expect(verdictOf(hour(saw(seed, 6)), MEMORY)).toBe(false);
});

test("judge() finds a leak of 2 MiB an hour in memory that is steady otherwise", () => {
  const chance = new Chance(1);
  expect(
    verdictOf(
      hour((s) => 40 + chance.next() / 4 + (2 * s) / 3_600),
      MEMORY,
    ),
  ).toBe(false);
});

test("judge() does not take one step for a leak, nor what is smaller than the slack", () => {
  expect(
    verdictOf(
      hour((s) => (s < 3_000 ? 40 : 45)),
      MEMORY,
    ),
  ).toBe(true);
  expect(
    verdictOf(
      hour((s) => 40 + (0.9 * s) / 3_600),
      MEMORY,
    ),
  ).toBe(true);
});

test("judge() says so when there is nothing to judge", () => {
  expect(verdictOf([], MEMORY)).toBe(false);
  expect(verdictOf([...hour(() => 1).slice(0, 5), { atS: 600, value: 1 }], MEMORY)).toBe(false);
  const short = hour((s) => s).slice(0, 5);
  const figure: Figure = { title: "alice desk memory", unit: "MiB", points: short, limit: MEMORY };
  expect(judge(figure)).toEqual({ good: true, text: "too short to judge" });
});

test("trend() measures a straight line exactly", () => {
  const found = trend(hour((s) => 10 + s / 3_600));
  expect(found?.perHour).toBeCloseTo(1, 9);
  expect(found?.low).toBeCloseTo(1, 9);
  expect(found?.high).toBeCloseTo(1, 9);
});

test.each([
  ["same", 14, 14, true],
  ["same", 14, 15, false],
  ["flat", 6, 6, true],
  ["flat", 6, 5, true],
  ["flat", 6, 7, false],
] as const)("judge() of %s: %d that becomes %d is good: %p", (kind, before, after, good) => {
  expect(
    verdictOf(
      hour((s) => (s < 1_800 ? before : after)),
      { kind },
    ),
  ).toBe(good);
});

test("judge() finds one descriptor a minute that is never closed", () => {
  const leaking = hour((s) => 14 + Math.floor(s / 60));
  expect(verdictOf(leaking, { kind: "same" })).toBe(false);
  expect(verdictOf(leaking, { kind: "flat" })).toBe(false);
});

test("judge() holds a figure to its most, and to its mean", () => {
  const once = hour((s) => (s === 0 ? 7_200 : 0));
  expect(verdictOf(once, { kind: "most", value: 7_199 })).toBe(false);
  expect(verdictOf(once, { kind: "most", value: 7_200 })).toBe(true);
  expect(verdictOf(once, { kind: "mean", value: 10 })).toBe(true);
  expect(verdictOf(once, { kind: "mean", value: 9 })).toBe(false);
});

test("spark() draws what is level as a flat line, and what grows as a slope", () => {
  expect(spark(hour(() => 40))).toBe("█".repeat(40));
  expect(spark(hour(() => 0))).toBe("▁".repeat(40));
  const slope = spark(hour((s) => s));
  expect([...slope]).toEqual([...slope].toSorted());
  expect(slope).toStartWith("▁");
  expect(slope).toEndWith("█");
});
