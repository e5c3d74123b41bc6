// What every run promises: the same plan gives the same run, bytes or no bytes, and any acts may be done
// at any time.

import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Act, TimedAct } from "../../../src/sim/act.ts";
import { Agenda } from "../../../src/sim/agenda.ts";
import { Chance } from "../../../src/sim/chance.ts";
import { run } from "../../../src/sim/run.ts";
import type { Plan } from "../../../src/sim/shape.ts";
import { configOf, type Spec, shapeOf } from "../plainshape.ts";

const trio: Spec = {
  nodes: ["alice", "bob", "carol"],
  groups: [
    ["alice", "10.0.0.10", "httpd"],
    ["bob", "10.0.0.11"],
  ],
  pings: ["10.0.0.254"],
  deadtimeMs: 5_000,
};

/** Any act at all, about somebody who may not be there. */
function anyAct(chance: Chance): Act {
  const node = chance.pick([...trio.nodes, "nobody"]);
  const word = chance.pick(["httpd", "10.0.0.10", "10.0.0.11", "none"]);
  const link = chance.pick(["eth0", "eth9"]);
  const device = link;
  const other = chance.pick(trio.nodes);
  const up = chance.next() < 0.5;
  const acts: readonly Act[] = [
    { act: chance.pick(["start", "start", "start", "kill", "crash"] as const), node },
    { act: chance.pick(["kill-desk", "kill-pulse", "freeze", "thaw"] as const), node },
    { act: "cut", from: [node], to: [other], oneWay: up },
    { act: "cut", from: [node], to: [other], link },
    { act: "heal" },
    { act: "heal", link },
    { act: "weather", weather: { loss: 0.2, duplicate: 0.2, corrupt: 0.2, jitterMs: 50 } },
    { act: "weather", weather: {}, link },
    { act: "replay", node, count: 50, agoMs: 1_000 },
    { act: "clock", node, stepMs: chance.pick([-1e9, 1e9]) },
    { act: "drift", node, ppm: chance.pick([-500, 500]) },
    {
      act: "lose",
      node,
      file: chance.pick(["generation", "uuid", "memory", "hostcache", "seals"] as const),
      how: chance.pick(["lost", "torn"] as const),
    },
    { act: "disk", node, full: up },
    { act: "script", node, word, temper: { startFails: up, stopHangs: !up, tookMs: 100 } },
    { act: "dies", node, word },
    { act: "command", node, command: up ? "standby" : "takeover", set: "all" },
    { act: "leave", node },
    { act: "reload", node, config: configOf(other, { ...trio, failback: up ? "off" : "on" }) },
    { act: chance.pick(["blind", "see"] as const), node },
    { act: "address-lost", node, word, forGood: up },
    { act: "rival", node, word },
    { act: chance.pick(["carrier", "device"] as const), node, device, up },
    { act: chance.pick(["mute", "check"] as const), node, on: up, ok: up } as Act,
    { act: "yield", node },
  ];
  return chance.pick(acts);
}

function anyPlan(seed: number, exact = false): Plan {
  const chance = new Chance(seed);
  const acts: TimedAct[] = trio.nodes.map((node) => ({ act: "start", node, at: 0 }));
  for (let at = 500; at < 60_000; at += chance.below(3_000)) acts.push({ ...anyAct(chance), at });
  return { shape: { ...shapeOf({ ...trio, seed }), exact }, acts, endMs: 90_000 };
}

/** Everything that is seen, as text. */
function story(plan: Plan): string[] {
  const lines: string[] = [];
  const onlookers = [
    (sight: object, at: number) => void lines.push(`${at} ${JSON.stringify(sight)}`),
  ];
  run(plan, { onlookers });
  return lines;
}

const seeds = Array.from({ length: 12 }, (_, n) => n + 1);

test.each(seeds)("run(%d) plays the same plan the same way, sight for sight", (seed) => {
  const once = story(anyPlan(seed));
  expect(once.length).toBeGreaterThan(100);
  expect(story(anyPlan(seed))).toEqual(once);
});

test.each(seeds)("run(%d) is the same when every packet passes as bytes", (seed) => {
  expect(story(anyPlan(seed, true))).toEqual(story(anyPlan(seed)));
});

test("run() takes any part of a list of acts", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      (seed, kept) => {
        const { shape, acts, endMs } = anyPlan(seed);
        const some = acts.filter((_, n) => kept[n % kept.length] === true);
        expect(run({ shape, acts: some, endMs }).now).toBe(endMs);
      },
    ),
    { numRuns: 25 },
  );
});

test("run() is pure data in: a plan that went through JSON is the same plan", () => {
  const plan = anyPlan(3);
  expect(story(JSON.parse(JSON.stringify(plan)) as Plan)).toEqual(story(plan));
});

test("Agenda gives what was planned in order of time, and what was planned first, first", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const agenda = new Agenda();
      const happened: [number, number][] = [];
      for (const [n, at] of times.entries()) {
        agenda.plan(at, { happen: () => void happened.push([at, n]) });
      }
      for (let next = agenda.take(); next !== undefined; next = agenda.take()) next.happen();
      const expected = times.map((at, n): [number, number] => [at, n]);
      expect(happened).toEqual(expected.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      expect(agenda.next()).toBeUndefined();
    }),
  );
});
