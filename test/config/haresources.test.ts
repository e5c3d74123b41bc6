import { expect, test } from "bun:test";
import { parseHaresources } from "../../src/config/haresources.ts";
import type { Resource } from "../../src/config/resource.ts";

const file = "/etc/ha.d/haresources";

function said(text: string): string[] {
  return parseHaresources(text, file).problems.map(
    ({ level, line, column, message }) => `${level} ${line}:${column} ${message}`,
  );
}

function words(text: string): string[] {
  const { groups } = parseHaresources(text, file);
  return groups.map(({ owner, resources }) => [owner, ...resources.map((r) => r.word)].join(" "));
}

const address = { kind: "address", agent: "IPaddr", family: 4, address: "10.0.0.1" } as const;
const v6 = { kind: "address", agent: "IPv6addr", family: 6 } as const;

type Wordless<Kind> = Kind extends Resource ? Omit<Kind, "word"> : never;

const resources: readonly (readonly [string, Wordless<Resource>])[] = [
  ["10.0.0.1", address],
  ["10.0.0.1/24", { ...address, prefix: 24 }],
  ["10.0.0.1/255.255.255.0", { ...address, prefix: 24 }],
  ["10.0.0.1/24/eth0", { ...address, prefix: 24, device: "eth0" }],
  ["10.0.0.1/24/eth0:3", { ...address, prefix: 24, device: "eth0", label: "eth0:3" }],
  [
    "10.0.0.1/24/eth0/10.0.0.255",
    { ...address, prefix: 24, device: "eth0", broadcast: "10.0.0.255" },
  ],
  ["10.0.0.1/24/10.0.0.255", { ...address, prefix: 24, broadcast: "10.0.0.255" }],
  ["IPaddr::10.0.0.1", address],
  ["IPaddr2::10.0.0.1/24/eth0", { ...address, agent: "IPaddr2", prefix: 24, device: "eth0" }],
  ["2001:db8::5", { ...v6, address: "2001:db8::5" }],
  ["2001:DB8:0:0:0:0:0:5/64/eth0", { ...v6, address: "2001:db8::5", prefix: 64, device: "eth0" }],
  ["fd00::1", { ...v6, address: "fd00::1" }],
  ["fe80::1/64/eth0", { ...v6, address: "fe80::1", prefix: 64, device: "eth0" }],
  ["IPv6addr::2001:db8:0:0:0:0:0:5", { ...v6, address: "2001:db8::5" }],
  ["IPv6addr::2001:db8::5/64", { ...v6, address: "2001:db8::5", prefix: 64 }],
  ["IPsrcaddr::10.0.0.1", { kind: "srcaddr", address: "10.0.0.1" }],
  ["SendArp::10.0.0.1/eth0", { kind: "sendarp", address: "10.0.0.1", device: "eth0" }],
  ["apache", { kind: "script", style: "heartbeat", name: "apache", args: [] }],
  [
    "Filesystem::/dev/sda1::/srv::ext4",
    { kind: "script", style: "heartbeat", name: "Filesystem", args: ["/dev/sda1", "/srv", "ext4"] },
  ],
  ["face::cafe", { kind: "script", style: "heartbeat", name: "face", args: ["cafe"] }],
  ["OCF::apache::web1", { kind: "script", style: "ocf", name: "apache", args: ["web1"] }],
  ["ocf:heartbeat:Dummy", { kind: "script", style: "ocf", name: "heartbeat:Dummy", args: [] }],
  [
    "ocf:heartbeat:Dummy::state=/run/x::fake=a=b",
    {
      kind: "script",
      style: "ocf",
      name: "heartbeat:Dummy",
      args: ["state=/run/x", "fake=a=b"],
    },
  ],
  ["systemd:nginx", { kind: "script", style: "systemd", name: "nginx", args: [] }],
  [
    "systemd:getty@tty1.service",
    { kind: "script", style: "systemd", name: "getty@tty1.service", args: [] },
  ],
];

test.each(resources)("parseHaresources() understands the word %s", (word, expected) => {
  const { groups, problems } = parseHaresources(`alice ${word}\n`, file);
  expect(problems).toEqual([]);
  const resource = { word, ...expected } as Resource;
  expect(groups).toEqual([{ key: word, owner: "alice", resources: [resource] }]);
});

test.each([
  ["10.0.0.300", 'Not an IPv4 address: "10.0.0.300"'],
  ["10.0.0.01", 'Not an IPv4 address: "10.0.0.01"'],
  ["10.0.0.1/33", 'The prefix must be a whole number from 1 to 32: "33" is not'],
  ["10.0.0.1/255.0.255.0", 'The prefix must be a whole number from 1 to 32: "255.0.255.0" is not'],
  ["10.0.0.1/", 'The prefix must be a whole number from 1 to 32: "" is not'],
  ["10.0.0.1/24/abcdefghijklmnop", 'Not a network interface or label: "abcdefghijklmnop"'],
  ["10.0.0.1/24/eth0:", 'Not a network interface or label: "eth0:"'],
  ["10.0.0.1/24/eth0/all", 'The broadcast address must be an IPv4 address: "all" is none'],
  ["10.0.0.1/24/eth0/10.0.0.255/x", 'Spare part in "10.0.0.1/24/eth0/10.0.0.255/x": "x"'],
  ["IPaddr", '"IPaddr" is not complete'],
  ["IPaddr2::x", 'Not an IPv4 address: "x"'],
  ["IPaddr::10.0.0.1::x", 'Not an IPv4 address: "10.0.0.1::x"'],
  ["fe80::1", 'A link-local address needs its device: "fe80::1" names none'],
  ["2001:db8::1/129", 'The prefix must be a whole number from 1 to 128: "129" is not'],
  ["2001:db8::1/64/eth0/x", 'Spare part in "2001:db8::1/64/eth0/x": "x"'],
  ["IPv6addr::10.0.0.1", 'Not an IPv6 address: "10.0.0.1"'],
  ["IPv6addr", '"IPv6addr" is not complete'],
  ["IPsrcaddr", '"IPsrcaddr" is not complete'],
  ["SendArp::x/eth0", 'Not an IPv4 address: "x"'],
  ["OCF::apache", '"OCF::apache" is not complete'],
  ["OCF::a/b::c", '"OCF::a/b::c" is not complete'],
  ["ocf:heartbeat", '"ocf:heartbeat" is not complete'],
  ["ocf:heartbeat:Dummy::x", 'An argument of an OCF agent must be NAME=VALUE: "x" is not'],
  ["systemd:", '"systemd:" is not complete'],
  ["/etc/init.d/apache", 'Not a resource: "/etc/init.d/apache"'],
  ["..::x", 'Not a resource: "..::x"'],
  ["::x", 'Not a resource: "::x"'],
])("parseHaresources() refuses the word %s", (word, message) => {
  expect(said(`alice ${word}`)).toEqual([`error 1:7 ${message}`]);
});

test("parseHaresources() reads lines as the shell scripts do", () => {
  const text = [
    "# comment \\",
    "Alice\t10.0.0.1   apache # web",
    "",
    "bob 10.0.\\",
    "0.2 \\",
    "  mail\\",
    "",
    "  carol\tx#y",
  ].join("\n");
  expect(said(text)).toEqual([]);
  expect(words(text)).toEqual(["alice 10.0.0.1 apache", "bob 10.0.0.2 mail", "carol x"]);
});

test("parseHaresources() places a word of a joined line where it stands", () => {
  expect(said("bob a \\\n  10.0.0.300 \\\n b/c\n")).toEqual([
    'error 2:3 Not an IPv4 address: "10.0.0.300"',
    'error 3:2 Not a resource: "b/c"',
  ]);
});

test.each([
  ["alice", 'warning 1:1 "alice" has no resource: the line has no effect'],
  ["alice x\nbob x", 'error 2:5 Two groups begin with "x": line 1 is the other'],
  ["alice 10.0.0.1\nbob x 10.0.0.1/24", "error 2:7 Address 10.0.0.1 is given twice: line 1 has it"],
  ["alice x y\nbob y", 'warning 2:5 Group "y" is also a resource of group "x"'],
  ["alice x \\ ", 'error 1:9 The "\\" joins nothing: it is not the last character of its line'],
  [
    "alice x\\\nlonger\\ ",
    'error 1:7 The "\\" joins nothing: it is not the last character of its line',
  ],
  [
    "alice x y\\ # z",
    'error 1:10 The "\\" joins nothing: it is not the last character of its line',
  ],
  ["alice x\\", 'warning 1:8 Nothing follows the "\\" at the end of the file'],
])("parseHaresources() says about %j: %s", (text, message) => {
  expect(said(text)).toContain(message);
});

test("parseHaresources() keeps a group's other resources when one is wrong", () => {
  expect(words("alice 10.0.0.300 10.0.0.1 10.0.0.1")).toEqual(["alice 10.0.0.1 10.0.0.1"]);
});

test("parseHaresources() reads a word as long as a file once, and not for each of its dots and digits", () => {
  const word = `239.0.0.1${"fd00::1/64".repeat(6_000)}`;
  expect(said(`alice ${word}`)).toEqual(['error 1:7 Not an IPv4 address: "239.0.0.1fd00::1"']);
});
