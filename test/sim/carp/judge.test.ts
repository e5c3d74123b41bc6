// The judge sees what breaks the laws: made-up hosts that cannot keep them.

import { expect, test } from "bun:test";
import type { RouterConfig } from "../../../src/config/router.ts";
import { Judge } from "./judge.ts";
import { Segment } from "./segment.ts";

/** Its hosts believe that they hear each other, but nothing ever arrives. */
class DeafSegment extends Segment {
  override transmit(): void {}
}

function watched(segment: Segment, ms: number): readonly string[] {
  const judge = new Judge(segment, 100);
  segment.startAll();
  for (let left = ms; left > 0; left -= 100) {
    segment.advance(100);
    judge.look();
  }
  judge.verdict();
  return segment.violations;
}

const two = (config: Partial<RouterConfig>) => [
  { name: "alice", address: "10.77.0.1", config },
  { name: "bob", address: "10.77.0.2", config },
];

test("Judge.look() finds two masters that should hear each other", () => {
  const violations = watched(new DeafSegment(two({})), 10_000);
  expect(violations.some((text) => text.includes("alice and bob are both master"))).toBe(true);
});

test("Judge.look() finds that nobody is master though somebody could be", () => {
  const segment = new Segment(two({}));
  const judge = new Judge(segment, 100);
  segment.startAll();
  // Somebody who is no member says every second that he is the master; nobody in sight is.
  const advert = { family: 4, from: "10.77.0.9", mac: "00:00:5e:00:00:2a", demote: 0 } as const;
  for (let n = 0; n < 20; n += 1) {
    for (const host of segment.hosts.values()) {
      host.hear({ ...advert, advbase: 1, advskew: 0, counter: 1n });
    }
    segment.advance(1_000);
    judge.look();
  }
  judge.verdict();
  expect(segment.violations.some((text) => text.includes("alice is able, but nobody"))).toBe(true);
  expect(segment.violations.some((text) => text.includes("masters in the end"))).toBe(true);
});

test.each([
  ["holds", "alice is master of nothing"],
  ["hasCarrier", "alice has no carrier, but the address"],
] as const)("Judge.look() finds a master whose %s is false: %s", (what, violation) => {
  const segment = new Segment(two({}));
  const [alice] = segment.hosts.values();
  if (alice !== undefined) Object.defineProperty(alice, what, { get: () => false });
  expect(watched(segment, 10_000).some((text) => text.includes(violation))).toBe(true);
});

test("Judge.look() finds nothing wrong with two healthy hosts", () => {
  expect(watched(new Segment(two({})), 10_000)).toEqual([]);
});
