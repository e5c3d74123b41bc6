// Seeded runs of hb beside Heartbeat 3, judged by what can hold beside it (judge.ts): some seeds for ever.
// Fresh ones are played by main.ts. A seed that fails here is told by test/sim/replay.ts --kind mixed.

import { expect, test } from "bun:test";
import { mixed } from "./mixed.ts";

const seeds = Array.from({ length: 20 }, (_, n) => n + 1);
/** Each broke a law once. */
const found = [10237, 10382, 10384, 10600, 30191, 50300, 50993, 61420, 70812, 900010827];

test.each([...seeds, ...found])(
  "mixed.play() of seed %d breaks no law and ends in peace",
  (seed) => {
    expect(mixed.play(mixed.planOf(seed)).violations).toEqual([]);
  },
);

test("mixed.planOf() makes pairs and trios, with hb and Heartbeat 3 in each", () => {
  for (const seed of [...seeds, ...found]) {
    const { hosts } = mixed.planOf(seed).shape;
    expect([2, 3]).toContain(hosts.length);
    expect(new Set(hosts.map(({ breed }) => breed))).toEqual(new Set(["hb", "heartbeat3"]));
  }
});
