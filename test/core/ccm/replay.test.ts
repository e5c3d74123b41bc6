// Conversations of the real `ccm` with its daemon (test/golden/heartbeat-api/ccm-*): on the same news the
// machine says the same words, but where the real one errs.

import { expect, test } from "bun:test";
import { quorumUsual } from "../../../src/config/quorum.ts";
import { Ccm } from "../../../src/core/ccm/ccm.ts";
import { at } from "../../../src/core/instant.ts";
import { cookiesIn, framesOf, play, said, saidIn, told, toldIn } from "./conversation.ts";

function machine(self: string, nodes: readonly string[], cookies: readonly string[]): Ccm {
  const left = [...cookies];
  return new Ccm(
    {
      self,
      nodes: nodes.map((name) => ({ name, live: true })),
      keepaliveMs: 1_000,
      rules: quorumUsual,
      weight: () => 100,
      cookie: () => left.shift() ?? "no cookie left",
    },
    at(0),
  );
}

const three = ["apic", "apid", "apie"];

test.each([
  ["ccm-2node", "apia", ["apia", "apib"]],
  ["ccm-3node-leaderdeath", "apid", three],
] as const)("Ccm says and tells what the real one does: %s", (name, self, nodes) => {
  const frames = framesOf(name);
  const effects = play(machine(self, nodes, cookiesIn(frames)), frames);
  expect(said(effects)).toEqual(saidIn(frames));
  expect(told(effects)).toEqual(toldIn(name));
  expect(said(effects).length).toBeGreaterThan(6);
});

test("Ccm beside Pacemaker says what the real one does, and does not wait when the only other one has left", () => {
  const name = "pacemaker-ccm";
  const frames = framesOf(name);
  const effects = play(machine("apip", ["apip", "apiq"], cookiesIn(frames)), frames);
  expect(said(effects)).toEqual(saidIn(frames));
  // Its two clients were told the same; it was ended while it still waited.
  const each = [
    "NEW_MEMBERSHIP n=2 trans=2 quorum=1 {index=0,bornon=2} {index=1,bornon=1}",
    "INFLUX",
  ];
  expect(toldIn(name)).toEqual([...each, ...each]);
  expect(told(effects)).toEqual([
    ...each,
    "NEW_MEMBERSHIP n=1 trans=3 quorum=1 {index=0,bornon=3}",
  ]);
});

test("Ccm says what the real one does when a partition heals, and hides the moment in which it is alone", () => {
  const name = "ccm-3node-partition-majority";
  const frames = framesOf(name);
  const effects = play(machine("apid", three, cookiesIn(frames)), frames);
  expect(said(effects)).toEqual(saidIn(frames));
  // The client came when there had been two memberships: it was told the second.
  const real = toldIn(name).filter(
    (each) => each !== "NEW_MEMBERSHIP n=1 trans=5 quorum=0 {index=1,bornon=5}",
  );
  expect(told(effects).slice(2)).toEqual(real.slice(1));
  expect(real.length).toBe(5);
});

test("Ccm as the leader takes the real one's confirmation of a leave, which names the wrong node", () => {
  const frames = framesOf("ccm-3node-memberleave-leader");
  // The real one needs a round for it (frames 60 to 69, but for the death in 63).
  const others = frames.filter(({ number }) => number < 60 || number === 63 || number >= 70);
  const ours = said(play(machine("apie", three, [...cookiesIn(frames), "last cookie"]), others));
  const real = saidIn(others);
  expect(ours.slice(0, 13)).toEqual(real.slice(0, 13));
  expect(ours[13]).toBe(
    list({ major: 3, cookie: "O0z)55|'5J2)b,", list: "BgAAAAAAAAAAAAAAAA==", quorum: 1 }, [
      "8:33554432,8:16777216,",
      "h^l9kKr%[udDfd",
    ]),
  );
  // All the rest again, up to the stop of both others at once, which the real one takes for a contradiction.
  expect(ours.slice(14, 18)).toEqual(real.slice(13, 17));
  expect(ours.slice(18)).toEqual([
    list({ major: 5, cookie: "=mDlZjn'J!^+=/", list: "BAAAAAAAAAAAAAAAAA==", quorum: 0 }, [
      "8:16777216,",
      "last cookie",
    ]),
  ]);
});

function list(
  was: { major: number; cookie: string; list: string; quorum: number },
  [uptimes, newCookie]: readonly [string, string],
): string {
  return [
    "t=CCM_TYPE_MEM_LIST",
    `ccmmajor=${was.major}`,
    "numnodes=3",
    `ccmcookie=${was.cookie}`,
    `ccmmajor=${was.major}`,
    "ccmuptime=1",
    "ccmminor=0",
    `ccmmemlist=${was.list}`,
    `ccmquorum=${was.quorum}`,
    `(3)ccmuptimelist=${uptimes}`,
    `ccmnewcookie=${newCookie}`,
    "",
  ].join("\n");
}
