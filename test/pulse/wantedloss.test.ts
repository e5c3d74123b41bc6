// What a test has lost on purpose, and what never is.

import { expect, test } from "bun:test";
import type { TestLoss } from "../../src/config/testloss.ts";
import { WantedLoss } from "../../src/pulse/wantedloss.ts";

const half: TestLoss = { xmit: 0.5, receive: 0.5, allowNodes: [] };

function loss(testLoss: TestLoss | undefined, random: number): WantedLoss {
  return new WantedLoss({ self: "alice", ...(testLoss && { testLoss }) }, () => random);
}

test.each([
  ["no such file", undefined, 0, false],
  ["half", half, 0.49, true],
  ["half", half, 0.5, false],
  ["nothing", { ...half, xmit: 0 }, 0, false],
  ["everything", { ...half, xmit: 1 }, 0.999, true],
  ["half, but not of bob", { ...half, allowNodes: ["bob"] }, 0, false],
])("WantedLoss.losesSent() with %s: %j at %d is %p", (_, testLoss, random, is) => {
  expect(loss(testLoss, random).losesSent()).toBe(is);
});

test.each([
  ["bob", undefined, 0, false],
  ["bob", half, 0.49, true],
  ["bob", half, 0.5, false],
  ["bob", { ...half, allowNodes: ["bob"] }, 0, false],
  ["carol", { ...half, allowNodes: ["bob"] }, 0, true],
  ["alice", half, 0, false],
])("WantedLoss.losesHeard(%j) with %j at %d is %p", (source, testLoss, random, is) => {
  expect(loss(testLoss, random).losesHeard(source)).toBe(is);
});
