// The judge of runs beside Heartbeat 3 is judged: he catches every core that was broken on purpose, by the law
// that is broken, and finds nothing wrong with the one that is shipped.

import { expect, test } from "bun:test";
import { mixed } from "../mixed/mixed.ts";
import { mixedMutations } from "./mixed.ts";
import { tryOn } from "./mutation.ts";

/** So many seeds from the one on that showed it once: plans change with what they are made of. */
const seedsMax = 150;

test.each(mixedMutations.map((mutation) => [mutation.law, mutation.name, mutation] as const))(
  "MixedJudge finds that law %s is broken by a core that %s",
  (law, _name, mutation) => {
    const { broken } = tryOn(mutation, ["mixed", String(mutation.seed), String(seedsMax)]);
    expect(broken).toStartWith(`${law}: `);
  },
);

test.each([...new Set(mixedMutations.map(({ seed }) => seed))])(
  "MixedJudge finds nothing wrong with seed %d where nothing was broken",
  (seed) => {
    expect(mixed.play(mixed.planOf(seed)).violations).toEqual([]);
  },
);

test("mixedMutations break each of the laws that hold at every moment beside Heartbeat 3", () => {
  const laws = new Set(mixedMutations.map(({ law }) => law));
  expect([...laws].toSorted()).toEqual(["1", "2", "3", "4", "5", "storm"]);
});
