// Every row of the table of states that one advert decides (carp.md 7), and OpenBSD's demotion (8).

import { describe, expect, test } from "bun:test";
import { isIPv6 } from "node:net";
import { asBackup, asMaster, type Stance, staysInTie } from "../../../src/core/carp/verdict.ts";
import { advert } from "./bench.ts";

const own: Stance = {
  pace: { advbase: 1, advskew: 50 },
  demote: 0,
  deadratio: 3,
  preempt: false,
  dialect: "ucarp",
  mindsDemotion: true,
};

test.each([
  ["a better master", {}, { advskew: 49 }, "listen"],
  ["an equal master", {}, { advskew: 50 }, "listen"],
  ["a worse master, without preempt", {}, { advskew: 51 }, "listen"],
  ["a worse master, with preempt", { preempt: true }, { advskew: 51 }, "preempt"],
  ["an equal master, with preempt", { preempt: true }, { advskew: 50 }, "listen"],
  ["a better master, with preempt", { preempt: true }, { advskew: 49 }, "listen"],
  ["the base before the skew", { preempt: true }, { advbase: 2, advskew: 0 }, "preempt"],
  ["adverts as seldom as the dead time", {}, { advbase: 3, advskew: 50 }, "listen"],
  ["adverts more seldom than the dead time", {}, { advbase: 3, advskew: 51 }, "times-out"],
  ["adverts too seldom for a ratio of 1", { deadratio: 1 }, { advskew: 51 }, "times-out"],
  ["a farewell", {}, { advbase: 255, advskew: 255 }, "farewell"],
  [
    "a farewell, where 3 · 86 s is more than 255 s",
    { pace: { advbase: 86, advskew: 0 } },
    { advbase: 255, advskew: 255 },
    "listen",
  ],
  ["a demoted better master", {}, { advskew: 0, demote: 1 }, "demoted"],
  ["a master as demoted as we", { demote: 1 }, { demote: 1, advskew: 51 }, "listen"],
  [
    "a less demoted worse master",
    { demote: 2, preempt: true },
    { demote: 1, advskew: 99 },
    "listen",
  ],
  [
    "a demoted better master, without eyes for that",
    { mindsDemotion: false },
    { advskew: 0, demote: 9 },
    "listen",
  ],
] as const)("asBackup() hears %s", (_, ours, said, verdict) => {
  expect(asBackup({ ...own, ...ours }, advert(said))).toBe(verdict);
});

test.each([
  ["a better master", {}, { advskew: 49 }, "yield"],
  ["a worse master", {}, { advskew: 51 }, "stay"],
  ["an equal master", {}, { advskew: 50 }, "tie"],
  ["a farewell", {}, { advbase: 255, advskew: 255 }, "stay"],
  ["a better master that is demoted", {}, { advskew: 0, demote: 1 }, "stay"],
  ["a worse master that is less demoted", { demote: 1 }, { advskew: 200 }, "yield"],
  ["a better master as demoted as we", { demote: 3 }, { advskew: 0, demote: 3 }, "yield"],
  [
    "a better demoted one, without eyes for that",
    { mindsDemotion: false },
    { advskew: 0, demote: 1 },
    "yield",
  ],
] as const)("asMaster() hears %s", (_, ours, said, verdict) => {
  expect(asMaster({ ...own, ...ours }, advert(said))).toBe(verdict);
});

describe("staysInTie()", () => {
  test.each([
    ["10.77.1.100", "10.77.0.200", true],
    ["10.77.0.200", "10.77.1.100", false],
    ["10.77.0.1", "10.77.0.2", true],
    ["10.0.0.9", "99.0.0.9", true],
  ])("as ucarp: %s beside %s: %p", (source, from, stays) => {
    expect(staysInTie(own, source, advert({ from }))).toBe(stays);
  });

  test("one of two stays, whichever addresses they have", () => {
    const two = ["10.0.0.1", "1.0.0.10", "fe80::1", "fe80::1:0"];
    for (const one of two) {
      for (const other of two.filter((each) => each !== one && isIPv6(each) === isIPv6(one))) {
        const [here, there] = [
          staysInTie(own, one, advert({ from: other })),
          staysInTie(own, other, advert({ from: one })),
        ];
        expect(here).toBe(!there);
      }
    }
  });

  test("BSD's dialect compares with sealed peers alone: those are hb", () => {
    const seal = { sender: "ab".repeat(8), number: 1n };
    const bsd = { ...own, dialect: "bsd" } as const;
    expect(staysInTie(bsd, "10.0.0.1", advert({ from: "10.0.0.9", seal }))).toBe(true);
    expect(staysInTie(bsd, "10.0.0.9", advert({ from: "10.0.0.1", seal }))).toBe(false);
  });

  test("BSD's dialect compares with those who speak from ucarp's virtual MAC: ucarp compares", () => {
    const bsd = { ...own, dialect: "bsd" } as const;
    const mac = "00:00:5e:00:00:2a";
    expect(staysInTie(bsd, "10.0.0.1", advert({ from: "10.0.0.9", mac }))).toBe(true);
    expect(staysInTie(bsd, "10.0.0.9", advert({ from: "10.0.0.1", mac }))).toBe(false);
  });

  test.each(["00:00:5e:00:01:2a", "02:00:00:00:00:07"])(
    "BSD yields to whoever may be a BSD host (%s), and so does who has no address",
    (mac) => {
      const peer = advert({ from: "10.0.0.9", mac });
      expect(staysInTie({ ...own, dialect: "bsd" }, "10.0.0.1", peer)).toBe(false);
      expect(staysInTie(own, undefined, peer)).toBe(false);
    },
  );
});
