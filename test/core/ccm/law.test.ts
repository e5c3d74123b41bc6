// What holds of memberships whatever befalls the cluster. Every run has a seed, which a failure names.

import { expect, test } from "bun:test";
import { Town } from "./town.ts";

const seeds = Array.from({ length: 120 }, (_, index) => index + 1);

/** One thing that happens, by chance. */
function befall(town: Town): void {
  const names = town.houses.map(({ name }) => name);
  const name = names[town.pick(names.length)] ?? "";
  switch (town.pick(8)) {
    case 0:
      town.crash(name);
      return;
    case 1:
    case 2:
      town.start(name);
      town.startCcm(name);
      return;
    case 3:
      town.stopCcm(name);
      return;
    case 4:
    case 5: {
      const parts: string[][] = [[], [], []];
      for (const each of names) parts[town.pick(parts.length)]?.push(each);
      town.cut(...parts);
      return;
    }
    case 6:
      town.heal();
      return;
    default:
      town.weather = {
        late: town.pick(30) / 100,
        lost: town.pick(20) / 100,
        wayMs: 1 + town.pick(80),
      };
  }
}

function agreement(town: Town, names: readonly string[]): string[] {
  const views = names.map((name) => {
    const membership = town.membership(name);
    const members = membership?.members
      .map((each) => each.name)
      .toSorted()
      .join(" ");
    return `${membership?.transition} ${membership?.cookie}: ${members} ${membership?.quorate}`;
  });
  return [...new Set(views)];
}

test.each(seeds)("Ccm keeps its laws in a cluster to which anything happens: seed %d", (seed) => {
  const names = ["anna", "bert", "cleo", "dirk", "elsa"].slice(0, 2 + (seed % 4));
  const town = new Town(names, seed, ["majority"]);
  town.isShy = seed % 2 === 0;
  for (let acts = 0; acts < 25; acts++) {
    befall(town);
    town.run(town.pick(2) === 0 ? town.pick(400) : town.pick(15_000));
  }
  // It calms down in parts, then as a whole.
  town.weather = { late: 0.1, lost: 0, wayMs: 20 };
  town.start(...names);
  for (const name of names) town.startCcm(name);
  const middle = 1 + town.pick(names.length - 1);
  const parts = [names.slice(0, middle), names.slice(middle)];
  town.cut(...parts);
  town.run(600_000);
  for (const part of parts) {
    const [view, ...others] = agreement(town, part);
    expect(others).toEqual([]);
    expect(view).toEndWith(`: ${part.join(" ")} ${part.length * 2 > names.length}`);
  }
  town.heal();
  town.run(600_000);
  const [view, ...others] = agreement(town, names);
  expect(others).toEqual([]);
  expect(view).toEndWith(`: ${names.join(" ")} true`);
});
