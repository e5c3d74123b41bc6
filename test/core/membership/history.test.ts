// The sender's table of heartbeat-wire 7.3, and when the receiver asks.

import { describe, expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { History } from "../../../src/core/membership/history.ts";
import { RexmitRequests } from "../../../src/core/membership/rexmit.ts";
import { type Message, text, textOf } from "../../../src/wire/message.ts";

/** A history in which `count` messages were sent; each holds its number in the field n. */
function sentBefore(count: number): History {
  const history = new History(250);
  for (let i = 1; i <= count; i++) history.keep(text({ n: String(history.next()) }));
  return history;
}

function numbers(messages: readonly Message[]): number[] {
  return messages.map((message) => Number(textOf(message, "n")));
}

describe("History.answer()", () => {
  test.each([
    ["held", 507, 508, [507, 508], []],
    ["never sent", 601, 602, [], []],
    ["partly never sent", 600, 605, [600], []],
    ["the oldest held", 101, 101, [101], []],
    ["below the oldest held", 99, 101, [101], [99, 100]],
  ] as const)("for numbers that are %s", (_what, first, last, resend, deny) => {
    const history = sentBefore(600);
    const answer = history.answer("bob", first, last, at(0));
    expect(numbers(answer.resend)).toEqual([...resend]);
    expect(answer.deny).toEqual([...deny]);
  });

  test.each([
    [0, 5],
    [-1, 5],
    [5, 4],
    [Number.NaN, 5],
  ])("complains about the numbers %d to %d and sends nothing", (first, last) => {
    const answer = sentBefore(10).answer("bob", first, last, at(0));
    expect(answer).toMatchObject({ resend: [], deny: [] });
    expect(answer.complaint).toContain("invalid numbers");
  });

  test("complains about numbers never sent", () => {
    const answer = sentBefore(10).answer("bob", 11, 11, at(0));
    expect(answer.complaint).toBe("number 11 was never sent, 10 is the newest");
  });

  test("is silent about what that node has acknowledged, and only that node", () => {
    const history = sentBefore(10);
    expect(history.acknowledged("bob", 8)).toBe(true);
    expect(numbers(history.answer("bob", 7, 9, at(0)).resend)).toEqual([9]);
    expect(numbers(history.answer("carol", 7, 8, at(0)).resend)).toEqual([7, 8]);
    history.forget("bob");
    expect(numbers(history.answer("bob", 3, 3, at(0)).resend)).toEqual([3]);
  });

  test("is silent about what was sent again less than max_rexmit_delay - 10 ms ago", () => {
    const history = sentBefore(10);
    expect(numbers(history.answer("bob", 5, 5, at(0)).resend)).toEqual([5]);
    expect(numbers(history.answer("bob", 5, 5, at(239)).resend)).toEqual([]);
    expect(numbers(history.answer("bob", 5, 5, at(240)).resend)).toEqual([5]);
  });

  test("denies a number once in that time, however often it is asked for", () => {
    const history = sentBefore(600);
    expect(history.answer("bob", 1, 3, at(0)).deny).toEqual([1, 2, 3]);
    expect(history.answer("bob", 1, 4, at(239)).deny).toEqual([4]);
    expect(history.answer("carol", 2, 2, at(239)).deny).toEqual([]);
    expect(history.answer("bob", 1, 3, at(240)).deny).toEqual([1, 2, 3]);
  });

  test("sends 50 messages for one request at most", () => {
    expect(sentBefore(300).answer("bob", 1, 300, at(0)).resend).toHaveLength(50);
  });

  test("is not kept busy by a request for numbers without end", () => {
    const answer = sentBefore(10).answer("bob", 1, Number.MAX_SAFE_INTEGER, at(0));
    expect(answer.resend).toHaveLength(10);
  });
});

test("History.acknowledged() refuses a number never sent", () => {
  const history = sentBefore(10);
  expect(history.acknowledged("bob", 11)).toBe(false);
  expect(history.acknowledged("bob", 10)).toBe(true);
});

describe("RexmitRequests", () => {
  test.each([
    [250, 50, 250],
    [99, 0, 99],
    [1000, 50, 1000],
    [1, 0, 1],
  ])("with max_rexmit_delay %d asks first after %d to %d ms", (delayMs, least, most) => {
    for (let seq = 1; seq < 200; seq++) {
      const requests = new RexmitRequests({ salt: seq * 31, delayMs });
      requests.want(seq, at(1000));
      const due = requests.deadline() ?? 0;
      expect(due).toBeGreaterThanOrEqual(1000 + least);
      expect(due).toBeLessThanOrEqual(1000 + most);
      expect(requests.expire(at(due - 1)).ask).toEqual([]);
      expect(requests.expire(at(due)).ask).toEqual([seq]);
    }
  });

  test("spreads the first requests over time", () => {
    const dues = new Set<number | undefined>();
    for (let seq = 1; seq <= 50; seq++) {
      const requests = new RexmitRequests({ salt: 12345, delayMs: 250 });
      requests.want(seq, at(0));
      dues.add(requests.deadline());
    }
    expect(dues.size).toBeGreaterThan(25);
  });

  test("asks again each max_rexmit_delay until cancelled", () => {
    const requests = new RexmitRequests({ salt: 0, delayMs: 250 });
    requests.want(8, at(0));
    const first = requests.deadline() ?? at(0);
    expect(requests.expire(first).ask).toEqual([8]);
    expect(requests.deadline()).toBe(at(first + 250));
    expect(requests.expire(at(first + 250)).ask).toEqual([8]);
    requests.cancel(8);
    expect(requests.deadline()).toBeUndefined();
    expect(requests.expire(at(first + 500)).ask).toEqual([]);
  });

  test("gives a number up after a minute of asking in vain", () => {
    const requests = new RexmitRequests({ salt: 0, delayMs: 250 });
    requests.want(8, at(0));
    let asked = 0;
    for (;;) {
      const due = requests.deadline();
      if (due === undefined) break;
      const { ask, hopeless } = requests.expire(due);
      asked += ask.length;
      if (hopeless.length > 0) expect(hopeless).toEqual([8]);
    }
    expect(asked).toBe(240);
  });
});
