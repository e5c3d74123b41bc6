import { expect, test } from "bun:test";
import { checkAll, type Given } from "../../src/config/check.ts";
import { given as files, five, said } from "./given.ts";

const address = "alice 10.0.0.1\n";

function given(haCf: string, haresources = address, self = "alice"): Given {
  return files(haCf, { haresources: { file: "haresources", text: haresources }, self });
}

test("checkAll() has nothing to say about five good lines", () => {
  const { cluster, problems } = checkAll(given(five));
  expect(problems).toEqual([]);
  expect(cluster).toEqual({
    self: "alice",
    nodes: ["alice", "bob"],
    autojoin: "none",
    timing: {
      keepaliveMs: 1000,
      deadtimeMs: 10_000,
      warntimeMs: 5000,
      initdeadMs: 20_000,
      deadpingMs: 10_000,
      maxRexmitDelayMs: 250,
    },
    media: [{ kind: "bcast", device: "eth0", port: 694 }],
    keyring: { active: 1, keys: [{ number: 1, method: "sha1", key: "0123456789abcdef" }] },
    msgfmt: "classic",
    hopfudge: 1,
    autoFailback: "on",
    groups: [
      {
        key: "10.0.0.1",
        owner: "alice",
        resources: [
          { kind: "address", word: "10.0.0.1", agent: "IPaddr", family: 4, address: "10.0.0.1" },
        ],
      },
    ],
    managesResources: true,
    resourceTimeoutMs: 60_000,
    onStopFailure: "reboot",
    announceIntervalMs: 60_000,
    addressLease: "auto",
    addressMethod: "netlink",
    realtime: true,
    rtprio: 1,
    memreserveKib: 6500,
    serialRing: false,
    routers: [],
  });
});

test("checkAll() takes a node's name in any case", () => {
  expect(checkAll(given(five, "ALICE 10.0.0.1\n", "Alice")).cluster?.self).toBe("alice");
});

const errors: readonly (readonly [string, string, string])[] = [
  ["no medium", five.replace("bcast eth0\n", ""), "ha.cf:0:0 No heartbeat media are defined"],
  [
    "only ping nodes",
    five.replace("bcast eth0", "ping 10.0.0.9"),
    "ha.cf:3:6 No medium reaches the other nodes: each would hold every group",
  ],
  [
    "no nodes",
    five.replace("node alice bob\n", ""),
    'ha.cf:0:0 No nodes are defined: "node" is not there',
  ],
  [
    "not this node",
    five.replace("alice", "alicia"),
    'ha.cf:5:13 This node is not in the configuration: it is called "alice"',
  ],
  [
    "deadtime of two keepalives",
    five.replace("deadtime 10", "deadtime 2"),
    'ha.cf:2:10 "deadtime" must exceed twice "keepalive": 2 s is not more than 2 × 1 s',
  ],
  [
    "a keepalive too long for the default deadtime",
    five.replace("deadtime 10\n", "").replace("keepalive 1", "keepalive 15"),
    'ha.cf:1:11 "deadtime" must exceed twice "keepalive": 30 s is not more than 2 × 15 s',
  ],
  [
    "initdead below deadtime",
    `${five}initdead 9999ms\n`,
    'ha.cf:6:10 "initdead" must not be less than "deadtime": 9.999 s is less than 10 s',
  ],
  [
    "deadping of two keepalives",
    `${five}deadping 2\n`,
    'ha.cf:6:10 "deadping" must exceed twice "keepalive": 2 s is not more than 2 × 1 s',
  ],
  [
    "autojoin beside groups",
    `${five}autojoin other\n`,
    'ha.cf:6:10 "autojoin other" does not go together with groups in haresources',
  ],
  [
    "a stonith device without a file",
    `${five}stonith null\n`,
    'ha.cf:6:9 The stonith device "null" misses its file of parameters',
  ],
  [
    "a stonith_host of this node without parameters",
    `${five}stonith_host Alice null\n`,
    'ha.cf:6:14 The stonith device "null" misses its parameters',
  ],
];

test.each(errors)("checkAll() refuses %s", (_, haCf, message) => {
  const parts = given(haCf);
  expect(said(parts)).toContain(`error ${message}`);
  expect(checkAll(parts).cluster).toBeUndefined();
});

const warnings: readonly (readonly [string, string, string])[] = [
  [
    "auto_failback",
    five.replace("auto_failback on\n", ""),
    'ha.cf:0:0 "auto_failback" is not given: it is "legacy", as in Heartbeat 3.0.6',
  ],
  [
    "a ring of one cable",
    `${five}serial /dev/ttyS0\nserial_ring on\n`,
    'ha.cf:7:13 "serial_ring on" passes nothing on: there is 1 cable here',
  ],
  [
    "flow control of nothing",
    `${five}serial_flow none\n`,
    'ha.cf:6:13 "serial_flow" has no effect: there is no "serial"',
  ],
  [
    "baud",
    `${five}baud 9600\n`,
    'ha.cf:6:6 "baud" has no effect: there is no "serial" and no "ppp"',
  ],
  [
    "initdead",
    five.replace("deadtime 10", "deadtime 5\ninitdead 9"),
    'ha.cf:3:10 "initdead" may be too short: 9 s, at least 10 s are usual',
  ],
  [
    "a deadtime of two keepalives and a half",
    five.replace("deadtime 10", "deadtime 2.5"),
    'ha.cf:2:10 "deadtime" is less than 3 × "keepalive": two lost packets are a death',
  ],
  [
    "warntime",
    `${five}warntime 10\n`,
    'ha.cf:6:10 "warntime" is not less than "deadtime": no warning comes before a death',
  ],
  [
    "a tiny keepalive",
    five.replace("keepalive 1", "keepalive 5ms"),
    'ha.cf:1:11 "keepalive" is very short: 5 ms',
  ],
  [
    "a huge deadtime",
    five.replace("deadtime 10", "deadtime 5000"),
    'ha.cf:2:10 "deadtime" is very long: 5000 s',
  ],
  [
    "three nodes",
    five.replace("bob", "bob carol"),
    "ha.cf:5:16 3 nodes are defined: with more than two, all of them must run hb",
  ],
  [
    "use_logd off without a log",
    `${five}use_logd off\n`,
    "ha.cf:6:10 The log is on stderr alone: no logfile, debugfile or logfacility is given",
  ],
  [
    "on_stop_failure reboot",
    `${five}on_stop_failure reboot\n`,
    "ha.cf:6:17 THIS HOST IS REBOOTED at once when a script cannot stop its resource",
  ],
];

test.each(warnings)("checkAll() warns of %s", (_, haCf, message) => {
  const parts = given(haCf);
  expect(said(parts)).toEqual([`warning ${message}`]);
  expect(checkAll(parts).cluster).toBeDefined();
});

test.each([
  ["program", []],
  ["missing", ['ha.cf:6:8 Nobody is told what happens: "/bin/tell": there is no such file']],
  ["other", ['ha.cf:6:8 Nobody is told what happens: "/bin/tell": it is not executable']],
] as const)(
  "checkAll() says of a command of notify that is %s what that means",
  (kind, problems) => {
    const parts = { ...given(`${five}notify /bin/tell root\n`), program: () => kind };
    expect(said(parts)).toEqual(problems.map((problem) => `warning ${problem}`));
  },
);

test("checkAll() warns of the default on_stop_failure when there are scripts", () => {
  expect(said(given(five, "alice 10.0.0.1 apache\n"))).toEqual([
    "warning ha.cf:0:0 THIS HOST IS REBOOTED at once when a script cannot stop its resource, " +
      "as with Heartbeat 3.0.6",
  ]);
  expect(said(given(`${five}on_stop_failure ignore\n`, "alice 10.0.0.1 apache\n"))).toEqual([]);
});

test("checkAll() refuses a group whose owner is no node", () => {
  const parts = given(five, "alcie 10.0.0.1\n");
  expect(said(parts)).toEqual([
    'error haresources:1:1 Unknown node "alcie": ha.cf does not name it',
  ]);
  expect(checkAll(parts).problems[0]?.hint).toBe('Did you mean "alice"?');
});

test("checkAll() lets a node without groups join any cluster", () => {
  const haCf = "autojoin any\nauto_failback off\nmcast eth0 239.0.0.1 694 1 0\n";
  const { haresources: _, ...rest } = given(haCf);
  const { cluster, problems } = checkAll({
    ...rest,
    haresources: { file: "haresources", trouble: "ENOENT" },
  });
  expect(problems).toEqual([]);
  expect(cluster).toMatchObject({ nodes: ["alice"], managesResources: false, groups: [] });
});

test("checkAll() says which file cannot be read, and checks the others", () => {
  const parts = given(five, "carol x\n");
  expect(said({ ...parts, authkeys: { file: "authkeys", trouble: "EACCES" } })).toEqual([
    "warning ha.cf:0:0 THIS HOST IS REBOOTED at once when a script cannot stop its resource, " +
      "as with Heartbeat 3.0.6",
    "error authkeys:0:0 Cannot read the file: EACCES",
    'error haresources:1:1 Unknown node "carol": ha.cf does not name it',
  ]);
  expect(said({ ...parts, haCf: { file: "ha.cf" } })).toEqual([
    "error ha.cf:0:0 Cannot read the file: no such file",
  ]);
  expect(said({ ...parts, haresources: { file: "haresources", trouble: "ENOENT" } })).toEqual([
    "error haresources:0:0 Cannot read the file: ENOENT",
  ]);
});

test("checkAll() warns of an interface that this host does not have", () => {
  const haCf = five.replace("bcast eth0", "bcast eht0\nucast eth1 10.0.0.2");
  expect(said({ ...given(haCf), devices: ["lo", "eth0"] })).toEqual([
    'warning ha.cf:3:7 This host has no interface "eht0"',
    'warning ha.cf:4:7 This host has no interface "eth1"',
  ]);
});

test("checkAll() wants pppd for ppp alone, and warns where another medium is there", () => {
  const ppp = "ppp /dev/ttyS1 10.0.0.1:10.0.0.2";
  const alone = given(five.replace("bcast eth0", ppp));
  expect(said(alone)).toEqual([]);
  expect(said({ ...alone, pppd: true })).toEqual([]);
  expect(said({ ...alone, pppd: false })).toEqual([
    "error ha.cf:3:5 pppd is not installed on this host, and no other medium reaches the other nodes",
  ]);
  expect(checkAll({ ...alone, pppd: false }).problems[0]?.hint).toContain('"ppp"');
  const beside = given(`${five}ppp-udp /dev/ttyS1 10.0.0.1\n`);
  expect(said({ ...beside, pppd: false })).toEqual([
    "warning ha.cf:6:9 pppd is not installed on this host: one way less to the other nodes",
  ]);
  expect(said({ ...given(five), pppd: false })).toEqual([]);
});

test("checkAll() does not say of a wrong medium that it is not there", () => {
  const wrong = five.replace("bcast eth0", "ping 10.0.0.9\nmcast eth0 10.0.0.1 694 1 0");
  expect(said(given(wrong))).toEqual([
    'error ha.cf:4:12 The group must be an address of 224.0.0.0 to 239.255.255.255: "10.0.0.1" is not',
  ]);
});

test("checkAll() counts ping nodes among the nodes", () => {
  const nodes = Array.from({ length: 97 }, (_, i) => `node n${i}\n`).join("");
  expect(checkAll(given(`${five}${nodes}ping 10.0.0.9\n`)).cluster?.nodes).toHaveLength(99);
  expect(said(given(`${five}${nodes}ping 10.0.0.9 10.0.0.8\n`))).toContain(
    "error ha.cf:103:15 Too many nodes: 101 with ping nodes, at most 100 are possible",
  );
});

test("checkAll() takes at most 500 media", () => {
  const media = Array.from({ length: 501 }, (_, i) => `ucast eth0 10.1.${i >> 8}.${i & 255}\n`);
  const { conf, problems } = checkAll(given(five.replace("bcast eth0\n", media.join(""))));
  expect(conf.media).toHaveLength(500);
  expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
    "503 Too many media: at most 500 are possible",
  ]);
});

test("checkAll() does not mind carriage returns at the ends of lines, however many", () => {
  expect(said(given(five.replaceAll("\n", "\r\n")))).toEqual([]);
  expect(said(given(five.replaceAll("\n", `${"\r".repeat(9_000)}\n`)))).toEqual([]);
});

test("checkAll() advises to ask as root where only root may read", () => {
  const trouble = "EACCES: permission denied, open 'authkeys'";
  const { problems } = checkAll({ ...given(five), authkeys: { file: "authkeys", trouble } });
  expect(problems.map(({ hint }) => hint)).toEqual(["It is for root alone: try as root"]);
});

test("checkAll() says everything in one run, in reading order", () => {
  const parts = given("deadtime x\nbcast\nnod a\n", "carol x/y\n\nalice 10.0.0.300\n");
  const places = said(parts).map((line) => line.split(" ")[1]);
  expect(places).toEqual([
    "ha.cf:0:0",
    "ha.cf:0:0",
    "ha.cf:0:0",
    "ha.cf:1:10",
    "ha.cf:2:1",
    "ha.cf:3:1",
    "haresources:1:7",
    "haresources:3:7",
  ]);
});
