// Seeded runs of virtual routers, judged by their laws. A seed that fails is played again and told by
// `bun test/sim/replay SEED --kind carp`.

import { describe, expect, test } from "bun:test";
import type { Event } from "../kind.ts";
import { carp } from "./kind.ts";

const seeds = Array.from({ length: 40 }, (_, n) => n + 1);

test.each(seeds)("carp.play(planOf(%d)) breaks no law of virtual routers", (seed) => {
  expect(carp.play(carp.planOf(seed)).violations).toEqual([]);
});

describe("a plan of virtual routers", () => {
  test("is plain data, and one seed has one plan", () => {
    const plan = carp.planOf(7);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(carp.planOf(7)).toEqual(plan);
    expect(carp.planOf(8)).not.toEqual(plan);
  });

  test("is played the same way every time, also from its text", () => {
    const plan = carp.planOf(11);
    const tell = (which: typeof plan) => {
      const events: [number, Event][] = [];
      carp.play(which, { spectator: (event, now) => events.push([now, event]) });
      return Bun.hash(Bun.inspect(events, { depth: 9 }));
    };
    expect(tell(JSON.parse(JSON.stringify(plan)))).toBe(tell(plan));
  });

  test("without any of its troubles is a plan as well, and ends in peace", () => {
    for (const seed of [3, 5, 12]) {
      const plan = carp.planOf(seed);
      const troubles = carp.troubles?.(plan) ?? [];
      expect(troubles.length).toBeGreaterThan(2);
      const half = troubles.filter((_, n) => n % 2 === 0);
      const halved = carp.withTroubles?.(plan, half) ?? plan;
      expect(carp.play(halved).violations).toEqual([]);
      expect(carp.troubles?.(halved)).toEqual(half);
    }
  });

  test("has every breed and every act among some hundred seeds", () => {
    const plans = Array.from({ length: 300 }, (_, n) => carp.planOf(n));
    const breeds = new Set(plans.flatMap(({ shape }) => shape.hosts.map(({ breed }) => breed)));
    expect([...breeds].sort()).toEqual(["freebsd", "hb", "openbsd", "ucarp"]);
    const acts = new Set(plans.flatMap((plan) => plan.acts.map(({ act }) => act)));
    expect([...acts].sort().join(" ")).toBe(
      "address-lost breed carrier check clock crash cut device disk drift freeze heal kill " +
        "kill-desk kill-pulse leave lose mute reload replay rival script start thaw weather yield",
    );
  });
});
