import { expect, test } from "bun:test";
import type { Outrun } from "../../../src/core/native/hearsay.ts";
import { Renewal } from "../../../src/core/native/renewal.ts";

/** A run of generation 5. */
function known(outrun: Outrun | undefined, isSought = false) {
  const group = { isSought };
  const hearsay = { outrun };
  return { hearsay, group, table: { generation: 5, hand: { groups: [group] } } };
}

const bob = (generation: number): Outrun => ({ peer: "bob", generation });
const restart = {
  do: "restart",
  reason: "this run is taken for a replay: generation 5, but bob remembers 9",
  above: 9,
} as const;

test("Renewal.check() asks once for a run above the one that a peer remembers", () => {
  const facts = known(undefined);
  const renewal = new Renewal(facts);
  expect(renewal.check()).toEqual([]);
  facts.hearsay.outrun = bob(9);
  expect(renewal.check()).toEqual([restart]);
  facts.hearsay.outrun = bob(12);
  expect(renewal.check()).toEqual([]);
});

test("Renewal.check() waits until it is known what is up here", () => {
  const facts = known(bob(9), true);
  const renewal = new Renewal(facts);
  expect(renewal.check()).toEqual([]);
  facts.group.isSought = false;
  expect(renewal.check()).toEqual([restart]);
});

test("Renewal.check() asks for nothing where no generation is left", () => {
  expect(new Renewal(known(bob(0xffff_fffe))).check()).toHaveLength(1);
  expect(new Renewal(known(bob(0xffff_ffff))).check()).toEqual([]);
});
