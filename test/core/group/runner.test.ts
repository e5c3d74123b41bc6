import { expect, test } from "bun:test";
import type { Effect } from "../../../src/core/effect.ts";
import { Runner } from "../../../src/core/group/runner.ts";
import { at } from "../../../src/core/instant.ts";

const keys = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const rules = { resourceTimeoutMs: 60_000, onStopFailure: "ignore" } as const;
const now = at(0);

function specs(...words: string[]) {
  return words.map((word) => ({
    key: word,
    owner: "alice",
    resources: [{ kind: "address", word, agent: "IPaddr2", family: 4, address: word } as const],
  }));
}

const runner = () => new Runner(specs(...keys), rules, 1);

/** End the jobs of these effects, and of what follows, and say what was done. */
function finish(hand: Runner, effects: Effect[], ok = true): string[] {
  const done: string[] = [];
  const queue = [...effects];
  for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
    if (effect.do !== "hold" && effect.do !== "drop") continue;
    done.push(`${effect.do} ${effect.resources[0]?.word}`);
    const { job } = effect;
    queue.push(...hand.result({ on: "result", job, ok, text: "no", tookMs: 1 }, now));
  }
  return done;
}

const outcomes = (hand: Runner) =>
  hand.ended().map((order) => order.map(({ key, state }) => `${key} ${state}`));

test("Runner.take() starts group after group and reports once", () => {
  const hand = runner();
  const effects = hand.take(keys, "test", now);
  expect(effects.filter(({ do: what }) => what === "hold")).toHaveLength(1);
  expect(outcomes(hand)).toEqual([]);
  expect(finish(hand, effects)).toEqual(keys.map((key) => `hold ${key}`));
  expect(outcomes(hand)).toEqual([keys.map((key) => `${key} held`)]);
  expect(outcomes(hand)).toEqual([]);
});

test("Runner.announce() names what is held, and nothing else", () => {
  const hand = runner();
  expect(hand.announce(keys, now)).toEqual([]);
  const [first = ""] = keys;
  finish(hand, hand.take([first], "test", now));
  expect(hand.announce(keys, now)).toEqual([{ do: "announce", words: [first] }]);
});

test("Runner.take() of what is held already ends at once", () => {
  const hand = runner();
  finish(hand, hand.take(keys, "test", now));
  hand.ended();
  expect(hand.take(keys, "again", now)).toEqual([]);
  expect(outcomes(hand)).toEqual([keys.map((key) => `${key} held`)]);
});

test("Runner.take() goes on with the next group when one fails", () => {
  const hand = runner();
  const [first] = keys;
  const effects = hand.take(keys, "test", now);
  const hold = effects.find((effect) => effect.do === "hold");
  const job = hold?.do === "hold" ? hold.job : 0;
  const rest = hand.result({ on: "result", job, ok: false, text: "no", tookMs: 1 }, now);
  finish(hand, rest);
  expect(outcomes(hand)).toEqual([[`${first} failed`, "10.0.0.2 held", "10.0.0.3 held"]]);
});

test("Runner.give() takes a group out of an order that has not reached it", () => {
  const hand = runner();
  const taking = hand.take(keys, "test", now);
  expect(hand.give(["10.0.0.3"], "other plans", now)).toEqual([]);
  expect(outcomes(hand)).toEqual([["10.0.0.3 idle"]]);
  expect(finish(hand, taking)).toEqual(["hold 10.0.0.1", "hold 10.0.0.2"]);
  expect(hand.group("10.0.0.3")?.state).toBe("idle");
});

test("Runner.give() of idle groups counts as stopped", () => {
  const hand = runner();
  expect(hand.give(keys, "test", now)).toEqual([]);
  expect(outcomes(hand)).toEqual([keys.map((key) => `${key} idle`)]);
});

test("Runner.give() in the midst of a start ends both orders with the group idle", () => {
  const hand = runner();
  const taking = hand.take(["10.0.0.1"], "test", now);
  const giving = hand.give(["10.0.0.1"], "other plans", now);
  expect(finish(hand, [...taking, ...giving])).toEqual(["hold 10.0.0.1", "drop 10.0.0.1"]);
  expect(outcomes(hand)).toEqual([["10.0.0.1 idle"], ["10.0.0.1 idle"]]);
});

test("Runner.result() ignores the result of a job that nobody waits for", () => {
  const hand = new Runner(specs(...keys), rules, 1_000);
  const effects = hand.take(["10.0.0.1"], "test", now);
  expect(hand.result({ on: "result", job: 7, ok: true, text: "", tookMs: 1 }, now)).toEqual([]);
  expect(hand.group("10.0.0.1")?.state).toBe("starting");
  finish(hand, effects);
  expect(hand.group("10.0.0.1")?.state).toBe("held");
});

test("Runner.reload() leaves untouched groups alone, begins new ones idle and stops gone ones", () => {
  const hand = runner();
  finish(hand, hand.take(keys, "test", now));
  const effects = hand.reload(specs("10.0.0.1", "10.0.0.9"), rules, now);
  expect(hand.groups.map(({ key, state }) => `${key} ${state}`)).toEqual([
    "10.0.0.1 held",
    "10.0.0.9 idle",
  ]);
  expect(hand.resting).toBe(false);
  expect(finish(hand, effects)).toEqual(["drop 10.0.0.2", "drop 10.0.0.3"]);
  expect(hand.resting).toBe(true);
});

test("Runner.reload() does not start a group that returns beside its own end", () => {
  const hand = runner();
  finish(hand, hand.take(keys, "test", now));
  const stopping = hand.reload(specs("10.0.0.1"), rules, now);
  hand.reload(specs(...keys), rules, now);
  expect(hand.take(["10.0.0.2"], "it is back", now).map(({ do: what }) => what)).toEqual([
    "log",
    "log",
  ]);
  const done = finish(hand, stopping);
  expect(done.filter((what) => what.endsWith("10.0.0.2"))).toEqual([
    "drop 10.0.0.2",
    "hold 10.0.0.2",
  ]);
  expect(hand.group("10.0.0.2")?.state).toBe("held");
});

test("Runner.adopt() begins with what is remembered and keeps its leases", () => {
  const hand = runner();
  const assigned = { node: "alice", epoch: 3 };
  const effects = hand.adopt([{ key: "10.0.0.2", assigned, up: ["10.0.0.2"] }], true);
  expect(finish(hand, effects)).toEqual(["hold 10.0.0.2"]);
  expect(hand.group("10.0.0.2")?.state).toBe("unsure");
  expect(hand.group("10.0.0.1")?.state).toBe("idle");
});

test("Runner.suspend() of one group lets an order go on to the others", () => {
  const hand = runner();
  const [first = "", ...others] = keys;
  const effects = hand.take(keys, "test", now);
  expect(hand.suspend([first]).map(({ do: what }) => what)).toEqual(["suspend"]);
  expect(finish(hand, effects)).toEqual(keys.map((key) => `hold ${key}`));
  expect(outcomes(hand)).toEqual([[`${first} unsure`, ...others.map((key) => `${key} held`)]]);
});

test("Runner.suspendAll() calls off what an order has not begun to take", () => {
  const hand = runner();
  const [first = ""] = keys;
  const effects = hand.take(keys, "test", now);
  hand.suspendAll();
  const job = effects.flatMap((effect) => (effect.do === "hold" ? effect.job : []))[0] ?? 0;
  const after = hand.result({ on: "result", job, ok: true, text: "", tookMs: 1 }, now);
  expect(after.filter((effect) => effect.do === "hold")).toEqual([]);
  expect(outcomes(hand)).toEqual([
    [`${first} unsure`, ...keys.slice(1).map((key) => `${key} idle`)],
  ]);
  expect(finish(hand, hand.take(keys, "once more", now))).toEqual(keys.map((key) => `hold ${key}`));
});

test("Runner.reload() lets a group have an address that another one gives up when that has dropped it", () => {
  const [first, second] = specs("10.0.0.1", "10.0.0.2");
  if (first === undefined || second === undefined) throw new Error("no groups");
  const hand = new Runner([first, second], rules, 1);
  finish(hand, hand.take(["10.0.0.1", "10.0.0.2"], "test", now));
  const moved = { ...first, resources: [...first.resources, ...second.resources] };
  expect(finish(hand, hand.reload([moved], rules, now))).toEqual([
    "drop 10.0.0.1",
    "drop 10.0.0.2",
    "hold 10.0.0.1",
  ]);
  expect(hand.group("10.0.0.1")?.up).toEqual(["10.0.0.1", "10.0.0.2"]);
});
