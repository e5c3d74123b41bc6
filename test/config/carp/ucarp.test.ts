// What ucarp's options mean, as a value. That they are accepted and refused as ucarp does is proved
// beside ucarp itself (test/lab/carp/ucarp-options.test.ts).

import { expect, test } from "bun:test";
import { strtol, strtoul } from "../../../src/config/carp/cnumber.ts";
import { type Accepted, getopt } from "../../../src/config/carp/getopt.ts";
import { readUcarp, type UcarpWorld } from "../../../src/config/carp/ucarp.ts";
import type { RouterConfig } from "../../../src/config/router.ts";

const world: UcarpWorld = {
  passfile: (path) => (path === "/pass" ? { line: "filed" } : { trouble: `no ${path}` }),
  firstDevice: () => "eth7",
  posix: false,
};

const plain = "-i eth0 -s 10.0.0.1 -v 42 -p love -a 10.0.0.9";

function read(line: string) {
  return readUcarp(line.split(" "), world);
}

function routerOf(line: string): RouterConfig {
  const command = read(line);
  if (command.kind !== "run") throw new Error(`Not accepted: ${JSON.stringify(command)}`);
  return command.router;
}

test("readUcarp() fills in what ucarp does when it is told the least", () => {
  expect(read(plain)).toEqual({
    kind: "run",
    says: [
      { level: "warn", text: "Warning: no script called when going up", shown: true },
      { level: "warn", text: "Warning: no script called when going down", shown: true },
    ],
    daemonize: false,
    debug: false,
    facility: "daemon",
    router: {
      name: "eth0/42",
      device: "eth0",
      vhid: 42,
      password: "love",
      addresses: [{ family: 4, address: "10.0.0.9" }],
      source: "10.0.0.1",
      advbase: 1,
      advskew: 0,
      deadratio: 3,
      preempt: false,
      neutral: false,
      multicast: "224.0.0.18",
      broadcast: false,
      peers: [],
      dialect: "ucarp",
      seal: "off",
      sourceMac: "ucarp",
      vmac: false,
      ignoreIfState: false,
      holdsAddresses: false,
      scriptTimeoutMs: 3_600_000,
      shutdown: false,
      likeUcarp: true,
      track: [],
      announceIntervalMs: 0,
    },
  });
});

test.each<[string, Partial<RouterConfig>]>([
  ["-P", { preempt: true }],
  ["--preempt --neutral", { preempt: true, neutral: true }],
  ["-nzSM", { neutral: true, shutdown: true, ignoreIfState: true, broadcast: true }],
  ["--shut --ignore --nomc", { shutdown: true, ignoreIfState: true, broadcast: true }],
  ["-v 0x2b", { name: "eth0/43", vhid: 43 }],
  ["-v 010", { vhid: 8 }],
  ["-v 42abc", { vhid: 42 }],
  ["-b 2 -k 100", { advbase: 2, advskew: 100 }],
  ["-b 256 -k 511", { advbase: 0, advskew: 255 }],
  ["-b -1", { advbase: 255 }],
  ["--advskew=7 --advskew 8", { advskew: 8 }],
  ["-r 5", { deadratio: 5 }],
  ["-r 4294967297", { deadratio: 1 }],
  ["-r -1", { deadratio: 4_294_967_295 }],
  ["--mcast 239.1.2.3", { multicast: "239.1.2.3" }],
  ["-o /pass", { password: "filed" }],
  ["-o /pass -p later", { password: "later" }],
  ["-p ü", { password: "\xc3\xbc" }],
  ["-u /up -d /down -x extra", { upScript: "/up", downScript: "/down", xparam: "extra" }],
  ["-i eth1 word -s 10.0.0.2", { name: "eth1/42", source: "10.0.0.2" }],
])("readUcarp() takes %s", (line, expected) => {
  expect(routerOf(`${plain} ${line}`)).toMatchObject(expected);
});

test.each([
  ["-D", { debug: true }],
  ["-B", { daemonize: true }],
  ["-f LOCAL3", { facility: "local3" }],
  ["-f security", { facility: "auth" }],
])("readUcarp() tells the process %s", (line, expected) => {
  expect(read(`${plain} ${line}`)).toMatchObject(expected);
});

test("readUcarp() writes no syslog after -f none, and an unknown facility changes nothing", () => {
  const command = read(`${plain} -f none -f nosuch`);
  expect(command.kind).toBe("run");
  expect(command).not.toHaveProperty("facility");
});

test("readUcarp() takes the first interface when none is given, and says so", () => {
  const command = read("-s 10.0.0.1 -v 42 -p love -a 10.0.0.9 -B");
  expect(command).toMatchObject({ kind: "run", router: { device: "eth7", name: "eth7/42" } });
  expect(command.kind === "run" && command.says[0]).toEqual({
    level: "info",
    text: "Using [eth7] as a network interface",
    shown: false,
  });
});

test.each([
  ["0", 0n, 0n],
  ["", 0n, 0n],
  ["x", 0n, 0n],
  [" \t12", 12n, 12n],
  ["+0x1F", 31n, 31n],
  ["0x", 0n, 0n],
  ["08", 0n, 0n],
  ["-1", 18_446_744_073_709_551_615n, -1n],
  ["18446744073709551615", 18_446_744_073_709_551_615n, 9_223_372_036_854_775_807n],
  ["18446744073709551616", 18_446_744_073_709_551_615n, 9_223_372_036_854_775_807n],
  ["-18446744073709551615", 1n, -9_223_372_036_854_775_808n],
  ["-9223372036854775808", 9_223_372_036_854_775_808n, -9_223_372_036_854_775_808n],
])("strtoul() and strtol() of %j are %p and %p", (text, unsigned, signed) => {
  expect([strtoul(text), strtol(text)]).toEqual([unsigned, signed]);
});

const accepted: Accepted = {
  short: "ab:",
  long: [
    { name: "all", is: "a" },
    { name: "alike", is: "long" },
    { name: "base", is: "b" },
  ],
  longArguments: ["long"],
};

test.each([
  [
    ["-ab1", "w", "--", "-a"],
    [{ is: "a" }, { is: "b", argument: "1" }],
  ],
  [
    ["--all", "--ali=", "--base", "-a"],
    [{ is: "a" }, { is: "long", argument: "" }, { is: "b", argument: "-a" }],
  ],
  [["--al"], [{ complaint: "option '--al' is ambiguous; possibilities: '--all' '--alike'" }]],
  [["-xa"], [{ complaint: "invalid option -- 'x'" }, { is: "a" }]],
])("getopt() cuts %j", (argv, options) => {
  expect([...getopt(argv, accepted)]).toEqual(options);
});

test("getopt() ends at the first operand when POSIX is wanted", () => {
  expect([...getopt(["-a", "w", "-a"], accepted, true)]).toEqual([{ is: "a" }]);
});
