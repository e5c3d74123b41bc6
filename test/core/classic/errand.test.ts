import { expect, test } from "bun:test";
import { Errands } from "../../../src/core/classic/errand.ts";
import type { Hand } from "../../../src/core/group/hand.ts";
import { at } from "../../../src/core/instant.ts";

test("Errands.callOff() ends the takes that wait, and no give", () => {
  const told: string[] = [];
  const hand: Hand = {
    groups: [{ key: "a", owner: "alice", state: "starting", isSought: false }],
    take: (keys, why) => {
      told.push(`take ${keys.join(" ")} ${why}`);
      return [];
    },
    give: (keys, why) => {
      told.push(`give ${keys.join(" ")} ${why}`);
      return [];
    },
    suspend: () => [],
    announce: () => [],
  };
  const errands = new Errands<string>(hand);
  const begin = (kind: "take" | "give", why: string) =>
    errands.begin({ kind, keys: ["a"], why, purpose: why, since: at(0) }, at(0));
  begin("take", "first");
  begin("take", "second");
  begin("give", "third");
  const ended = errands.callOff("asleep");
  expect(ended.map(({ errand, outcomes }) => [errand.purpose, outcomes])).toEqual([
    ["second", [{ key: "a", state: "starting", text: "asleep" }]],
  ]);
  errands.settled([{ key: "a", state: "unsure", text: "" }]);
  errands.next(at(0));
  expect(told).toEqual(["take a first", "give a third"]);
});
