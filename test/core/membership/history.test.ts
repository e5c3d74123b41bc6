// The sender's table of heartbeat-wire 7.3, and when the receiver asks.

import { describe, expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { History } from "../../../src/core/membership/history.ts";
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
