// When garbage is collected: never with something due, and not for ever given up after a slow one.

import { expect, test } from "bun:test";
import { at } from "../../src/core/instant.ts";
import { Collector } from "../../src/pulse/collector.ts";

function collector(...tookMs: number[]) {
  return new Collector(at(0), () => tookMs.shift() ?? 0);
}

test.each([
  [29, false],
  [30, true],
] as const)("Collector.wants() with %d ms free at first is %p", (freeMs, wants) => {
  expect(collector().wants(at(0), at(freeMs))).toBe(wants);
});

test.each([
  [4_999, false],
  [5_000, true],
] as const)("Collector.wants() %d ms after the last is %p", (ms, wants) => {
  const tried = collector(5);
  tried.collect(at(0));
  expect(tried.wants(at(ms), at(ms + 1_000))).toBe(wants);
});

test.each([
  [[4], 12],
  [[20], 60],
  [[500], 60],
  [[500, 500], 120],
  [[500, 4], 12],
] as const)("Collector after those that took %p ms wants %d ms free", (took, freeMs) => {
  const tried = collector(...took);
  for (const [i] of took.entries()) tried.collect(at(i * 5_000));
  const now = took.length * 5_000;
  expect(tried.wants(at(now), at(now + freeMs - 1))).toBe(false);
  expect(tried.wants(at(now), at(now + freeMs))).toBe(true);
});

test("Collector.collect() leaves the heap without the garbage", () => {
  const kept = new WeakRef({ litter: new Array(1_000).fill(0) });
  const real = new Collector(at(0));
  // A weak reference holds what it has shown until the turn is over: it is not asked before.
  return Bun.sleep(0).then(() => {
    real.collect(at(0));
    expect(kept.deref()).toBeUndefined();
  });
});
