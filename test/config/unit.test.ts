import { expect, test } from "bun:test";
import fc from "fast-check";
import { nearest } from "../../src/config/nearest.ts";
import { readBoolean, readInteger, readTime, writeTime } from "../../src/config/unit.ts";

test.each([
  ["5", 5000],
  ["1.5", 1500],
  [".5", 500],
  ["2.", 2000],
  ["500ms", 500],
  ["500MS", 500],
  ["500msec", 500],
  ["1500us", 2],
  ["1400usec", 1],
  ["0", 0],
  ["1s", 1000],
  ["1.5S", 1500],
  ["2m", 120_000],
])("readTime() reads %j as %d ms", (text, ms) => {
  expect(readTime(text)).toEqual({ ok: true, value: ms });
});

test.each(["", ".", "x", "5h", "1.2.3", "-1", "+1", "1e3", "0x10", "5 s", "5d", "ms", "NaN", "٣"])(
  "readTime() refuses %j",
  (text) => {
    expect(readTime(text).ok).toBe(false);
  },
);

test("writeTime() writes what readTime() reads", () => {
  fc.assert(
    fc.property(fc.nat(31_536_000_000), (ms) => {
      expect(readTime(writeTime(ms))).toEqual({ ok: true, value: ms });
    }),
  );
});

test.each(["on", "Yes", "y", "TRUE", "1"])("readBoolean() reads %j as true", (text) => {
  expect(readBoolean(text)).toEqual({ ok: true, value: true });
});

test.each(["off", "No", "n", "FALSE", "0"])("readBoolean() reads %j as false", (text) => {
  expect(readBoolean(text)).toEqual({ ok: true, value: false });
});

test.each(["", "2", "oui", "tru"])("readBoolean() refuses %j", (text) => {
  expect(readBoolean(text).ok).toBe(false);
});

test.each(["", "-1", "1.0", "11", "1e1", " 1", "99999999999"])(
  "readInteger() refuses %j between 0 and 10",
  (text) => {
    expect(readInteger(text, 0, 10).ok).toBe(false);
  },
);

test.each([
  ["deadtme", "deadtime"],
  ["dedatime", "deadtime"],
  ["keepaliv", "keepalive"],
  ["kepalvie", "keepalive"],
  ["xyz", undefined],
  ["", undefined],
])("nearest() of %j is %j", (word, expected) => {
  expect(nearest(word, ["deadtime", "keepalive", "node"])).toBe(expected);
});

/** Edits that make one word the other, by trying all. */
function edits(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return edits(restA, restB);
  const swapped = a[0] === b[1] && a[1] === b[0];
  const swap = swapped ? edits(a.slice(2), b.slice(2)) : Number.POSITIVE_INFINITY;
  return 1 + Math.min(edits(restA, b), edits(a, restB), edits(restA, restB), swap);
}

test("nearest() is the first of those that need the fewest edits, if that are few", () => {
  const words = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
  fc.assert(
    fc.property(words, fc.array(words, { maxLength: 5 }), (word, known) => {
      const few = Math.floor(word.length / 3);
      const counts = known.map((each) => edits(word, each));
      const least = Math.min(...counts);
      expect(nearest(word, known)).toBe(least <= few ? known[counts.indexOf(least)] : undefined);
    }),
  );
});
