// What is said of fencing devices. The names of parameters are those that "stonith -t TYPE -n" of cluster-glue 1.0.12 says.

import { expect, test } from "bun:test";
import { checkAll } from "../../src/config/check.ts";
import { aimOf, type FencingFacts, wordsOfFile } from "../../src/config/fencing.ts";
import { given, five as plain, said } from "./given.ts";

const names: Readonly<Record<string, readonly string[]>> = {
  null: ["hostlist"],
  "external/ssh": ["hostlist"],
  "external/ipmi": ["hostname", "ipaddr", "userid", "passwd", "interface"],
  apcmaster: ["ipaddr", "login", "password"],
  apcsmart: ["ttydev", "hostlist"],
  rcd_serial: ["hostlist", "ttydev", "dtr_rts", "msduration"],
  "external/vmware": ["device_host"],
  suicide: [],
};

const files: Readonly<Record<string, string>> = {
  "/good": "# power\n\nbob 10.0.9.2 admin secret lan\n",
  "/short": "bob 10.0.9.2\n",
  "/blank": "  \nbob 10.0.9.2 admin secret lan\n",
};

const fencing: FencingFacts = {
  isInstalled: true,
  knows: (type) => type in names,
  names: (type) => names[type],
  read: (path) =>
    files[path] === undefined ? { trouble: "ENOENT: no such file" } : { text: files[path] },
};

/** What is said of these lines below the five good ones. */
function saidOf(lines: string, facts: FencingFacts | undefined = fencing, haCf = plain): string[] {
  return said(given(`${haCf}${lines}\n`, facts && { fencing: facts }));
}

const other = "\nstonith_host bob null alice";

test.each([
  ["null", "stonith_host alice null bob"],
  ["a list with more than one host", "stonith_host alice external/ssh carol, BOB"],
  ["all that the plugin wants", "stonith_host alice external/ipmi bob 10.0.9.2 admin secret lan"],
  ["more words than names", "stonith_host alice external/ipmi bob 10.0.9.2 admin secret lan x y"],
  ["a list at another place", "stonith_host alice apcsmart /dev/ttyS0 carol bob"],
  ["a list that is one word", "stonith_host alice rcd_serial bob /dev/ttyS0 rts 500"],
  ["hosts that only the device knows", "stonith_host alice apcmaster 10.0.9.2 admin secret"],
  ["a file", "stonith external/ipmi /good"],
  ["a line for all", "stonith_host * null alice bob"],
])("checkAll() has nothing to say about %s", (_, line) => {
  expect(saidOf(line + other)).toEqual([]);
});

const ipmi = 'The stonith device "external/ipmi" misses';

test.each([
  [
    "stonith_host alice external/ipmi alice",
    `error ha.cf:6:14 ${ipmi} its parameters "ipaddr", "userid", "passwd", "interface"`,
  ],
  [
    "stonith_host alice external/ipmi bob 10.0.9.2 admin secret",
    `error ha.cf:6:14 ${ipmi} its parameter "interface"`,
  ],
  [
    "stonith_host * external/ipmi bob 10.0.9.2 admin secret # lan",
    `error ha.cf:6:14 ${ipmi} its parameter "interface"`,
  ],
  [
    "stonith_host alice null",
    'error ha.cf:6:14 The stonith device "null" misses its parameter "hostlist"',
  ],
  ["stonith external/ipmi", `error ha.cf:6:9 ${ipmi} its file of parameters`],
  [
    "stonith external/ipmi /short",
    `error ha.cf:6:9 ${ipmi} its parameters "userid", "passwd", "interface"`,
  ],
  [
    "stonith external/ipmi /blank",
    `error ha.cf:6:9 ${ipmi} its parameters "hostname", "ipaddr", "userid", "passwd", "interface"`,
  ],
  [
    "stonith external/ipmi /nosuch",
    "error ha.cf:6:9 Cannot read the parameters of the stonith device: /nosuch: ENOENT: no such file",
  ],
  ["stonith_host alice nosuch bob", 'error ha.cf:6:14 Unknown stonith device "nosuch"'],
])("checkAll() refuses %p", (line, problem) => {
  expect(saidOf(line + other)).toEqual([problem]);
  expect(
    checkAll(given(`${plain}${line}${other}\n`, { fencing })).problems[0]?.hint,
  ).not.toBeUndefined();
});

test("checkAll() says in which order a device wants its parameters", () => {
  const { problems } = checkAll(given(`${plain}stonith_host * external/ipmi bob\n`, { fencing }));
  expect(problems[0]?.hint).toBe(
    "It wants, in this order: hostname ipaddr userid passwd interface",
  );
});

test("checkAll() tells today what another node will not start with", () => {
  expect(saidOf("stonith_host alice null bob\nstonith_host Bob external/ipmi alice 1 2 3")).toEqual(
    [`warning ha.cf:7:14 ${ipmi} its parameter "interface": "bob" will not start`],
  );
  // Its last line counts, and what is wrong on one that does not count harms nobody.
  const last = "stonith_host bob external/ipmi alice\nstonith_host * null alice bob";
  expect(saidOf(last)).toEqual([]);
});

test("checkAll() warns of a device that is nobody's", () => {
  const lines =
    "stonith_host * null alice bob\nstonith_host bobb null alice\nstonith_host x null a";
  expect(saidOf(lines)).toEqual([
    'warning ha.cf:7:14 This device is nobody\'s: ha.cf names no node "bobb"',
    'warning ha.cf:8:14 This device is nobody\'s: ha.cf names no node "x"',
  ]);
  const { problems } = checkAll(given(`${plain}${lines}\n`, { fencing }));
  expect(problems.map(({ hint }) => hint)).toEqual([
    'Did you mean "bob"?',
    "The node that uses the device stands here: alice, bob, or * for all",
  ]);
  // Who may still join, nobody knows.
  expect(saidOf(lines, fencing, `${plain}autojoin other\n`)).toEqual([]);
});

test("checkAll() warns of survivors without a device", () => {
  const three = plain.replace("alice bob", "alice bob carol");
  const many = /3 nodes are defined/;
  const one = "stonith_host alice null bob carol";
  expect(saidOf(`${one}${other}`, fencing, three).filter((text) => !many.test(text))).toEqual([
    'warning ha.cf:7:14 "carol" has no fencing device: left alone, it takes over without resetting anybody',
  ]);
  expect(saidOf(one, fencing, three).filter((text) => !many.test(text))).toEqual([
    'warning ha.cf:6:14 "bob" and "carol" have no fencing device: left alone, they take over without resetting anybody',
  ]);
  expect(saidOf("stonith_host bob null alice", undefined)).toHaveLength(1);
  expect(saidOf("stonith_host * null alice bob")).toEqual([]);
});

const noneOf = (type: string) =>
  `The stonith device "${type}" can reset none of the other nodes: it names none of them`;

test("checkAll() warns of a device whose own parameters name no other node", () => {
  expect(saidOf(`stonith_host alice null carol alice${other}`)).toEqual([
    `warning ha.cf:6:14 ${noneOf("null")}`,
  ]);
  expect(saidOf(`stonith_host alice apcsmart bob /dev/ttyS0${other}`)).toEqual([
    `warning ha.cf:6:14 ${noneOf("apcsmart")}`,
  ]);
  expect(saidOf("stonith_host alice null bob\nstonith_host bob null bob")).toEqual([
    `warning ha.cf:7:14 ${noneOf("null")}`,
  ]);
  expect(saidOf(`stonith_host alice suicide${other}`)).toEqual([
    'warning ha.cf:6:14 The stonith device "suicide" can reset none of the other nodes: it ends its own host',
  ]);
});

test("checkAll() shows no parameter of a device in what it says of it", () => {
  const lines = "stonith_host alice external/ipmi hunter2 bob admin lan x";
  const { problems } = checkAll(given(`${plain}${lines}${other}\n`, { fencing }));
  expect(problems).toHaveLength(1);
  for (const { message, hint } of problems) expect(`${message} ${hint}`).not.toContain("hunter2");
});

test("checkAll() knows nothing of parameters without the program stonith", () => {
  const facts = { ...fencing, isInstalled: false, names: () => undefined };
  expect(saidOf(`stonith_host alice external/ipmi x${other}`, facts)).toEqual([
    'error ha.cf:6:14 Nobody can be fenced: the program "stonith" is not on this host',
  ]);
});

test("aimOf() reads hosts as plugins do", () => {
  expect(aimOf(["hostlist"], ["bob:guest4,Carol=7", "dave;erin"])).toEqual([
    "bob",
    "carol",
    "dave",
    "erin",
  ]);
  expect(aimOf(["hostlist", "ttydev"], ["bob", "/dev/ttyS0"])).toEqual(["bob"]);
  expect(aimOf(["VI_SERVER", "HOSTLIST", "RESETPOWERON"], ["10.0.9.2", "a=1;b=2", "0"])).toEqual([
    "a",
    "b",
  ]);
  expect(aimOf(["ipaddr", "login"], ["10.0.9.2", "admin"])).toBeUndefined();
});

test("wordsOfFile() takes the line that stonith(8) takes", () => {
  expect(wordsOfFile("# c\n\n bob  carol\ndave\n")).toEqual(["bob", "carol"]);
  expect(wordsOfFile("  \nbob\n")).toEqual([]);
  expect(wordsOfFile(" # c\nbob\n")).toEqual(["#", "c"]);
  expect(wordsOfFile("\n")).toEqual([]);
});
