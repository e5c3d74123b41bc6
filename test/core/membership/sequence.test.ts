// The receiver's table of heartbeat-wire 7.1 and its acknowledgements (7.2).

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Sequence } from "../../../src/core/membership/sequence.ts";

function after(...seqs: number[]): Sequence {
  const sequence = new Sequence(0);
  for (const seq of seqs) sequence.arrive(seq);
  return sequence;
}

describe("Sequence.arrive()", () => {
  test.each([
    ["the first", [], 7, { kind: "next" }],
    ["the one after the last", [7], 8, { kind: "next" }],
    ["the last again", [7, 8], 8, { kind: "duplicate" }],
    ["one too far", [7], 9, { kind: "gap", after: 7, first: 8, last: 8, givenUp: false }],
    ["250 lost", [1], 252, { kind: "gap", after: 1, first: 2, last: 251, givenUp: false }],
    ["251 lost", [1], 253, { kind: "gap", after: 1, first: 2, last: 252, givenUp: true }],
    ["a missing one of two", [1, 4], 3, { kind: "filled", complete: false }],
    ["the only missing one", [1, 3], 2, { kind: "filled", complete: true }],
    ["a missing one again", [1, 3, 2], 2, { kind: "old" }],
    ["one seen before", [1, 2, 3], 1, { kind: "old" }],
    ["one before the first", [10], 9, { kind: "old" }],
  ] as const)("takes %s for what it is", (_what, before, seq, expected) => {
    expect(after(...before).arrive(seq)).toEqual(expected);
  });

  test("forgets all missing numbers when too many are lost at once", () => {
    const sequence = after(1, 3, 300);
    expect([...sequence.missing]).toEqual([]);
    expect(sequence.last).toBe(300);
    expect(sequence.arrive(2)).toEqual({ kind: "old" });
  });

  test("remembers 499 missing numbers at most, the highest ones", () => {
    const sequence = after(1, 252, 503);
    expect(sequence.missing.size).toBe(499);
    expect(sequence.arrive(2)).toEqual({ kind: "old" });
    expect(sequence.arrive(3)).toEqual({ kind: "filled", complete: false });
  });

  test("takes each number at most once, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 120 }), (seqs) => {
        const sequence = new Sequence(3);
        const kept: number[] = [];
        for (const seq of seqs) {
          const { kind } = sequence.arrive(seq);
          if (kind === "next" || kind === "gap" || kind === "filled") kept.push(seq);
        }
        expect(new Set(kept).size).toBe(kept.length);
        const first = seqs[0] ?? 0;
        const wanted = new Set(seqs.filter((seq) => seq >= first));
        expect(new Set(kept)).toEqual(wanted);
      }),
    );
  });
});

describe("Sequence.forget() and reset()", () => {
  test("forget() takes nothing again that was seen before, and misses nothing", () => {
    const sequence = after(5, 9);
    sequence.forget();
    expect(sequence.arrive(9)).toEqual({ kind: "old" });
    expect(sequence.arrive(7)).toEqual({ kind: "old" });
    expect(sequence.arrive(30)).toEqual({ kind: "next" });
    expect([...sequence.missing]).toEqual([]);
  });

  test("reset() takes any number first", () => {
    const sequence = after(500);
    sequence.reset();
    expect(sequence.arrive(1)).toEqual({ kind: "next" });
  });
});

describe("Sequence.acknowledge()", () => {
  test.each([
    ["a number with the residue, nothing missing", [19], 20, 20],
    ["a number without the residue", [20], 21, undefined],
    ["a number with the residue behind a gap", [17], 20, undefined],
    ["the lowest missing one: up to the last with the residue", [18, 20, 21], 19, 20],
    ["the lowest missing one: up to before the next missing", [18, 20, 31, 33], 19, 20],
    ["the lowest missing one, when no residue follows", [18, 20, 21, 23], 22, undefined],
    ["a missing one that is not the lowest", [8, 12], 10, undefined],
  ] as const)("after %s", (_what, before, seq, expected) => {
    const sequence = after(...before);
    sequence.arrive(seq);
    expect(sequence.acknowledge(seq)).toBe(expected);
  });

  test("after a number was given up counts it as done", () => {
    const sequence = after(18, 20);
    expect(sequence.giveUp(19)).toBe(true);
    expect(sequence.acknowledge(19)).toBe(20);
    expect(sequence.giveUp(19)).toBe(false);
  });

  test("names each residue once in a stream without loss", () => {
    for (let residue = 0; residue < 10; residue++) {
      const sequence = new Sequence(residue);
      const acks: number[] = [];
      for (let seq = 1; seq <= 40; seq++) {
        sequence.arrive(seq);
        const due = sequence.acknowledge(seq);
        if (due !== undefined) acks.push(due);
      }
      expect(acks).toEqual([0, 10, 20, 30, 40].map((tens) => tens + residue).filter(inStream));
    }
  });
});

function inStream(seq: number): boolean {
  return seq >= 1 && seq <= 40;
}
