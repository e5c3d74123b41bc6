// What kind of bad luck a run has. Faults that come one at a time, or all kinds at once at the same
// rate, find less than a calm network with evil operators, or a stormy one with sound scripts.

import type { Weather } from "../../../src/sim/act.ts";
import type { Chance } from "../../../src/sim/chance.ts";
import type { SceneName } from "./scene.ts";

export interface Climate {
  readonly name: string;
  /** How often each scene is played, relative to the others. */
  readonly scenes: Partial<Record<SceneName, number>>;
  /** From the beginning of the run to its mending. */
  readonly weather?: (chance: Chance) => Weather;
}

const operators = { standby: 3, takeover: 3, quarrel: 4, leave: 1 } as const;
const deaths = { death: 4, crash: 3, quick: 3, desk: 1, pulse: 1 } as const;

const climates: readonly Climate[] = [
  { name: "evil operators", scenes: { ...operators, quick: 1, death: 1 } },
  { name: "deaths and operators", scenes: { ...operators, ...deaths } },
  { name: "quick restarts", scenes: { quick: 6, pulse: 2, desk: 2, standby: 1, crash: 1 } },
  { name: "deaths", scenes: { ...deaths, forget: 1 } },
  { name: "naps", scenes: { nap: 6, snooze: 3, takeover: 1, death: 1, quick: 1, leave: 1 } },
  { name: "partitions", scenes: { split: 4, isolate: 2, deaf: 3, hole: 3, hiccup: 2, standby: 1 } },
  {
    name: "partitions and naps",
    scenes: { split: 3, deaf: 2, hole: 2, nap: 3, death: 2, takeover: 2, crash: 1 },
  },
  {
    name: "storm",
    scenes: { gust: 3, split: 1, death: 2, quick: 1, takeover: 1, nap: 1 },
    weather: stormy,
  },
  {
    name: "drizzle",
    scenes: { ...operators, ...deaths, split: 2, nap: 1 },
    weather: (chance) => ({ loss: 0.02 + 0.1 * chance.next(), jitterMs: chance.below(20) }),
  },
  {
    name: "script hell",
    scenes: { temper: 8, ...operators, death: 2, crash: 1, quick: 1, heal: 2 },
  },
  { name: "scripts and partitions", scenes: { temper: 4, split: 3, nap: 2, crash: 2, heal: 2 } },
  {
    name: "forger",
    scenes: { replay: 6, clock: 2, drift: 1, quick: 2, death: 1, split: 1, standby: 1 },
    weather: (chance) => ({ corrupt: 0.2 * chance.next(), duplicate: 0.2 * chance.next() }),
  },
  {
    name: "bad disk",
    scenes: { disk: 3, forget: 4, crash: 3, quick: 2, desk: 2, pulse: 2, takeover: 1 },
  },
  {
    name: "half a change",
    scenes: { rotate: 3, retime: 2, redraw: 3, death: 2, standby: 1, takeover: 1, quick: 1 },
  },
  { name: "pings", scenes: { blind: 5, death: 2, split: 1, takeover: 1, temper: 1, nap: 1 } },
  { name: "addresses", scenes: { lose: 4, rival: 2, takeover: 2, death: 1, nap: 1, split: 1 } },
  {
    name: "everything",
    scenes: {
      ...operators,
      ...deaths,
      ...{ nap: 2, snooze: 1, split: 2, isolate: 1, deaf: 1, hole: 1, hiccup: 1, gust: 1 },
      ...{ replay: 1, clock: 1, drift: 1, forget: 1, disk: 1, temper: 3, heal: 1, rotate: 1 },
      ...{ retime: 1, redraw: 1, blind: 1, lose: 1, rival: 1 },
    },
  },
];

export function climateOf(chance: Chance): Climate {
  return chance.pick(climates);
}

export function stormy(chance: Chance): Weather {
  return {
    loss: 0.05 + 0.4 * chance.next(),
    ...(chance.next() < 0.5 ? { duplicate: 0.3 * chance.next() } : {}),
    ...(chance.next() < 0.5 ? { corrupt: 0.1 * chance.next() } : {}),
    ...(chance.next() < 0.5 ? { jitterMs: 1 + chance.below(300) } : {}),
  };
}

/** One of the scenes, by their weights. */
export function sceneOf({ scenes }: Climate, chance: Chance): SceneName {
  const entries = Object.entries(scenes) as [SceneName, number][];
  let rest = chance.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    rest -= weight;
    if (rest < 0) return name;
  }
  return entries[0]?.[0] ?? "death";
}
