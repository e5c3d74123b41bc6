// Lengths of leases, their renewal, and the lateness of the loop in numbers.

import { expect, test } from "bun:test";
import { at } from "../../src/core/instant.ts";
import {
  firstRenewal,
  leaseSeconds,
  renewEveryMs,
  routerLeaseSeconds,
} from "../../src/core/lease.ts";
import { Lateness } from "../../src/pulse/lateness.ts";
import { puppetConfig } from "./puppet.ts";

test.each([
  ["auto", 50, 2],
  ["auto", 1_000, 2],
  ["auto", 1_001, 3],
  ["auto", 10_000, 11],
  ["off", 10_000, undefined],
  [{ ms: 300 }, 10_000, 1],
  [{ ms: 4_500 }, 10_000, 5],
] as const)("leaseSeconds() of %j with a deadtime of %d ms is %p", (addressLease, ms, expected) => {
  const timing = { ...puppetConfig.timing, deadtimeMs: ms };
  expect(leaseSeconds({ addressLease, timing })).toBe(expected);
});

test.each([
  [1, 0, 3, 2],
  [1, 200, 3, 2],
  [2, 0, 3, 3],
  [10, 0, 3, 19],
  [10, 255, 3, 18],
  [1, 0, 10, 8],
  [1, 0, 1, 2],
  [0, 40, 3, 2],
] as const)(
  "routerLeaseSeconds() of base %d, skew %d and ratio %d is %d: over when a backup takes over",
  (advbase, advskew, deadratio, seconds) => {
    expect(routerLeaseSeconds({ advbase, advskew, deadratio })).toBe(seconds);
  },
);

test("firstRenewal() spreads a large group over the second half of the first period", () => {
  const moments = Array.from({ length: 1000 }, (_, index) => firstRenewal(at(0), 3, index, 1000));
  expect(moments[0]).toBe(at(500));
  expect(Math.max(...moments)).toBeLessThan(renewEveryMs(3));
  expect(new Set(moments).size).toBe(1000);
});

test("Lateness.view() tells last, 99th percentile within 12 %, and worst", () => {
  const lateness = new Lateness();
  expect(lateness.view()).toEqual({ last: 0, p99: 0, worst: 0 });
  for (let count = 0; count < 985; count += 1) lateness.record(0.05);
  for (let count = 0; count < 14; count += 1) lateness.record(3);
  lateness.record(250);
  const { last, p99, worst } = lateness.view();
  expect([last, worst]).toEqual([250, 250]);
  expect(p99).toBeGreaterThanOrEqual(3);
  expect(p99).toBeLessThan(3 * 1.12);
});

test("Lateness.record() takes what is earlier than asked as not late, and days as days", () => {
  const lateness = new Lateness();
  lateness.record(-5);
  expect(lateness.view()).toEqual({ last: 0, p99: 0, worst: 0 });
  lateness.record(86_400_000);
  expect(lateness.view().worst).toBe(86_400_000);
});
