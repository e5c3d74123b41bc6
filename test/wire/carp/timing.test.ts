// The arithmetic of carp.md 6 and the comparisons of carp.md 7, by table.

import { describe, expect, test } from "bun:test";
import {
  advertIntervalMs,
  BOW_OUT,
  comparePace,
  compareReversed,
  deadIntervalMs,
  willTimeOut,
} from "../../../src/wire/carp/timing.ts";
import { addressToBytes } from "../../../src/wire/ipaddress.ts";
import { REACTIONS } from "./vector.ts";

function pace(advbase: number, advskew: number) {
  return { advbase, advskew };
}

test.each([
  [1, 0, 1_000],
  [1, 100, 1_390.625],
  [0, 10, 39.062],
  [0, 1, 3.906],
  [0, 0, 3.906],
  [2, 50, 2_195.312],
  [255, 255, 255_996.093],
] as const)("advertIntervalMs() of base %d and skew %d is %d", (advbase, advskew, ms) => {
  expect(advertIntervalMs({ advbase, advskew })).toBe(ms);
});

test.each([
  [1, 0, 3, 3_000],
  [1, 100, 3, 3_390.625],
  [1, 255, 3, 3_996.093],
  [1, 50, 1, 1_195.312],
  [20, 0, 5, 100_000],
  // Without a base OpenBSD's rule holds, and the ratio does not count.
  [0, 10, 3, 117.187],
  [0, 10, 1, 117.187],
  [0, 1, 3, 11.718],
  [0, 255, 3, 2_988.281],
  [0, 0, 3, 11.718],
] as const)("deadIntervalMs() of base %d, skew %d, ratio %d is %d", (advbase, advskew, r, ms) => {
  expect(deadIntervalMs({ advbase, advskew }, r)).toBe(ms);
});

test.each([
  [pace(1, 0), pace(1, 1), -1],
  [pace(1, 255), pace(2, 0), -1],
  [pace(0, 255), pace(1, 0), -1],
  [pace(1, 50), pace(1, 50), 0],
  [pace(1, 51), pace(1, 50), 1],
] as const)("comparePace() of %j and %j has the sign of %d", (a, b, sign) => {
  expect(Math.sign(comparePace(a, b))).toBe(sign);
});

test.each([
  [pace(1, 50), pace(3, 50), 3, false],
  [pace(1, 50), pace(3, 51), 3, true],
  [pace(1, 50), pace(1, 51), 1, true],
  [pace(1, 50), BOW_OUT, 3, true],
  [pace(85, 255), BOW_OUT, 3, false],
  [pace(86, 0), BOW_OUT, 3, false],
  [pace(0, 10), BOW_OUT, 3, true],
  [pace(0, 10), pace(0, 30), 3, false],
  [pace(0, 10), pace(0, 31), 3, true],
] as const)("willTimeOut() of %j beside %j with ratio %d is %p", (own, peer, ratio, verdict) => {
  expect(willTimeOut(own, peer, ratio)).toBe(verdict);
});

describe("willTimeOut() and comparePace() on reactions.json", () => {
  const accepted = REACTIONS.filter((each) => each.verdict === "accepted");
  test.each(accepted.map((each) => [each.name, each] as const))("decide %s as ucarp", (_, each) => {
    const { local, frame_fields, state_before, states_seen } = each;
    const peer = pace(frame_fields.carp?.advbase ?? -1, frame_fields.carp?.advskew ?? -1);
    const preempt = "preempt" in local && local.preempt === true;
    const moved = states_seen.length > 0;
    if (state_before === "BACKUP") {
      const takes = preempt && comparePace(local, peer) < 0;
      expect(takes || willTimeOut(local, peer, each.local_deadratio)).toBe(moved);
      return;
    }
    const order = comparePace(local, peer);
    const tie = compareReversed(
      addressToBytes(local.srcip),
      addressToBytes(frame_fields.ip?.src ?? ""),
    );
    expect(order > 0 || (order === 0 && tie > 0)).toBe(moved);
  });
});

test.each([
  ["10.77.1.100", "10.77.0.200", -1],
  ["10.77.0.200", "10.77.1.100", 1],
  ["10.77.0.1", "10.77.1.1", -1],
  ["192.168.0.1", "10.0.0.1", 1],
  ["10.77.0.1", "10.77.0.1", 0],
  ["fe80::1:1", "fe80::2:1", -1],
  ["fe80::2", "fe80::1:1", 1],
] as const)("compareReversed() of %s and %s has the sign of %d", (a, b, sign) => {
  expect(Math.sign(compareReversed(addressToBytes(a), addressToBytes(b)))).toBe(sign);
});
