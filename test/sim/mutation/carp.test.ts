// The judge of virtual routers is judged: he catches every core that was broken on purpose, by the law that is
// broken, and finds nothing wrong with the one that is shipped.

import { expect, test } from "bun:test";
import { carp } from "../carp/kind.ts";
import { carpMutations } from "./carp.ts";
import { tryOn } from "./mutation.ts";

/** So many seeds from the one on that showed it once: plans change with what they are made of. */
const seedsMax = 150;

test.each(carpMutations.map((mutation) => [mutation.law, mutation.name, mutation] as const))(
  "Judge finds that law %s is broken by a router that %s",
  (law, _name, mutation) => {
    const { broken } = tryOn(mutation, ["carp", String(mutation.seed), String(seedsMax)]);
    expect(broken).toStartWith(`${law}: `);
  },
);

test.each([...new Set(carpMutations.map(({ seed }) => seed))])(
  "Judge finds nothing wrong with seed %d where nothing was broken",
  (seed) => {
    expect(carp.play(carp.planOf(seed)).violations).toEqual([]);
  },
);

test("carpMutations are two at least for every law of the judge", () => {
  const laws = ["two", "one", "none", "hand", "farewell", "sleeper", "adopt", "forgery"];
  const all = [...laws, "number", "overlap", "answer", "peace", "storm"];
  const few = all.filter((law) => carpMutations.filter((each) => each.law === law).length < 2);
  expect(few).toEqual([]);
});
