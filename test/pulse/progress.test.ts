// The watch over the progress of a line, by table: time is a parameter.

import { expect, test } from "bun:test";
import { at } from "../../src/core/instant.ts";
import { Progress } from "../../src/pulse/media/progress.ts";

test("Progress calls it a stall when nothing left for half a second, not before, and once", () => {
  const one = new Progress();
  expect(one.see(0, true, at(0))).toBe(false);
  expect(one.deadline()).toBe(at(500));
  expect(one.see(10, true, at(400))).toBe(false);
  expect(one.see(10, true, at(899))).toBe(false);
  expect(one.stalled).toBe(false);
  expect(one.see(10, true, at(900))).toBe(true);
  expect(one.stalled).toBe(true);
  expect(one.deadline()).toBeUndefined();
});

test("Progress has nothing against a line on which nothing waits", () => {
  const one = new Progress();
  one.see(0, true, at(0));
  expect(one.see(0, false, at(100))).toBe(false);
  expect(one.deadline()).toBeUndefined();
  expect(one.see(0, true, at(5_000))).toBe(false);
});

test.each([
  ["bytes leave", true, false, true],
  ["something is heard", false, true, true],
  ["bytes leave and something is heard", true, true, false],
])("Progress after a stall, when %s", (_, leaves, hears, stalled) => {
  const one = new Progress();
  one.heard();
  one.see(5, true, at(0));
  one.see(5, true, at(500));
  if (leaves) one.see(9, true, at(600));
  if (hears) one.heard();
  expect(one.stalled).toBe(stalled);
});
