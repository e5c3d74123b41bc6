// Cables in ha.cf: what they find at their paths, whom they reach, and how full they are.

import { expect, test } from "bun:test";
import { checkAll, type Given } from "../../src/config/check.ts";
import { parseHaresources } from "../../src/config/haresources.ts";
import { bytesPerKeepalive, shareOf } from "../../src/config/linebudget.ts";

const crc = { active: 1, keys: [{ number: 1, method: "crc", key: "" }] } as const;
const sha1 = { active: 1, keys: [{ number: 1, method: "sha1", key: "0123456789abcdef" }] } as const;
const { groups } = parseHaresources("alice 10.0.0.100\nbob 10.0.0.101\n", "haresources");

function said(lines: readonly string[], more: Partial<Given> = {}): string[] {
  const text = ["keepalive 1", "deadtime 10", "auto_failback on", ...lines, ""].join("\n");
  const given: Given = {
    haCf: { file: "ha.cf", text },
    authkeys: { file: "authkeys", text: "auth 1\n1 sha1 0123456789abcdef\n" },
    haresources: { file: "haresources", text: "alice 10.0.0.100\nbob 10.0.0.101\n" },
    self: "alice",
    ...more,
  };
  return checkAll(given).problems.map(({ level, line, column, message, hint }) => {
    return `${level} ${line}:${column} ${message}${hint === undefined ? "" : `; ${hint}`}`;
  });
}

test("checkAll() has nothing to say about two nodes on a cable at its usual speed", () => {
  expect(said(["serial /dev/ttyS0", "node alice bob"])).toEqual([]);
});

test.each([
  ["tty", []],
  [
    "missing",
    ['warning 4:8 This host has no "/dev/ttyS0" at the moment; The agent opens it when it comes'],
  ],
  ["other", ['error 4:8 "/dev/ttyS0" is no character device, so it cannot be a serial line']],
] as const)("checkAll() says of a tty that is %s what that means", (kind, problems) => {
  expect(said(["serial /dev/ttyS0", "node alice bob"], { tty: () => kind })).toEqual([...problems]);
});

test("checkAll() says which of two ttys is missing", () => {
  const tty = (path: string) => (path.endsWith("1") ? "missing" : "tty");
  expect(said(["serial /dev/ttyS0 /dev/ttyS1", "node alice bob"], { tty })[0]).toStartWith(
    'warning 4:19 This host has no "/dev/ttyS1"',
  );
});

const three = /^warning .* 3 nodes are defined/;

test("checkAll() warns of nodes that no cable reaches, unless the ring or another medium does", () => {
  const nodes = "node alice bob carol";
  const fast = "baud 115200";
  const rest = (lines: readonly string[]) => said(lines).filter((line) => !three.test(line));
  expect(rest([fast, nodes, "serial /dev/ttyS0"])).toEqual([
    "warning 6:8 1 cable reaches at most so many of the 2 other nodes: the rest is never heard; " +
      'Write "serial_ring on" on every node, and lay the cables in a ring',
  ]);
  expect(rest([fast, nodes, "serial /dev/ttyS0 /dev/ttyS1"])).toEqual([]);
  expect(rest([fast, nodes, "serial /dev/ttyS0 /dev/ttyS1", "serial_ring on"])).toEqual([]);
  expect(rest([fast, nodes, "serial /dev/ttyS0", "bcast eth0"])).toEqual([]);
  expect(rest([fast, nodes, "serial /dev/ttyS0", "ping 10.0.0.9"]).length).toBe(1);
});

test("checkAll() says that a speed below the line is not the line's", () => {
  expect(said(["serial /dev/ttyS0", "baud 57600", "node alice bob"])).toEqual([
    'warning 5:6 "baud" stands below "serial": /dev/ttyS0 runs at 19200 baud, as with Heartbeat ' +
      '3.0.6; Move "baud" above "serial"',
  ]);
});

test("checkAll() takes one tty for one medium", () => {
  const lines = ["serial /dev/ttyS0", "ppp /dev/ttyS0 10.0.0.1:", "node alice bob"];
  expect(said(lines)).toEqual(['error 5:1 "/dev/ttyS0" is used twice: a cable carries one medium']);
});

test.each([
  // Two nodes at the standard speed: a quarter of the line.
  ["serial", 19_200, 2, false, 1_000, 0.23],
  ["serial", 9_600, 2, false, 1_000, 0.45],
  ["serial", 115_200, 2, false, 1_000, 0.05],
  ["serial", 19_200, 2, false, 200, 1.13],
  ["serial", 19_200, 3, true, 1_000, 0.78],
  ["serial", 115_200, 5, true, 1_000, 0.34],
  ["ppp", 19_200, 2, false, 1_000, 0.48],
] as const)(
  "shareOf() a %s line at %d baud with %d nodes, ring %p, keepalive %d ms is about %d",
  (kind, baud, count, ring, keepaliveMs, share) => {
    const nodes = ["alice", "bob", "carol", "dave", "erin"].slice(0, count);
    const traffic = { kind, baud, nodes, groups, keyring: sha1, ring };
    expect(shareOf(traffic, keepaliveMs)).toBeCloseTo(share, 2);
  },
);

test("bytesPerKeepalive() grows with nodes, groups, keys and speed, and a ring carries everybody", () => {
  const small = {
    kind: "serial",
    baud: 19_200,
    nodes: ["alice", "bob"],
    groups: [],
    keyring: crc,
    ring: false,
  } as const;
  const base = bytesPerKeepalive(small);
  expect(bytesPerKeepalive({ ...small, keyring: sha1 })).toBeGreaterThan(base);
  expect(bytesPerKeepalive({ ...small, groups })).toBeGreaterThan(base);
  expect(bytesPerKeepalive({ ...small, nodes: ["alice", "bob", "carol"] })).toBeGreaterThan(base);
  // A fast line carries the uuid and the load as well, twice: 36 + 37 bytes.
  expect(bytesPerKeepalive({ ...small, baud: 115_200 }) - base).toBe(2 * 73);
  expect(bytesPerKeepalive({ ...small, ring: true })).toBeGreaterThan(1.9 * base);
});

test.each([
  [
    ["baud 9600", "keepalive 500ms", "serial /dev/ttyS0"],
    "91 %",
    "Raise baud to 19200, or raise keepalive to 800 ms",
  ],
  [
    ["keepalive 200ms", "serial /dev/ttyS0"],
    "113 %",
    "Raise baud to 38400, or raise keepalive to 400 ms",
  ],
  [["keepalive 10ms", "baud 460800", "serial /dev/ttyS0"], "126 %", "Raise keepalive to 100 ms"],
] as const)("checkAll() warns of a line that is too full: %p", (lines, share, remedy) => {
  const [problem = "", ...others] = said([...lines, "node alice bob"]).filter((line) => {
    return line.includes("/dev/ttyS0");
  });
  expect(others).toEqual([]);
  expect(problem).toStartWith("warning ");
  expect(problem).toContain(`Heartbeats need ${share} of "/dev/ttyS0"`);
  expect(problem).toEndWith(`; ${remedy}`);
});

test("checkAll() names the very tty that is too full, in whichever dialect", () => {
  const lines = [
    "baud 9600",
    "ppp-udp /dev/ttyS1 10.0.0.1",
    "ppp /dev/ttyS2 10.1.0.1:10.1.0.2 115200",
    "node alice bob",
  ];
  const full = said(lines).filter((line) => line.includes("Heartbeats need"));
  expect(full.length).toBe(1);
  expect(full[0]).toStartWith("warning 5:9 ");
});
