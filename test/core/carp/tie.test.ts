// Equals that yield to each other, and those who watch them (tie.ts).

import { describe, expect, test } from "bun:test";
import type { HeardAdvert } from "../../../src/core/carp/heard.ts";
import { Tie } from "../../../src/core/carp/tie.ts";
import { at } from "../../../src/core/instant.ts";
import { advert } from "./bench.ts";

const own = { pace: { advbase: 1, advskew: 0 }, deadratio: 3 };

/** What a backup at 10.0.0.5 waits longer after each of these, given in milliseconds. */
function extras(begins: boolean, ...heard: readonly (readonly [number, Partial<HeardAdvert>])[]) {
  const tie = new Tie();
  if (begins) tie.begin(advert({ from: heard[0]?.[1].from ?? "" }), at(0));
  return heard.map(([ms, said]) => tie.extraMs(advert(said), own, "10.0.0.5", at(ms)));
}

const lower = { from: "10.0.0.1" };
const higher = { from: "10.0.0.9" };

describe("Tie.extraMs()", () => {
  test("is nothing beside one master, better, equal or worse", () => {
    expect(extras(false, [0, lower], [1_000, lower], [2_000, { ...lower, advskew: 9 }])).toEqual([
      0, 0, 0,
    ]);
  });

  test("after a yield is an advert for each equal one with a lower address", () => {
    expect(extras(true, [0, lower], [1, higher], [2, { from: "10.0.0.2" }])).toEqual([
      1_000, 1_000, 2_000,
    ]);
    expect(extras(true, [0, higher])).toEqual([0]);
  });

  test("is the same for a backup that watches two of them", () => {
    expect(extras(false, [0, lower], [1, { from: "10.0.0.2" }])).toEqual([0, 2_000]);
    expect(extras(false, [0, lower], [1, higher])).toEqual([0, 1_000]);
  });

  test("ends when the one that stayed is still heard after a dead time", () => {
    expect(extras(true, [0, lower], [1_000, lower], [3_000, lower], [4_000, lower])).toEqual([
      1_000, 1_000, 1_000, 0,
    ]);
  });

  test("takes one host with two families for one", () => {
    expect(extras(false, [0, lower], [1, { family: 6, from: "fe80::1" }])).toEqual([0, 0]);
  });

  test("ends with an advert of another pace", () => {
    expect(extras(true, [0, lower], [1, { ...higher, advskew: 3 }], [2, lower])).toEqual([
      1_000, 0, 0,
    ]);
  });
});
