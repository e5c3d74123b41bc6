// `carp` lines: what a good one gives, what a bad one says, and that printing loses nothing.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseCarpFile } from "../../../src/config/carp/file.ts";
import { printRouter } from "../../../src/config/carp/print.ts";
import type { RouterLine } from "../../../src/config/carp/setting.ts";
import { settings } from "../../../src/config/carp/setting.ts";
import { renderProblems } from "../../../src/config/render.ts";

function routerOf(line: string): RouterLine {
  const { routers, problems } = parseCarpFile(line, "carp.conf");
  const [router] = routers;
  if (router === undefined) throw new Error(renderProblems(problems));
  expect(problems.filter((problem) => problem.level === "error")).toEqual([]);
  return router;
}

function problemsOf(text: string, level: "error" | "warning"): string[] {
  return parseCarpFile(text, "carp.conf")
    .problems.filter((problem) => problem.level === level)
    .map(({ line, column, message }) => `${line}:${column} ${message}`);
}

const plain = "carp eth0 42 10.0.0.9";

test("parseCarpFile() fills in what hb does when it is told the least", () => {
  expect(routerOf(plain)).toEqual({
    name: "eth0/42",
    device: "eth0",
    vhid: 42,
    addresses: [{ family: 4, address: "10.0.0.9" }],
    advbase: 1,
    advskew: 0,
    deadratio: 3,
    preempt: false,
    neutral: false,
    multicast: "224.0.0.18",
    broadcast: false,
    peers: [],
    dialect: "ucarp",
    seal: "auto",
    sourceMac: "ucarp",
    vmac: false,
    ignoreIfState: false,
    holdsAddresses: true,
    scriptTimeoutMs: 60_000,
    shutdown: true,
    likeUcarp: false,
    track: [],
    announceIntervalMs: 60_000,
  });
});

const good: readonly (readonly [string, Partial<RouterLine>])[] = [
  ["advbase=2", { advbase: 2 }],
  ["advbase=0 advskew=26", { advbase: 0, advskew: 26 }],
  ["advskew=255", { advskew: 255 }],
  ["deadratio=5", { deadratio: 5 }],
  ["passfile=/etc/pass", { passfile: "/etc/pass" }],
  ["preempt", { preempt: true }],
  ["preempt=off", { preempt: false }],
  ["neutral=yes", { neutral: true }],
  ["up=/bin/up", { upScript: "/bin/up", holdsAddresses: false }],
  ["upscript=/bin/up", { upScript: "/bin/up" }],
  ["down=/bin/down xparam=x", { downScript: "/bin/down", xparam: "x", holdsAddresses: false }],
  ["script-timeout=5", { scriptTimeoutMs: 5_000 }],
  ["script_timeout=500ms", { scriptTimeoutMs: 500 }],
  ["source=10.0.0.1", { source: "10.0.0.1" }],
  ["srcip=10.0.0.1", { source: "10.0.0.1" }],
  ["source-mac=interface", { sourceMac: "interface" }],
  ["mcastip=239.1.2.3", { multicast: "239.1.2.3" }],
  ["nomcast", { broadcast: true }],
  ["peer=10.0.0.2,10.0.0.3", { peers: ["10.0.0.2", "10.0.0.3"] }],
  ["peer=10.0.0.2 peer=10.0.0.3", { peers: ["10.0.0.2", "10.0.0.3"] }],
  ["dialect=bsd", { dialect: "bsd", sourceMac: "bsd" }],
  ["dialect=bsd source-mac=ucarp", { dialect: "bsd", sourceMac: "ucarp" }],
  ["seal=require", { seal: "require" }],
  ["vmac", { vmac: true, sourceMac: "bsd" }],
  ["ignoreifstate", { ignoreIfState: true }],
  [
    "track=eth1,/bin/check",
    {
      track: [
        { kind: "interface", device: "eth1" },
        { kind: "script", path: "/bin/check" },
      ],
    },
  ],
  ["group=web", { group: "web" }],
  ["announce-interval=10", { announceIntervalMs: 10_000 }],
  ["announce-interval=off", { announceIntervalMs: 0 }],
];

test.each(good)("parseCarpFile() takes %s", (line, expected) => {
  expect(routerOf(`${plain} ${line}`)).toMatchObject(expected);
});

test("the table above has a line for every setting", () => {
  const tried = good.flatMap(([line]) => line.split(" ").map((word) => word.split("=")[0]));
  expect([...settings.keys()].filter((name) => !tried.includes(name))).toEqual([]);
});

test("parseCarpFile() takes several addresses of both families, each as exactly as it likes", () => {
  const line = "carp eth0 1 10.0.0.9/24,10.0.0.10/24/eth0:0,2001:DB8:0::1/64,fe80::9";
  expect(routerOf(line).addresses).toEqual([
    { family: 4, address: "10.0.0.9", prefix: 24 },
    { family: 4, address: "10.0.0.10", prefix: 24, label: "eth0:0" },
    { family: 6, address: "2001:db8::1", prefix: 64 },
    { family: 6, address: "fe80::9" },
  ]);
});

test.each([
  ["carp eth0 42", '1:11 "carp" misses its address'],
  ["carp eth0", '1:6 "carp" misses its vhid, address'],
  ["carp a/b 42 10.0.0.9", '1:6 A virtual router needs a network interface: "a/b" is none'],
  ["carp eth0 0 10.0.0.9", '1:11 The vhid must be a whole number from 1 to 255: "0" is none'],
  ["carp eth0 256 10.0.0.9", '1:11 The vhid must be a whole number from 1 to 255: "256" is none'],
  ["carp eth0 1 10.0.0.9,x", '1:22 Not an IP address: "x"'],
  ["carp eth0 1 10.0.0.09", '1:13 Not an IP address: "10.0.0.09"'],
  ["carp eth0 1 10.0.0.9,10.0.0.9", "1:22 Address 10.0.0.9 is given twice"],
  ["carp eth0 1 224.0.0.18", '1:13 No host can have the address "224.0.0.18"'],
  ["carp eth0 1 ::", '1:13 No host can have the address "::"'],
  ["carp eth0 1 ff02::12", '1:13 No host can have the address "ff02::12"'],
  ["carp eth0 1 10.0.0.9/33", '1:13 The prefix must be a whole number from 1 to 32: "33" is none'],
  ["carp eth0 1 fe80::1/0", '1:13 The prefix must be a whole number from 1 to 128: "0" is none'],
  [
    "carp eth0 1 10.0.0.9/24/eth1:0",
    '1:13 The label must be "eth0:" and a word, 15 characters in all, for IPv4 only: "eth1:0" is not',
  ],
  ["carp eth0 1 10.0.0.9/24/eth0:0/x", '1:13 Spare part in "10.0.0.9/24/eth0:0/x": "x"'],
  [`${plain} advskwe=3`, '1:23 Unknown setting "advskwe"'],
  [`${plain} advskew`, '1:23 "advskew" misses its value'],
  [`${plain} advskew=`, '1:23 "advskew" misses its value'],
  [`${plain} advskew=256`, '1:31 "advskew" must be a whole number from 0 to 255: "256" is none'],
  [`${plain} advbase=0.1`, '1:31 "advbase" must be whole seconds from 0 to 255: "0.1" is none'],
  [`${plain} advbase=0`, '1:31 With "advbase" 0 there must be an "advskew"'],
  [`${plain} advskew=1 advskew=2`, '1:41 "advskew" is given twice'],
  [`${plain} deadratio=0`, '1:33 "deadratio" must be a whole number from 1 to 65535: "0" is none'],
  [`${plain} up=vip-up`, '1:26 "up" must be an absolute path: "vip-up" does not begin with "/"'],
  [
    `${plain} source=224.0.0.1`,
    '1:30 "source" must be this host\'s own IPv4 address: "224.0.0.1" is none',
  ],
  [
    `${plain} mcastip=10.0.0.1`,
    '1:31 "mcastip" must be an address of 224.0.0.0 to 239.255.255.255: "10.0.0.1" is not',
  ],
  [`${plain} peer=x`, '1:28 A peer must be an IP address: "x" is none'],
  [`${plain} peer=10.0.0.1 nomcast`, '1:37 "nomcast" and "peer" do not go together'],
  [`${plain} peer=10.0.0.1 mcastip=224.0.0.18`, '1:45 "mcastip" and "peer" do not go together'],
  [`${plain} peer=fe80::1`, "1:28 There is no IPv4 peer for the IPv4 addresses"],
  [`${plain} track=a/b`, '1:29 "track" must be an interface or an absolute path: "a/b" is neither'],
  [`${plain} dialect=vrrp`, '1:31 "dialect" must be "ucarp" or "bsd": "vrrp" is not'],
  [`${plain} dialect=bsd advskew=255`, '1:43 In the dialect "bsd" the greatest "advskew" is 254'],
  [`${plain} source=10.0.0.9`, '1:30 "source" and a shared address are the same: 10.0.0.9'],
  [`${plain} vmac up=/x`, '1:23 "vmac" and scripts do not go together: hb must hold the addresses'],
  [
    `${plain}/24/eth0:1 vmac`,
    '1:33 "vmac" and labels do not go together: they are for the interface',
  ],
  [
    `${plain} group=a/b`,
    '1:29 "group" must be a name of at most 32 letters, digits and _.-: "a/b" is not',
  ],
  [`${plain} preempt=maybe`, '1:31 "preempt" must be "on" or "off": "maybe" is neither'],
  [
    `${plain}\ncarp eth0 42 10.0.0.8`,
    "2:11 vhid 42 on eth0 is given twice: it is one virtual router",
  ],
  ["bcast eth0", '1:1 Unknown directive "bcast"'],
])("parseCarpFile() refuses %s", (text, problem) => {
  expect(problemsOf(text, "error")).toContain(problem);
});

test.each([
  [`${plain} xparam=x`, '1:30 "xparam" has no effect without a script'],
  [`${plain} track=eth0`, '1:29 eth0 is watched anyway: "track" adds nothing'],
  [
    `${plain} advbase=0 advskew=9 deadratio=5`,
    '1:53 "deadratio" has no effect with "advbase" 0: dead after 3 times advskew/256 s',
  ],
  [`${plain} peer=10.0.0.1,10.0.0.1`, "1:37 Peer 10.0.0.1 is given twice"],
])("parseCarpFile() warns of %s", (text, problem) => {
  expect(problemsOf(text, "warning")).toEqual([problem]);
  expect(problemsOf(text, "error")).toEqual([]);
});

test.each([
  ["0.1", "advbase 0 with advskew 26: an advert every 102 ms, dead after 305 ms"],
  ["0.5", "advbase 0 with advskew 128: an advert every 500 ms, dead after 1.5 s"],
  ["1.5", "advbase 1 with advskew 128: an advert every 1.5 s, dead after 3.5 s"],
  [".999", "advbase 1 with advskew 0: an advert every 1 s, dead after 3 s"],
  ["0.0001", "advbase 0 with advskew 1: an advert every 4 ms, dead after 12 ms"],
])("advbase=%s is answered with what gives that interval", (text, hint) => {
  const { problems } = parseCarpFile(`${plain} advbase=${text}`, "carp.conf");
  expect(problems.map((problem) => problem.hint)).toEqual([hint]);
});

test("parseCarpFile() tells everything that is wrong in one run, each under its caret", () => {
  const text = "carp eth0 0 10.0.0.300 advskew=x # y\n\ncarp eth1 1 10.0.0.1 premept\n";
  expect(renderProblems(parseCarpFile(text, "c").problems)).toBe(`\
c:1:11: The vhid must be a whole number from 1 to 255: "0" is none
    carp eth0 0 10.0.0.300 advskew=x # y
              ^

c:1:13: Not an IP address: "10.0.0.300"
    carp eth0 0 10.0.0.300 advskew=x # y
                ^

c:1:32: "advskew" must be a whole number from 0 to 255: "x" is none
    carp eth0 0 10.0.0.300 advskew=x # y
                                   ^

c:3:22: Unknown setting "premept"
    carp eth1 1 10.0.0.1 premept
                         ^
  Did you mean "preempt"?

4 errors`);
});

const flags = ["preempt", "neutral", "nomcast", "vmac", "ignoreifstate"];
const pair = fc.oneof(
  fc.constantFrom(...flags),
  fc.constantFrom(...good.flatMap(([line]) => line.split(" "))),
  fc.integer({ min: 0, max: 255 }).map((n) => `advskew=${n}`),
  fc.integer({ min: 0, max: 255 }).map((n) => `advbase=${n}`),
);
const address = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })).map((parts) => parts.join("/")),
  fc.ipV4().map((text) => `${text}/24/eth0:1`),
  fc.ipV6(),
);
const line = fc
  .tuple(
    fc.integer({ min: 1, max: 255 }),
    fc.array(address, { minLength: 1, maxLength: 4 }),
    fc.array(pair),
  )
  .map(([vhid, addresses, pairs]) => `carp eth0 ${vhid} ${addresses.join(",")} ${pairs.join(" ")}`);

test("printRouter() prints a line that is understood the same", () => {
  let good = 0;
  fc.assert(
    fc.property(line, (text) => {
      const { routers, problems } = parseCarpFile(text, "x");
      fc.pre(!problems.some((problem) => problem.level === "error"));
      good++;
      const printed = routers.map(printRouter).join("\n");
      expect(parseCarpFile(printed, "x").routers).toEqual([...routers]);
    }),
    { numRuns: 1_000 },
  );
  expect(good).toBeGreaterThan(100);
});

test("parseCarpFile() never throws, and points into its text", () => {
  const piece = fc.oneof(
    fc.constantFrom("carp", "eth0", "1", "10.0.0.1", ...settings.keys()),
    fc.constantFrom(" ", "\n", "=", ",", "/", "#", "\r", ":", "."),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      for (const problem of parseCarpFile(text, "x").problems) {
        const source = text.split("\n")[problem.line - 1] ?? "";
        expect(problem.column).toBeWithin(1, source.length + 2);
      }
    }),
    { numRuns: 2_000 },
  );
});
