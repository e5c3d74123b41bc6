// The largest set of nodes of which each sees each other.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { largestMutualSet } from "../../../src/core/ccm/clique.ts";

type Views = Map<string, Set<string>>;

function views(of: Readonly<Record<string, string>>): Views {
  return new Map(Object.entries(of).map(([name, sees]) => [name, new Set(sees)]));
}

test.each([
  [{ a: "abc", b: "abc", c: "abc" }, "a", "abc"],
  // Who is seen and does not answer, and who sees and is not seen.
  [{ a: "abc", b: "abc" }, "a", "ab"],
  [{ a: "abc", b: "abc", c: "c" }, "a", "ab"],
  // b and d do not see each other; c and d do.
  [{ a: "abcd", b: "abc", c: "abcd", d: "acd" }, "d", "acd"],
  [{ a: "ab", b: "abcd", c: "bcd", d: "bcd" }, "a", "ab"],
  [{ a: "a" }, "a", "a"],
  [{}, "a", "a"],
] as const)("largestMutualSet() of %j with %s is %s", (of, within, expected) => {
  expect(largestMutualSet(views(of), within).join("")).toBe(expected);
});

/** By trying all sets. */
function largest(all: Views, within: string): number {
  const names = [...all.keys()];
  let best = 0;
  for (let bits = 0; bits < 2 ** names.length; bits++) {
    const some = names.filter((_, index) => (bits >> index) & 1);
    const mutual = some.every((one) => some.every((other) => all.get(one)?.has(other)));
    if (some.includes(within) && mutual) best = Math.max(best, some.length);
  }
  return best;
}

test("largestMutualSet() is as large as can be, mutual, and the same in whatever order views came", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  fc.assert(
    fc.property(fc.array(fc.subarray(names), { minLength: 8, maxLength: 8 }), (seen) => {
      const all: Views = new Map(
        names.map((name, at) => [name, new Set([name, ...(seen[at] ?? [])])]),
      );
      const set = largestMutualSet(all, "c");
      expect(set.length).toBe(largest(all, "c"));
      expect(set).toContain("c");
      for (const one of set) for (const other of set) expect(all.get(one)).toContain(other);
      expect(largestMutualSet(new Map([...all].reverse()), "c")).toEqual(set);
    }),
    { numRuns: 200 },
  );
});

test("largestMutualSet() of a hundred nodes, torn by chance, comes to an end", () => {
  const names = Array.from({ length: 100 }, (_, index) => `n${index + 100}`);
  // Every third pair does not see each other.
  const sees = (one: number, other: number) => (one * other + one + other) % 3 !== 0;
  const all: Views = new Map(
    names.map((name, one) => {
      return [name, new Set(names.filter((each, other) => each === name || sees(one, other)))];
    }),
  );
  const set = largestMutualSet(all, "n100");
  expect(set.length).toBeGreaterThan(1);
  for (const one of set) for (const other of set) expect(all.get(one)).toContain(other);
});
