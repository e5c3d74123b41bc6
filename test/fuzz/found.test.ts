// What failed once does not fail again, and what the fuzzer begins with is good.

import { expect, test } from "bun:test";
import { foundOf, names, targetOf } from "./found.ts";
import { targets } from "./target/every.ts";

test("every input that failed once belongs to a parser", () => {
  const known = targets.map(({ name }) => name);
  expect(new Set(known).size).toBe(known.length);
  for (const name of names()) expect(known).toContain(targetOf(name));
});

test.each(targets)("$name keeps its laws with every input that is known", (target) => {
  const inputs = [...target.corpus(), ...foundOf(target.name)];
  expect(inputs.length).toBeGreaterThan(0);
  const kinds = inputs.map((input) => target.run(input));
  expect(kinds.every((kind) => typeof kind === "string")).toBe(true);
  // A corpus of which nothing is understood would test nothing.
  expect(new Set(kinds).size).toBeGreaterThan(1);
});
