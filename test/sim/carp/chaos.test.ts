// Seeded runs full of faults, judged by the laws of virtual routers (judge.ts). A seed that fails replays
// the same run: chaos(seed).lines tells what happened.

import { describe, expect, test } from "bun:test";
import { Chance } from "../../../src/sim/chance.ts";
import { chaos, membersOf } from "./chaos.ts";
import type { RouterHost } from "./host.ts";
import { Segment } from "./segment.ts";

const seeds = Array.from({ length: 60 }, (_, n) => n + 1);

test.each(seeds)("chaos(%d) breaks no law of virtual routers and ends in peace", (seed) => {
  expect(chaos(seed).violations).toEqual([]);
});

test("chaos() is deterministic: one seed, one story", () => {
  const tell = () => chaos(7, 10).lines.map(({ at, node, text }) => `${at} ${node} ${text}`);
  expect(tell()).toEqual(tell());
});

/** A healthy segment with one master, as a seed makes it. */
function healthy(seed: number): Segment {
  const segment = new Segment(membersOf(new Chance(seed)), seed);
  segment.startAll();
  segment.advance(20_000 + (seed % 1_000));
  return segment;
}

/** BSD's rule for equals, which hb follows towards those that may be BSD hosts. */
function yieldToEachOther(hosts: readonly RouterHost[]): boolean {
  return hosts.some(({ config }, n) =>
    hosts
      .slice(n + 1)
      .some(({ config: other }) => config.advskew === other.advskew && other.seal === "off"),
  );
}

/** What equals in BSD's dialect wait beyond their dead time when they have yielded to each other. */
function ranksMs(hosts: readonly RouterHost[]): number {
  return yieldToEachOther(hosts) ? 7_000 : 0;
}

describe("in a healthy segment", () => {
  test.each(seeds)("the farewell of a master makes another one at once (%d)", (seed) => {
    const segment = healthy(seed);
    const [master, ...more] = segment.masters();
    if (master === undefined || more.length > 0) throw new Error("there is not one master");
    const others = [...segment.hosts.values()].filter((host) => host !== master);
    master.command({ name: "leave" });
    // A down script, a delivery, an up script. Equals in BSD's dialect without seals all yield to each
    // other, as BSD hosts do, and then go by their ranks.
    segment.advance(45 + ranksMs(others) + (yieldToEachOther(others) ? 5_000 : 0));
    expect(segment.masters()).toHaveLength(1);
    expect(segment.masters()[0]).not.toBe(master);
    expect(segment.violations).toEqual([]);
  });

  test.each(seeds.slice(0, 30))(
    "the death of a master is noticed in its dead time (%d)",
    (seed) => {
      const segment = healthy(seed);
      const [master] = segment.masters();
      const dead = [...segment.hosts.values()].filter((host) => host !== master);
      master?.kill();
      segment.advance(Math.max(...dead.map(({ deadMs }) => deadMs)) + 25 + ranksMs(dead));
      expect(segment.masters().length).toBeGreaterThan(0);
    },
  );
});
