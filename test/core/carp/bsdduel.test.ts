// Laws of a virtual router with hb and a BSD host, under everything that happens to hosts and cables.

import { describe, expect, test } from "bun:test";
import { Chance } from "../../../src/sim/chance.ts";
import { advertIntervalMs } from "../../../src/wire/carp/timing.ts";
import { BsdDuel, type Match, type Side } from "./bsdduel.ts";

const SEEDS = 400;
/** Both yielded to each other, both wait for a dead time, and the demoted one for a little longer. */
const SETTLE_MS = 12_000;

function matchOf(chance: Chance): Match {
  const kernel = chance.pick(["openbsd", "freebsd"] as const);
  const advbase = kernel === "openbsd" && chance.next() < 0.2 ? 0 : 1;
  const skew = () => (advbase === 0 ? 20 + chance.below(60) : chance.pick([0, 20, 100, 200]));
  return {
    kernel,
    families: chance.pick([[4], [4, 6], [6]] as const),
    bsd: { advbase, advskew: skew(), preempt: chance.next() < 0.5 },
    hb: {
      advbase,
      advskew: skew(),
      preempt: chance.next() < 0.5,
      dialect: chance.pick(["ucarp", "bsd"] as const),
    },
  };
}

/** Something happens; what makes the two disagree about who is able is put right before the end. */
function trouble(duel: BsdDuel, chance: Chance): void {
  const happenings: readonly (() => void)[] = [
    () => {
      duel.isCut = !duel.isCut;
    },
    () => {
      duel.loss = chance.next() < 0.5 ? 0 : chance.next() * 0.4;
    },
    () => (duel.isBsdUp ? duel.crashBsd() : duel.startBsd()),
    () => (duel.isHbUp ? duel.crashHb() : duel.startHb()),
    () => duel.leaveBsd(),
    () => duel.leaveHb(),
    () => duel.yieldHb(),
    () => duel.checkHb(chance.next() < 0.5),
    () => duel.demoteBsd(chance.pick([0, 0, 1, 240])),
    () => duel.preemptBsd(chance.next() < 0.5),
  ];
  chance.pick(happenings)();
}

function heal(duel: BsdDuel): void {
  // Who is about to leave shall have left.
  duel.run(100);
  duel.isCut = false;
  duel.loss = 0;
  if (!duel.isBsdUp) duel.startBsd();
  if (!duel.isHbUp) duel.startHb();
  duel.checkHb(true);
  duel.demoteBsd(0);
}

function expectHolder(duel: BsdDuel, side: Side, story: string): void {
  if (duel.holders !== side) throw new Error(`${story}, ${duel.story()}`);
}

describe("a virtual router of hb and a BSD host", () => {
  test("has exactly one holder, soon after all is well, and keeps him", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const chance = new Chance(seed);
      const duel = new BsdDuel(matchOf(chance), chance);
      duel.startBsd();
      duel.run(chance.below(2_000));
      duel.startHb();
      for (let i = 0; i < 25; i++) {
        duel.run(chance.below(5_000));
        trouble(duel, chance);
      }
      heal(duel);
      duel.run(SETTLE_MS);
      const holder = duel.holders;
      const turns = duel.turns.length;
      const story = `seed ${seed}: "${holder}", ${duel.story()}`;
      if (holder !== "hb" && holder !== "bsd") throw new Error(story);
      duel.run(30_000);
      if (duel.turns.length !== turns) throw new Error(`restless: ${story}`);
    }
  });

  test("never has two holders for longer than both adverts take, while they hear each other", () => {
    let overlaps = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const chance = new Chance(seed * 7_919);
      const duel = new BsdDuel(matchOf(chance), chance);
      const { bsd, hb } = duel.match;
      const slowest = { advbase: Math.max(bsd.advbase, hb.advbase), advskew: 240 };
      const patienceMs = advertIntervalMs(slowest) + 40;
      duel.startBsd();
      duel.startHb();
      for (let i = 0; i < 25; i++) {
        duel.run(chance.below(6_000));
        const wasCut = duel.isCut;
        trouble(duel, chance);
        // A lossy cable promises nothing.
        duel.loss = 0;
        if (wasCut) duel.isCut = false;
        if (duel.isCut) continue;
        const from = duel.nowMs;
        duel.run(2 * patienceMs);
        const longest = duel.overlapMs(from);
        if (longest > 0) overlaps += 1;
        if (longest > patienceMs)
          throw new Error(`seed ${seed}: two for ${longest} ms after ${from}, ${duel.story()}`);
      }
    }
    // The law would hold easily if they never met as two masters.
    expect(overlaps).toBeGreaterThan(SEEDS / 2);
  });

  test("is not held by a demoted member while the other one is well", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const chance = new Chance(seed * 104_729);
      const duel = new BsdDuel(matchOf(chance), chance);
      duel.startBsd();
      duel.startHb();
      for (let i = 0; i < 10; i++) {
        duel.run(chance.below(5_000));
        trouble(duel, chance);
      }
      heal(duel);
      duel.preemptBsd(true);
      duel.checkHb(false);
      duel.run(SETTLE_MS);
      expectHolder(duel, "bsd", `seed ${seed}: hb is demoted`);
      duel.checkHb(true);
      duel.demoteBsd(240);
      duel.run(SETTLE_MS);
      // FreeBSD's demotion is only more skew: it takes a member that preempts.
      const moves = duel.match.kernel === "openbsd" || duel.match.hb.preempt;
      if (moves) expectHolder(duel, "hb", `seed ${seed}: the BSD host is demoted`);
    }
  });
});
