// What the doctor makes of virtual routers: their states, addresses, rivals, rejected adverts and scripts.

import { expect, test } from "bun:test";
import { parseCarpFile } from "../../../src/config/carp/file.ts";
import type { RouterView } from "../../../src/core/snapshot.ts";
import { advertsOf } from "../../../src/desk/doctor/carp.ts";
import { judgePrograms } from "../../../src/desk/doctor/check/program.ts";
import { judgeRouters, type RouterFacts } from "../../../src/desk/doctor/check/router.ts";
import type { Finding } from "../../../src/desk/doctor/finding.ts";
import { lookDevices } from "../../../src/desk/doctor/look/device.ts";

/** "fail: text → remedy" for each finding. */
function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ level, text, fix, hint }) => {
    const remedy = fix === undefined ? hint : `$ ${fix}`;
    return remedy === undefined ? `${level}: ${text}` : `${level}: ${text} → ${remedy}`;
  });
}

const master: RouterView = {
  name: "eth0/42",
  device: "eth0",
  vhid: 42,
  state: "master",
  sinceMs: 60_000,
  why: "",
  addresses: ["10.0.0.9"],
  advbase: 1,
  advskew: 0,
  demoted: [],
  packets: { sent: 60, received: 0, rejected: { vhid: 900, own: 3 } },
};
const backup: RouterView = { ...master, state: "backup" };
const shared = { address: "10.0.0.9", prefix: 24, device: "eth0" };
const heard = { from: "10.0.0.2", advbase: 1, advskew: 0, demote: 0, sealed: true, agoMs: 400 };

function judged(now: RouterView, more: Partial<RouterFacts> = {}): string[] {
  const here = now.state === "master" ? [shared] : [];
  return lines(judgeRouters([{ before: now, now, here, hasScripts: false, ...more }]));
}

function rejecting(reason: string, count: number): RouterView {
  return { ...backup, packets: { ...backup.packets, rejected: { [reason]: count } } };
}

test("judgeRouters() is content with a master that has its addresses and a backup that has not", () => {
  expect(judged(master)).toEqual(["ok: eth0/42 is master"]);
  expect(judged(backup)).toEqual(["ok: eth0/42 is backup"]);
  expect(judgeRouters([])).toEqual([]);
});

test("judgeRouters() finds one that cannot work, and one that is demoted", () => {
  const init: RouterView = { ...backup, state: "init", why: "eth0 has no carrier" };
  expect(judged(init)).toEqual(["fail: eth0/42 does not work: eth0 has no carrier → hb events"]);
  expect(judged({ ...master, demoted: ["the check /c fails"] })).toEqual([
    "warn: eth0/42 is demoted: the check /c fails → Repair that",
  ]);
});

test.each([
  [{}, true],
  // It may only have learnt of this one now.
  [{ sinceMs: 2_000 }, false],
  [{ state: "backup" }, false],
  [{ heard: { ...heard, agoMs: 2_100 } }, false],
  [{ heard: { ...heard, advbase: 20, agoMs: 30_000 } }, false],
] as const)("judgeRouters() of %j finds another master: %p", (change, isFound) => {
  const now: RouterView = { ...master, heard, ...change };
  const said = judged(now).filter((line) => line.includes("10.0.0.2 is master of eth0/42 as well"));
  expect(said.length === 1).toBe(isFound);
});

test("judgeRouters() finds addresses that are where they should not be", () => {
  const text = "10.0.0.9 is on eth0, but this host is not master of eth0/42";
  const fix = "ip address del 10.0.0.9/24 dev eth0";
  expect(judged(backup, { here: [shared] })).toEqual([`fail: ${text} → $ ${fix}`]);
  // A script may be at it.
  expect(judged({ ...backup, sinceMs: 900 }, { here: [shared] })[0]).toStartWith("ok");
  expect(judged(master, { here: [] })[0]).toStartWith(
    "fail: This host is master of eth0/42, but 10.0.0.9 is not on it",
  );
  expect(judged(master, { here: [], hasScripts: true })[0]).toEndWith("→ Look at its up script");
});

test("judgeRouters() finds who uses the vhid otherwise, now or some time ago", () => {
  const text = "2 adverts for vhid 42 on eth0 with another password or other addresses";
  const remedy = "All members need the same password and the same addresses; others another vhid";
  const now = rejecting("digest", 2);
  expect(judged(now)).toEqual([`warn: ${text}, not now → ${remedy}`]);
  expect(judged(now, { before: rejecting("digest", 1) })).toEqual([
    `fail: ${text}, and it goes on → ${remedy}`,
  ]);
  expect(judged(rejecting("ttl", 1))[0]).toStartWith("warn: 1 advert of eth0/42 rejected: ttl");
  expect(judged(rejecting("odd", 1))[0]).toEndWith("hb events says when, and from where");
});

test("judgePrograms() finds scripts that cannot be run", () => {
  const facts = { path: "/up", what: "up script of eth0/42" };
  const one = (is: Parameters<typeof judgePrograms>[0][number]["is"]) =>
    lines(judgePrograms([{ ...facts, is }]));
  expect(one("executable")).toEqual(["ok: 1 script of virtual routers can be run"]);
  expect(one("asleep")).toEqual([
    "fail: /up is not executable, the up script of eth0/42 → $ chmod +x /up",
  ]);
  expect(one("missing")[0]).toStartWith("fail: There is no /up, the up script of eth0/42");
  expect(one("no file")[0]).toStartWith("fail: /up is no file");
  expect(judgePrograms([])).toEqual([]);
});

test.each([
  ["10.0.0.9", ["in 4 multicast raw", "out 4 multicast raw"]],
  ["10.0.0.9,fd00::9", [4, 6].flatMap((n) => [`in ${n} multicast raw`, `out ${n} multicast raw`])],
  ["10.0.0.9 nomcast", ["in 4 broadcast raw", "out 4 broadcast raw"]],
  ["10.0.0.9 peer=10.0.0.2", ["in 4 unicast raw", "out 4 unicast ip"]],
])("advertsOf() a line with %s", (rest, packets) => {
  const { routers } = parseCarpFile(`carp eth0 42 ${rest} passfile=/p\n`, "f");
  const said = routers.flatMap(advertsOf).map(({ way, family, cast, isRaw }) => {
    return `${way} ${family} ${cast} ${isRaw === true ? "raw" : "ip"}`;
  });
  expect(said).toEqual(packets);
});

test.each([
  ["10.0.0.9", { multicast: "CARP", arp: true, ipv4: true }],
  ["10.0.0.9 nomcast source=10.0.0.1", { broadcast: "CARP", arp: true, ipv4: false }],
  ["10.0.0.9 peer=10.0.0.2", { arp: true, ipv4: true }],
  ["fd00::9", { multicast: "CARP", arp: false, ipv4: false }],
])("lookDevices() knows what a virtual router with %s needs", (rest, needs) => {
  const { routers } = parseCarpFile(`carp nowhere0 42 ${rest} passfile=/p\n`, "f");
  expect(lookDevices([], routers)).toEqual([{ device: "nowhere0", needs }]);
});
