// What becomes of the wish that a node be reset: when it is ordered, again, and when it counts.

import { expect, test } from "bun:test";
import type { Effect } from "../../../src/core/effect.ts";
import { Fencing } from "../../../src/core/fencing/fencing.ts";
import { at } from "../../../src/core/instant.ts";
import { textOf } from "../../../src/wire/message.ts";

function made() {
  const said: string[] = [];
  const fencing = new Fencing({
    device: () => "null",
    send: (draft) => {
      said.push(`${textOf(draft, "node")} ${textOf(draft, "result")}`);
      return [];
    },
  });
  return { fencing, said };
}

const orders = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === "fence" ? [`${effect.job} ${effect.node}`] : []));
const bob = (generation = 7, notBefore = 0) => ({
  node: "bob",
  generation,
  notBefore: at(notBefore),
});
const ended = (job: number, ok: boolean) => ({ job, ok, text: ok ? "" : "exit code 5", tookMs: 9 });

test("Fencing.aim() orders a reset once, and a good one ends it", () => {
  const { fencing, said } = made();
  expect(orders(fencing.aim([bob()], at(0)))).toEqual(["1 bob"]);
  expect(orders(fencing.aim([bob()], at(1)))).toEqual([]);
  expect(fencing.isFenced(bob())).toBe(false);
  fencing.result(ended(1, true), at(2));
  expect(fencing.isFenced(bob())).toBe(true);
  expect(said).toEqual(["bob OK"]);
  expect(fencing.deadline()).toBeUndefined();
});

test("Fencing.result() of a failure is followed by the next order after five seconds", () => {
  const { fencing, said } = made();
  fencing.aim([bob()], at(0));
  fencing.result(ended(1, false), at(1_000));
  expect(said).toEqual(["bob bad"]);
  expect(fencing.why("bob")).toBe("bob must be fenced first: that failed once (exit code 5)");
  expect(fencing.deadline()).toBe(at(6_000));
  expect(orders(fencing.expire(at(5_999)))).toEqual([]);
  expect(orders(fencing.expire(at(6_000)))).toEqual(["2 bob"]);
});

test("Fencing.result() proves nothing of a node that was heard since it was ordered", () => {
  const { fencing, said } = made();
  fencing.aim([bob(7)], at(0));
  fencing.heard("bob");
  fencing.aim([bob(7)], at(10));
  expect(fencing.result(ended(1, true), at(20))).toEqual([]);
  expect(fencing.isFenced(bob(7))).toBe(false);
  expect(said).toEqual([]);
  fencing.result(ended(2, true), at(30));
  expect(fencing.isFenced(bob(7))).toBe(true);
});

test("Fencing.isFenced() is true of the run that was ended and of earlier ones, not of a later one", () => {
  const { fencing } = made();
  fencing.told("bob", 7);
  expect([6, 7, 8].map((generation) => fencing.isFenced(bob(generation)))).toEqual([
    true,
    true,
    false,
  ]);
  fencing.told("bob", 6);
  expect(fencing.isFenced(bob(7))).toBe(true);
  fencing.heard("bob");
  expect(fencing.isFenced(bob(6))).toBe(false);
});

test("Fencing.aim() waits for the moment that a target names, and hurries when that comes nearer", () => {
  const { fencing } = made();
  expect(orders(fencing.aim([bob(7, 70_000)], at(0)))).toEqual([]);
  expect(fencing.deadline()).toBe(at(70_000));
  expect(orders(fencing.aim([bob(7, 0)], at(10)))).toEqual(["1 bob"]);
});

test("Fencing.aim() forgets who is wanted no more, and tries it no more after a failure", () => {
  const { fencing } = made();
  fencing.aim([bob()], at(0));
  fencing.aim([], at(1));
  fencing.result(ended(1, false), at(2));
  fencing.aim([], at(3));
  expect(fencing.deadline()).toBeUndefined();
});

test("Fencing orders nothing without a device", () => {
  const none = new Fencing({ device: () => undefined, send: () => [] });
  expect(none.hasDevice).toBe(false);
  expect(none.aim([bob()], at(0))).toEqual([]);
  expect(none.deadline()).toBeUndefined();
});
