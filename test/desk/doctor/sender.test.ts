import { expect, test } from "bun:test";
import { judgeClock } from "../../../src/desk/doctor/check/clock.ts";
import { judgeMtu } from "../../../src/desk/doctor/check/mtu.ts";
import { judgeSettings } from "../../../src/desk/doctor/check/setting.ts";

test.each([
  [0, "ok", "Within a second of bob"],
  [-1, "ok", "Within a second of bob"],
  [-1.9, "ok", "Within a second of bob"],
  [1, "ok", "Within a second of bob"],
  [1.6, "warn", "The clock of bob is 2 s ahead of this one: their logs cannot be compared"],
  [-2.6, "warn", "The clock of bob is 2 s behind this one: their logs cannot be compared"],
  [3_600, "warn", "The clock of bob is 3601 s ahead of this one: their logs cannot be compared"],
] as const)("judgeClock() of a clock that is %d s ahead says %s: %s", (aheadS, level, text) => {
  expect(judgeClock({ nodes: [{ node: "bob", aheadS }], fix: "chronyc makestep" })).toEqual([
    { check: "clock", level, text, ...(level === "warn" && { fix: "chronyc makestep" }) },
  ]);
});

test("judgeClock() sends to the other node where a time server keeps this one", () => {
  const nodes = [{ node: "bob", aheadS: 60 }];
  expect(judgeClock({ nodes, isSynchronised: true })[0]?.hint).toBe("On bob: hb doctor");
  expect(judgeClock({ nodes: [], isSynchronised: false, fix: "chronyc makestep" })).toEqual([
    {
      check: "clock",
      level: "warn",
      text: "No time server keeps this clock",
      fix: "chronyc makestep",
    },
  ]);
});

const path = { node: "bob", device: "eth0", mtu: 1_500 };

test.each([
  [[], []],
  [[{ ...path, largest: 1_500 }], ["ok: Full packets reach bob (eth0, 1500)"]],
  [
    [{ ...path, largest: 1_400 }],
    ["fail: bob gets no packet larger than 1400 bytes over eth0, whose MTU is 1500"],
  ],
  // It answers no echo at all: nothing is known.
  [[{ ...path, largest: 0 }], []],
  [[path], ["warn: Whether full packets arrive was not tried"]],
])("judgeMtu() of %j says %j", (facts, said) => {
  expect(judgeMtu(facts).map(({ level, text }) => `${level}: ${text}`)).toEqual(said);
});

const settings = { digest: "1:aa", running: "1:aa", deadtimeMs: 5_000, nodes: [], hasUnit: false };
const remedied = /: (?=hb |kill |systemctl )/;
const bob = { node: "bob", deadtimeMs: 5_000, digest: "1:aa" };

test.each([
  [{}, "ok: No other node to compare with"],
  [{ nodes: [bob, { node: "carol" }] }, "ok: The same on every node heard"],
  // Made by another version of hb: nothing is known.
  [{ nodes: [{ ...bob, digest: "2:bb" }] }, "ok: The same on every node heard"],
  [
    { nodes: [{ ...bob, digest: "1:bb" }] },
    "fail: bob runs with other nodes, times, auto_failback or groups than the files here say: hb check --diff bob",
  ],
  [
    { nodes: [{ ...bob, digest: "1:bb", deadtimeMs: 10_000 }] },
    "fail: bob runs with another deadtime: 10 s, 5 s in the files here: hb check --diff bob",
  ],
  [
    { running: "1:bb", pid: 7 },
    "fail: The files were changed after the agent read them: kill -HUP 7",
  ],
  [
    { running: "1:bb", pid: 7, hasUnit: true },
    "fail: The files were changed after the agent read them: systemctl reload hb",
  ],
])("judgeSettings() of %j says %s", (change, said) => {
  const findings = judgeSettings({ ...settings, ...change });
  expect(findings.map(({ level, text, fix }) => [`${level}: ${text}`, fix])).toEqual([
    [said.split(remedied)[0], said.split(remedied)[1]] as never,
  ]);
});
