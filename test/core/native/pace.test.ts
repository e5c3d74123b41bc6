import { expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { Pace } from "../../../src/core/native/pace.ts";

/** When the nth of so many leaves that all want to leave at once. */
function departures(count: number, keepaliveMs: number): number[] {
  const pace = new Pace(() => keepaliveMs);
  const moments: number[] = [];
  for (let n = 0, now = at(5_000); n < count; n += 1) {
    if (now < pace.freeAt) now = pace.freeAt;
    pace.spend(now);
    moments.push(now - 5_000);
  }
  return moments;
}

test.each([
  [1, 0],
  [10, 0],
  [11, 1],
  [20, 10],
  [21, 60],
  [22, 110],
] as const)("Pace.freeAt of report %d within a keepalive of 1 s is after %d ms", (n, ms) => {
  expect(departures(n, 1_000).at(-1)).toBe(ms);
});

test("Pace.freeAt is a thousandth of a short keepalive after the tenth report", () => {
  expect(departures(11, 100).at(-1)).toBeCloseTo(0.1);
});

test("Pace.spend() begins anew after a keepalive", () => {
  const pace = new Pace(() => 1_000);
  for (let n = 0; n < 20; n += 1) pace.spend(at(5_000));
  pace.spend(at(6_000));
  expect(pace.freeAt).toBe(at(6_000));
});
