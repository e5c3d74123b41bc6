import { expect, test } from "bun:test";
import { Pace } from "../../../src/desk/api/pace.ts";

/** A pace whose backlog and clock are the test's, and what it said. */
function pace() {
  const told: boolean[] = [];
  const looks: (() => void)[] = [];
  const way = { backlog: 0 };
  const made = new Pace({
    backlog: () => way.backlog,
    changed: (mayTalk) => told.push(mayTalk),
    later: (look) => looks.push(look),
  });
  return { pace: made, told, way, look: () => looks.shift()?.() };
}

test("Pace lets nobody talk while there is no core, and all when one begins", () => {
  const { pace: made, told } = pace();
  expect([made.hasCore, made.mayTalk]).toEqual([false, false]);
  made.begin();
  expect([made.hasCore, made.mayTalk]).toEqual([true, false]);
  made.flow(true);
  made.end();
  made.flow(true);
  made.begin();
  made.flow(true);
  expect(told).toEqual([true, false, true]);
});

test("Pace asks for silence while the core wants nothing more", () => {
  const { pace: made, told } = pace();
  made.begin();
  made.flow(true);
  made.flow(false);
  made.flow(false);
  made.flow(true);
  expect(told).toEqual([true, false, true]);
});

test("Pace asks for silence while much waits for the pulse, until nothing does", () => {
  const { pace: made, told, way, look } = pace();
  made.begin();
  made.flow(true);
  way.backlog = 64;
  made.said();
  way.backlog = 65;
  made.said();
  made.said();
  expect(told).toEqual([true, false]);
  way.backlog = 3;
  look();
  expect(made.mayTalk).toBe(false);
  way.backlog = 0;
  look();
  expect(told).toEqual([true, false, true]);
  expect(look()).toBeUndefined();
});

test("Pace of a core that begins while much waits goes on with silence", () => {
  const { pace: made, way, look } = pace();
  made.begin();
  made.flow(true);
  way.backlog = 100;
  made.said();
  made.end();
  made.begin();
  made.flow(true);
  expect(made.mayTalk).toBe(false);
  way.backlog = 0;
  look();
  expect(made.mayTalk).toBe(true);
});
