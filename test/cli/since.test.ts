// Moments as people type them.

import { expect, test } from "bun:test";
import { sinceOf } from "../../src/cli/since.ts";

const now = new Date(2026, 10, 27, 4, 30, 0, 0);
const local = (year: number, month: number, day: number, h = 0, min = 0, s = 0, ms = 0) =>
  new Date(year, month, day, h, min, s, ms).getTime();

test.each([
  ["90s", now.getTime() - 90_000],
  ["10m", now.getTime() - 600_000],
  ["1.5h", now.getTime() - 5_400_000],
  ["2d", now.getTime() - 172_800_000],
  ["250ms", now.getTime() - 250],
  ["03:00", local(2026, 10, 27, 3)],
  ["4:29:59", local(2026, 10, 27, 4, 29, 59)],
  ["05:00", local(2026, 10, 26, 5)],
  ["2026-11-27", local(2026, 10, 27)],
  ["2026-11-27T03:00", local(2026, 10, 27, 3)],
  ["2026-11-27 03:00:07.5", local(2026, 10, 27, 3, 0, 7, 500)],
  ["2026-11-27T03:00Z", Date.UTC(2026, 10, 27, 3)],
  ["2026-11-27T03:00+01:00", Date.UTC(2026, 10, 27, 2)],
] as const)("sinceOf(%j) is that moment", (text, moment) => {
  expect(sinceOf(text, now)).toBe(moment);
});

test.each([
  "",
  "10",
  "10x",
  "-5m",
  "24:00",
  "3:60",
  "2026-02-30",
  "2026-13-01",
  "2026-11-27T25:00",
  "now",
])("sinceOf(%j) is no moment", (text) => {
  expect(sinceOf(text, now)).toBeUndefined();
});
