// The worked traces of ccm.md 5.2, all nodes hb: what is said, and how soon all agree. Packets take up to
// 6 ms; deaths are learned within a second of each other.

import { describe, expect, test } from "bun:test";
import { Town } from "./town.ts";

const three = ["cleo", "dirk", "elsa"];

function joined(names: readonly string[] = three, seed = 1): Town {
  const town = new Town(names, seed);
  town.isShy = false;
  town.start(...names);
  town.run(60_000);
  town.messages.length = 0;
  return town;
}

/** What this node was told last, in short. */
function view(town: Town, name: string): string {
  const told = town.membership(name);
  const members = told?.members.map((each) => `${each.name}:${each.bornon}`).toSorted();
  return `${told?.transition} ${members?.join(" ")} ${told?.quorate ? "quorum" : "no quorum"}`;
}

describe("Ccm", () => {
  test("cold start: the last in the list leads, and lets the others in", () => {
    const town = new Town(three, 1);
    town.start(...three);
    town.run(60_000);
    for (const name of three) expect(view(town, name)).toBe("3 cleo:2 dirk:3 elsa:1 quorum");
    expect(town.house("elsa").told.map(({ transition }) => transition)).toEqual([2, 3]);
    expect(town.messages.at(-1)).toBe("elsa MEM_LIST");
  });

  test("the leader dies: the eldest of the others asks for their views", () => {
    const town = joined();
    town.crash("elsa");
    town.run(20_000);
    expect(town.messages).toEqual([
      "cleo JOIN",
      "dirk JOIN",
      "cleo REQ_MEMLIST",
      "dirk RES_MEMLIST to cleo",
      "cleo FINAL_MEMLIST",
    ]);
    for (const name of ["cleo", "dirk"]) expect(view(town, name)).toBe("4 cleo:2 dirk:3 quorum");
    expect(town.toldAtMs - town.newsAtMs).toBeLessThan(100);
  });

  test("the leader alone in a partition: two leaves at once are no contradiction, as they are for 3.0.6", () => {
    const town = joined();
    town.cut(["cleo", "dirk"], ["elsa"]);
    town.run(20_000);
    expect(town.messages.filter((each) => each.startsWith("elsa"))).toEqual([
      "elsa NODE_LEAVE_NOTICE",
      "elsa MEM_LIST",
    ]);
    expect(view(town, "elsa")).toBe("4 elsa:4 no quorum");
    for (const name of ["cleo", "dirk"]) expect(view(town, name)).toBe("4 cleo:2 dirk:3 quorum");
  });

  test("the partition heals: numbers rise, and whoever is told of a membership has quorum", () => {
    const town = joined();
    town.cut(["cleo", "dirk"], ["elsa"]);
    town.run(20_000);
    const told = three.map((name) => town.house(name).told.length);
    town.messages.length = 0;
    town.heal();
    town.run(20_000);
    expect(town.messages[0]).toMatch(/^\w+ STATE_INFO to /);
    expect(town.messages).toContain("elsa PROTOVERSION");
    expect(new Set(three.map((name) => view(town, name))).size).toBe(1);
    expect(town.toldAtMs - town.newsAtMs).toBeLessThan(100);
    const since = three.flatMap((name, index) => town.house(name).told.slice(told[index]));
    expect(since.length).toBeGreaterThanOrEqual(3);
    expect(since.filter(({ quorate }) => !quorate)).toEqual([]);
  });

  test("a member's ccm stops: the others confirm that it is that one", () => {
    const town = joined();
    town.stopCcm("cleo");
    town.run(20_000);
    expect(town.messages).toEqual([
      "elsa NODE_LEAVE_NOTICE",
      "dirk NODE_LEAVE to elsa",
      "elsa MEM_LIST",
    ]);
    for (const name of ["dirk", "elsa"]) expect(view(town, name)).toBe("4 dirk:3 elsa:1 quorum");
    expect(town.toldAtMs - town.newsAtMs).toBeLessThan(100);
  });

  test("two nodes, heal: numbers go on, where 3.0.6 begins at 1 again", () => {
    const town = joined(["anna", "bert"]);
    town.cut(["anna"], ["bert"]);
    town.run(20_000);
    expect(view(town, "anna")).toBe("3 anna:3 quorum");
    town.heal();
    town.run(20_000);
    expect(town.membership("anna")?.transition).toBeGreaterThan(3);
    expect(view(town, "bert")).toBe(view(town, "anna"));
  });

  test.each([
    [2, 1],
    [3, 2],
    [5, 3],
    [8, 4],
    [12, 5],
  ])("%d nodes agree within 100 ms of the last that must be known (seed %d)", (count, seed) => {
    const names = Array.from({ length: count }, (_, index) => `n${index + 10}`);
    const town = joined(names, seed);
    const agree = () => {
      expect(new Set(names.map((name) => view(town, name))).size).toBe(1);
      expect(town.toldAtMs - town.newsAtMs).toBeLessThan(100);
    };
    agree();
    town.crash("n10");
    town.run(20_000);
    town.start("n10");
    town.run(20_000);
    agree();
    town.cut(names.slice(0, count >> 1), names.slice(count >> 1));
    town.run(20_000);
    town.heal();
    town.run(20_000);
    agree();
  });
});
