// How long a node listens that overslept, whatever becomes of its files meanwhile.

import { expect, test } from "bun:test";
import { Vigil } from "../../../src/core/group/vigil.ts";
import { at } from "../../../src/core/instant.ts";

test.each([
  ["its deadtime", 5_000, 5_999, true],
  ["no longer than its deadtime", 5_000, 6_000, false],
  ["the deadtime that a reload raised", 9_000, 9_999, true],
  ["no longer than the deadtime that a reload lowered", 2_000, 3_000, false],
] as const)("Vigil is kept for %s", (_what, reloadedMs, now, isKept) => {
  let deadtimeMs = 5_000;
  const vigil = new Vigil(() => deadtimeMs);
  vigil.begin(at(1_000));
  expect(vigil.deadline()).toBe(at(6_000));
  deadtimeMs = reloadedMs;
  vigil.look(at(now));
  expect(vigil.isKept).toBe(isKept);
});

test("Vigil is not begun anew by a deadtime that is raised when it is over", () => {
  let deadtimeMs = 5_000;
  const vigil = new Vigil(() => deadtimeMs);
  vigil.begin(at(1_000));
  vigil.look(at(6_000));
  deadtimeMs = 60_000;
  vigil.look(at(6_001));
  expect(vigil.isKept).toBe(false);
  expect(vigil.deadline()).toBeUndefined();
});
