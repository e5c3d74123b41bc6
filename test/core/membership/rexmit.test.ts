// When numbers that are missing are asked for again, and how many questions that makes.

import { describe, expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { RexmitRequests } from "../../../src/core/membership/rexmit.ts";

const only = (seq: number) => ({ first: seq, last: seq });

describe("RexmitRequests", () => {
  test.each([
    [250, 50, 250],
    [99, 0, 99],
    [1000, 50, 1000],
    [1, 0, 1],
  ])("with max_rexmit_delay %d asks first after %d to %d ms", (delayMs, least, most) => {
    for (let seq = 1; seq < 200; seq++) {
      const requests = new RexmitRequests({ salt: seq * 31, delayMs });
      requests.want(only(seq), at(1000));
      const due = requests.deadline() ?? 0;
      expect(due).toBeGreaterThanOrEqual(1000 + least);
      expect(due).toBeLessThanOrEqual(1000 + most);
      expect(requests.expire(at(due - 1)).ask).toEqual([]);
      expect(requests.expire(at(due)).ask).toEqual([only(seq)]);
    }
  });

  test("spreads the first requests over time", () => {
    const dues = new Set<number | undefined>();
    for (let seq = 1; seq <= 50; seq++) {
      const requests = new RexmitRequests({ salt: 12345, delayMs: 250 });
      requests.want(only(seq), at(0));
      dues.add(requests.deadline());
    }
    expect(dues.size).toBeGreaterThan(25);
  });

  test("asks again each max_rexmit_delay until cancelled", () => {
    const requests = new RexmitRequests({ salt: 0, delayMs: 250 });
    requests.want(only(8), at(0));
    const first = requests.deadline() ?? at(0);
    expect(requests.expire(first).ask).toEqual([only(8)]);
    expect(requests.deadline()).toBe(at(first + 250));
    expect(requests.expire(at(first + 250)).ask).toEqual([only(8)]);
    requests.cancel(8);
    expect(requests.deadline()).toBeUndefined();
    expect(requests.expire(at(first + 500)).ask).toEqual([]);
  });

  test("gives a number up after a minute of asking in vain", () => {
    const requests = new RexmitRequests({ salt: 0, delayMs: 250 });
    requests.want(only(8), at(0));
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

  test("asks for a gap at once, in pieces of fifty, and for what is left of it as well", () => {
    const requests = new RexmitRequests({ salt: 0, delayMs: 250 });
    requests.want({ first: 101, last: 220 }, at(0));
    const first = requests.deadline() ?? at(0);
    const whole = [
      { first: 101, last: 150 },
      { first: 151, last: 200 },
      { first: 201, last: 220 },
    ];
    expect(requests.expire(first).ask).toEqual(whole);
    for (let seq = 101; seq <= 215; seq++) if (seq !== 130) requests.cancel(seq);
    expect(requests.expire(at(first + 250)).ask).toEqual([only(130), { first: 216, last: 220 }]);
  });

  test("asks ten questions within one max_rexmit_delay, and forgets none of the others", () => {
    const requests = new RexmitRequests({ salt: 0, delayMs: 250 });
    for (let seq = 1; seq <= 399; seq += 2) requests.want(only(seq), at(0));
    const asked = new Map<number, number[]>();
    for (let due = requests.deadline() ?? at(0); due < 10_000; due = requests.deadline() ?? at(0)) {
      for (const { first } of requests.expire(due).ask) {
        asked.set(first, [...(asked.get(first) ?? []), due]);
      }
      expect(requests.deadline()).toBeGreaterThan(due);
    }
    const moments = [...asked.values()].flat().sort((one, other) => one - other);
    moments.forEach((moment, n) => {
      const later = moments[n + 20];
      // Ten at the end of one window and ten at the beginning of the next.
      if (later !== undefined) expect(later - moment).toBeGreaterThanOrEqual(250);
    });
    expect(asked.size).toBe(200);
    const counts = [...asked.values()].map(({ length }) => length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test("asks first for what was asked for least often", () => {
    const requests = new RexmitRequests({ salt: 0, delayMs: 250 });
    for (let seq = 1; seq <= 19; seq += 2) requests.want(only(seq), at(0));
    while ((requests.deadline() ?? at(0)) < 1_000) requests.expire(requests.deadline() ?? at(0));
    requests.want(only(99), at(1_000));
    const asked = requests.expire(at(1_400)).ask.map(({ first }) => first);
    expect(asked).toHaveLength(10);
    expect(asked[0]).toBe(99);
  });
});
