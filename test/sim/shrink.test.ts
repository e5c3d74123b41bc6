// The shrinker, on runs whose fault is known.

import { expect, test } from "bun:test";
import type { TimedAct } from "../../src/sim/act.ts";
import type { Plan } from "../../src/sim/shape.ts";
import { heartbeat } from "./heartbeat.ts";
import type { Kind } from "./kind.ts";
import { shrink } from "./shrink.ts";

/** Broken when a host is frozen after it was killed, however long after. */
const toy: Kind = {
  name: "toy",
  planOf: heartbeat.planOf,
  play: ({ acts }) => {
    const killed = acts.findIndex(({ act }) => act === "kill");
    const broken = killed >= 0 && acts.slice(killed).some(({ act }) => act === "freeze");
    return { nodeMs: 0, violations: broken ? [{ law: "9", at: 90_000, text: "frozen" }] : [] };
  },
};

const acts: readonly TimedAct[] = [
  { at: 1_000, act: "start", node: "alice" },
  { at: 2_000, act: "kill", node: "alice" },
  { at: 7_000, act: "heal" },
  { at: 9_500, act: "freeze", node: "alice" },
  { at: 11_000, act: "thaw", node: "alice" },
];
const plan: Plan = { shape: { seed: 1, hosts: [] }, acts, endMs: 100_000 };

test("shrink() keeps the acts without which the law is not broken, and no time between them", () => {
  const [violation] = toy.play(plan).violations;
  if (violation === undefined) throw new Error("the toy is whole");
  const small = shrink(toy, plan, { violation, limitMs: 10_000 });
  expect(small.acts).toEqual([
    { at: 0, act: "kill", node: "alice" },
    { at: 0, act: "freeze", node: "alice" },
  ]);
});

test("heartbeat.simpler() offers plans that are smaller, and can be played", () => {
  const whole = heartbeat.planOf(3);
  const plans = [...(heartbeat.simpler?.(whole) ?? [])];
  expect(plans.length).toBeGreaterThan(3);
  for (const { shape } of plans) {
    const names = shape.hosts.map(({ config }) => config.self);
    for (const { config } of shape.hosts) {
      expect(config.nodes.toSorted()).toEqual(names.toSorted());
      for (const { owner } of config.groups) expect(names).toContain(owner);
    }
  }
});

test("heartbeat.withTroubles() mends everything after the troubles that are left", () => {
  const whole = heartbeat.planOf(5);
  const calm = heartbeat.withTroubles?.(whole, []);
  expect(heartbeat.troubles?.(whole).length).toBeGreaterThan(0);
  expect(calm?.acts.filter(({ act }) => act === "start").length).toBeGreaterThan(0);
  expect(calm && heartbeat.troubles?.(calm)).toEqual([]);
});
