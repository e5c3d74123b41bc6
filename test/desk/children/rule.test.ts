// What the end of a program beside the agent means, what it finds in its environment, and what the next agent is told.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseHaCf } from "../../../src/config/hacf.ts";
import { childEnvironment } from "../../../src/desk/children/environment.ts";
import { parseHeirs } from "../../../src/desk/children/heir.ts";
import { endText, Lives, meaningOf } from "../../../src/desk/children/rule.ts";

const crash = { signal: "SIGSEGV" };

test.each([
  // heartbeat-api 10, row by row.
  ["respawn", crash, undefined, "again"],
  ["respawn", { code: 100 }, undefined, "rest"],
  ["respawn", { code: 1 }, undefined, "again"],
  ["respawn", { code: 0 }, undefined, "again"],
  ["failfast", crash, undefined, "reboot"],
  ["failfast", { code: 100 }, undefined, "reboot"],
  ["failfast", { code: 1 }, undefined, "reboot"],
  ["failfast", { code: 0 }, undefined, "again"],
  // While the node leaves.
  ["respawn", crash, "leave", "rest"],
  ["failfast", crash, "leave", "reboot"],
  ["failfast", { signal: "SIGKILL" }, "leave", "reboot"],
  ["failfast", { signal: "SIGTERM" }, "leave", "rest"],
  ["failfast", { code: 1 }, "leave", "rest"],
  // Who takes it out of ha.cf wants it to end, however.
  ["failfast", crash, "remove", "rest"],
  // Nobody saw it.
  ["respawn", { unseen: true }, undefined, "again"],
  ["failfast", { unseen: true }, undefined, "again"],
  ["failfast", { unseen: true }, "leave", "rest"],
] as const)("meaningOf(%s, %j) with the order %p is %s", (kind, end, order, meaning) => {
  expect(meaningOf(kind, end, order)).toBe(meaning);
});

test("endText() says how it ended", () => {
  expect(endText({ code: 3 })).toBe("exit code 3");
  expect(endText({ signal: "SIGKILL" })).toBe("killed by SIGKILL");
  expect(endText({ unseen: true })).toBe("nobody saw how");
});

test("Lives give up after the eleventh short life in a row", () => {
  const lives = new Lives();
  const pauses = Array.from({ length: 11 }, () => lives.next(29_999));
  expect(pauses).toEqual([...Array.from({ length: 10 }, () => 1_000), undefined]);
});

test("Lives begin to count anew after a long life, which is followed at once", () => {
  const lives = new Lives();
  for (let short = 0; short < 10; short++) expect(lives.next(0)).toBe(1_000);
  expect(lives.next(30_000)).toBe(0);
  for (let short = 0; short < 10; short++) expect(lives.next(0)).toBe(1_000);
  expect(lives.next(0)).toBeUndefined();
});

/** As the real one gave it to a child of `crm respawn` with this file. */
const golden = `${import.meta.dir}/../../golden/children/respawn-environment.txt`;
const haCf = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
debug 0
coredumps false
realtime off
keepalive 1
warntime 4
deadtime 6
initdead 6
udpport 695
bcast eth0
node apip
crm respawn
`;

function variables(text: string, mine: (name: string) => boolean): string[] {
  return text
    .split("\n")
    .filter((line) => mine(line.split("=", 1)[0] ?? ""))
    .toSorted();
}

const isHeartbeats = (name: string) => /^(HA|OCF)_/.test(name);

test("childEnvironment() is what Heartbeat 3.0.6 gives, variable by variable", () => {
  const setting = { conf: parseHaCf(haCf, "ha.cf").conf, node: "apip" };
  const places = { conf: "/etc/ha.d", ocfRoot: "/usr/lib/ocf" };
  const given = Object.entries(childEnvironment(setting, places));
  const text = given.map(([name, value]) => `${name}=${value}`).join("\n");
  const real = variables(readFileSync(golden, "utf8"), isHeartbeats);
  expect(real.length).toBeGreaterThan(35);
  expect(variables(text, isHeartbeats)).toEqual(real);
});

test("childEnvironment() hands on what the agent has, and nothing of the service manager", () => {
  const { conf } = parseHaCf("crm valgrind\nenv quorum=majority\nlogfacility daemon\n", "ha.cf");
  const setting = { conf, node: "alice" };
  const before = { ...process.env };
  Object.assign(process.env, { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "1", MINE: "kept" });
  const given = childEnvironment(setting, { conf: "/c", ocfRoot: "/o" });
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "MINE"]) delete process.env[name];
  Object.assign(process.env, before);
  expect(given).toMatchObject({
    MINE: "kept",
    HA_quorum: "majority",
    HA_VALGRIND_ENABLED: "1",
    HA_LOGFACILITY: "daemon",
    HA_DIR: "/c/",
  });
  expect(Object.keys(given)).not.toContain("NOTIFY_SOCKET");
  expect(Object.keys(given)).not.toContain("WATCHDOG_USEC");
});

test.each([
  ["whole", {}, 1],
  ["without a key", { key: 5 }, 0],
  ["of the first process of all", { name: { pid: 1, startedAt: "0" } }, 0],
  ["without a moment", { name: { pid: 12 } }, 0],
])("parseHeirs() of a program %s", (_what, change, count) => {
  const heir = { key: "respawn root /bin/x", name: { pid: 12, startedAt: "345" }, ...change };
  expect(parseHeirs(JSON.stringify([heir]))).toHaveLength(count);
});

test.each([undefined, "", "{}", "[", "[null, 5]"])("parseHeirs(%p) are none", (text) => {
  expect(parseHeirs(text)).toEqual([]);
});
