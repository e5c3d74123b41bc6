// When garbage is collected: with nothing due, and in the end with little room.

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
  [5_000, 120],
  [6_000, 96],
  [9_000, 24],
  [10_000, 0],
  [60_000, 0],
] as const)("Collector.wants() %d ms after one that took 40 ms with %d ms free", (ms, freeMs) => {
  const tried = collector(40);
  tried.collect(at(0));
  expect(tried.wants(at(ms), at(ms + freeMs - 0.1))).toBe(false);
  expect(tried.wants(at(ms), at(ms + freeMs + 0.1))).toBe(true);
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
