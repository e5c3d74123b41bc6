import { expect, test } from "bun:test";
import type { Problem } from "../../../src/config/problem.ts";
import { judgeAgent } from "../../../src/desk/doctor/check/agent.ts";
import { judgeConfiguration } from "../../../src/desk/doctor/check/configuration.ts";
import { judgeDevice } from "../../../src/desk/doctor/check/device.ts";
import { judgeFirewall } from "../../../src/desk/doctor/check/firewall.ts";
import { judgeMulticast } from "../../../src/desk/doctor/check/multicast.ts";
import { judgeName } from "../../../src/desk/doctor/check/name.ts";
import { judgePeers } from "../../../src/desk/doctor/check/peer.ts";
import { judgePort } from "../../../src/desk/doctor/check/port.ts";
import { judgePrivilege } from "../../../src/desk/doctor/check/privilege.ts";
import { judgeRejected } from "../../../src/desk/doctor/check/rejected.ts";
import { judgeScripts } from "../../../src/desk/doctor/check/script.ts";
import { judgeSecret } from "../../../src/desk/doctor/check/secret.ts";
import { judgeWatchdog } from "../../../src/desk/doctor/check/watchdog.ts";
import type { Finding } from "../../../src/desk/doctor/finding.ts";

/** "fail: text → remedy" for each finding. */
function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ level, text, fix, hint }) => {
    const remedy = fix === undefined ? hint : `$ ${fix}`;
    return remedy === undefined ? `${level}: ${text}` : `${level}: ${text} → ${remedy}`;
  });
}

const run = "/run/heartbeat";

test.each([
  [{ found: "running", state: "active" }, "ok: It runs and is a full member"],
  [{ found: "running", state: "init" }, "warn: It runs, but is init → hb status"],
  [
    { found: "absent", hasUnit: true },
    `fail: It does not run with ${run}: nothing can be asked of it → $ systemctl start hb`,
  ],
  [
    { found: "forbidden" },
    "warn: Only root and its socket's group may ask it: what it knows is not looked at → $ sudo hb doctor",
  ],
  [
    { found: "silent", reason: "no answer", hasUnit: true },
    "fail: It does not answer: no answer → $ systemctl restart hb",
  ],
] as const)("judgeAgent() of %j says %s", (facts, said) => {
  expect(lines(judgeAgent({ run, hasUnit: false, ...facts }))).toEqual([said]);
});

const problem = { file: "/etc/ha.d/ha.cf", line: 3, column: 1, message: "It is wrong" };

test.each([
  [[], 'ok: The files have no problems, this node is "alice"'],
  [["warning"], "warn: /etc/ha.d/ha.cf:3: It is wrong → hb check"],
  [["warning", "error", "error"], "fail: /etc/ha.d/ha.cf:3: It is wrong, and 1 more → hb check"],
] as const)("judgeConfiguration() of %j says %s", (levels, said) => {
  const problems = levels.map((level) => ({ ...problem, level }));
  expect(lines(judgeConfiguration({ problems, self: "alice", dir: "/etc/ha.d" }))).toEqual([said]);
});

test("judgeConfiguration() looks at no file that this user may not read, and says so", () => {
  const message = "Cannot read the file: EACCES: permission denied, open '/k'";
  const secret = {
    file: "/etc/ha.d/authkeys",
    line: 0,
    column: 0,
    level: "error",
    message,
  } as const;
  const judge = (...problems: Problem[]) =>
    lines(judgeConfiguration({ problems, self: "alice", dir: "/etc/ha.d" }));
  expect(judge({ ...problem, level: "warning" }, secret)).toEqual([
    "warn: This user may not read /etc/ha.d/authkeys: not looked at → $ sudo hb doctor",
  ]);
  expect(judge({ ...problem, level: "error" }, secret)).toEqual([
    "fail: /etc/ha.d/ha.cf:3: It is wrong → hb check",
  ]);
});

test.each([
  [{ mode: 0o600, uid: 0 }, ["ok: /k is for root alone, mode 600"]],
  [{ mode: 0o400, uid: 0 }, ["ok: /k is for root alone, mode 400"]],
  [{ mode: 0o640, uid: 0 }, ["fail: Others may read /k: its mode is 640 → $ chmod 600 /k"]],
  [{ mode: 0o602, uid: 0 }, ["fail: Others may change /k: its mode is 602 → $ chmod 600 /k"]],
  [{ mode: 0o600, uid: 7 }, ["fail: /k belongs to user 7, not to root → $ chown root /k"]],
  [{ mode: 0o600, uid: 7, agent: 7 }, ["ok: /k is for user 7 alone, mode 600"]],
  [{ kind: "directory", mode: 0o755, uid: 0 }, []],
  [
    { kind: "directory", mode: 0o1777, uid: 0 },
    ["fail: Others may change /k: its mode is 1777 → $ chmod go-w /k"],
  ],
  [{}, []],
] as const)("judgeSecret() of %j says %j", (facts, said) => {
  expect(lines(judgeSecret({ path: "/k", kind: "file", agent: 0, ...facts }))).toEqual([...said]);
});

const link = {
  isUp: true,
  isRunning: true,
  hasBroadcast: true,
  hasMulticast: true,
  hasNoArp: false,
  mtu: 1500,
  ipv4: "10.0.0.1",
};
const { ipv4, ...addressless } = link;

test.each([
  [link, `ok: eth1 is up with ${ipv4}, MTU 1500`],
  [undefined, 'fail: There is no eth1 → Correct the name: "ip link" shows what is there'],
  [{ ...link, isUp: false }, "fail: eth1 is down → $ ip link set eth1 up"],
  [
    { ...link, isRunning: false },
    "fail: eth1 has no carrier → Look at the cable and the switch: ethtool eth1",
  ],
  [
    { ...link, hasBroadcast: false },
    'fail: eth1 cannot broadcast, as bcast needs it → It joins two ends only: send to the other one, "ucast" in ha.cf',
  ],
  [
    { ...link, hasMulticast: false },
    "fail: eth1 does no multicast, as mcast needs it → $ ip link set eth1 multicast on",
  ],
  [
    { ...link, hasNoArp: true },
    "fail: eth1 does no ARP: nobody learns where an address has gone → $ ip link set eth1 arp on",
  ],
  [
    addressless,
    "fail: eth1 has no IPv4 address to send from → ip address add ADDRESS/PREFIX dev eth1",
  ],
  [
    { ...link, mtu: 576 },
    "warn: eth1 has an MTU of 576, which is less than the 1280 of IPv6 → $ ip link set eth1 mtu 1500",
  ],
] as const)("judgeDevice() of %j says %s", (state, said) => {
  const needs = { broadcast: "bcast", multicast: "mcast", arp: true, ipv4: true };
  expect(lines(judgeDevice({ device: "eth1", needs, ...(state && { link: state }) }))).toEqual([
    said,
  ]);
});

test("judgeDevice() wants of an interface only what its media need", () => {
  const needs = { arp: false, ipv4: false };
  const bare = { ...addressless, hasBroadcast: false, hasMulticast: false, hasNoArp: true };
  expect(lines(judgeDevice({ device: "tun0", needs, link: bare }))).toEqual([
    "ok: tun0 is up, MTU 1500",
  ]);
});

const socat = { pid: 7, name: "socat" };

test.each([
  [{}, "ok: udp 694 is free"],
  [{ isAgentRunning: true }, "ok: udp 694 is the agent's alone"],
  [{ others: [socat] }, "fail: socat (pid 7) holds udp 694, which is for heartbeats → $ kill 7"],
  [
    { others: [{ ...socat, unit: "x.service" }], isAgentRunning: true },
    "fail: socat (pid 7) holds udp 694, which is for heartbeats → $ systemctl disable --now x.service",
  ],
  [{ unseen: 1 }, "warn: Who holds udp 694 cannot be seen → $ sudo ss -unlp sport = :694"],
] as const)("judgePort() of %j says %s", (facts, said) => {
  const nobody = { port: 694, others: [], unseen: 0, isAgentRunning: false };
  expect(lines(judgePort({ ...nobody, ...facts }))).toEqual([said]);
});

const dropped = {
  way: "in",
  device: "eth0",
  protocol: "udp",
  port: 694,
  family: 4,
  keeper: "nft",
  judgement: {
    verdict: "drop",
    where: { family: "inet", table: "f", chain: "sub", base: "in", rule: "udp dport 694 drop" },
  },
} as const;
const drops = 'fail: inet f sub drops udp 694 from eth0 by "udp dport 694 drop"';

test.each([
  [{}, `${drops} → $ nft insert rule inet f in iifname eth0 udp dport 694 accept`],
  [{ keeper: "ufw" }, `${drops} → $ ufw allow in on eth0 to any port 694 proto udp`],
  [
    { keeper: "firewalld" },
    `${drops} → $ firewall-cmd --permanent --add-port=694/udp && firewall-cmd --reload`,
  ],
  [
    { keeper: "iptables", family: 6 },
    `${drops} → $ ip6tables -t f -I in -i eth0 -p udp --dport 694 -j ACCEPT`,
  ],
  [{ judgement: { verdict: "accept" } }, "ok: No rule that can be read drops heartbeats"],
  [
    { protocol: "carp", judgement: { verdict: "accept" } },
    "ok: No rule that can be read drops adverts",
  ],
  [
    { protocol: "carp", way: "out" },
    'fail: inet f sub drops adverts (protocol 112) to eth0 by "udp dport 694 drop" → ' +
      "$ nft insert rule inet f in oifname eth0 meta l4proto 112 accept",
  ],
  [
    { protocol: "carp", keeper: "iptables" },
    'fail: inet f sub drops adverts (protocol 112) from eth0 by "udp dport 694 drop" → ' +
      "$ iptables -t f -I in -i eth0 -p 112 -j ACCEPT",
  ],
  [
    { protocol: "carp", keeper: "ufw" },
    'fail: inet f sub drops adverts (protocol 112) from eth0 by "udp dport 694 drop" → ' +
      "Let protocol 112 through in the rules of this host's firewall",
  ],
] as const)("judgeFirewall() of %j says %s", (change, said) => {
  expect(lines(judgeFirewall([{ ...dropped, ...change }], undefined))).toEqual([said]);
});

test("judgeFirewall() says once what two media find, and what could not be read", () => {
  const said = lines(judgeFirewall([dropped, dropped], "nft: Operation not permitted"));
  expect(said.length).toBe(2);
  expect(said[1]).toBe(
    "warn: Its rules cannot be read: nft: Operation not permitted → $ sudo hb doctor",
  );
});

const group = { device: "eth1", group: "239.0.0.1", isJoined: true, heard: [], missed: [] };

test.each([
  [{ heard: ["bob"] }, "ok: 239.0.0.1 arrives on eth1 from bob"],
  [{}, "warn: 239.0.0.1 is joined on eth1, but nobody is heard there"],
  [
    { isJoined: false },
    'fail: The agent has not joined 239.0.0.1 on eth1 → Look at the interface above, and at "hb events"',
  ],
  [
    { heard: ["bob"], missed: ["carol"] },
    "fail: 239.0.0.1 does not arrive on eth1 from carol, heard another way → " +
      'Switches with IGMP snooping need a querier; or "ucast eth1 ADDRESS" in ha.cf',
  ],
] as const)("judgeMulticast() of %j says %s", (change, said) => {
  expect(lines(judgeMulticast({ ...group, ...change }))).toEqual([said]);
});

const nobodyElse = { self: "alice", clones: 0, clonesNow: 0, uuidFile: "/u" };
const otherName = "On the other host: hostnamectl set-hostname ANOTHER && systemctl restart hb";

test.each([
  [{}, 'ok: Nobody else calls himself "alice"'],
  [{ clonesNow: 2 }, `fail: Another host calls itself alice, or has its uuid → ${otherName}`],
  [
    {
      clones: 2,
      clonesNow: 2,
      said: "Another host calls itself alice: a message has another uuid",
    },
    `warn: Another host calls itself alice: a message has another uuid (some time ago) → ${otherName}`,
  ],
  [
    { clonesNow: 2, said: "bob has the uuid of this node: one was cloned from the other" },
    "fail: bob has the uuid of this node: one was cloned from the other → " +
      "On the host that is the copy: rm /u && systemctl restart hb",
  ],
])("judgeName() of %j says %s", (change, said) => {
  expect(lines(judgeName({ ...nobodyElse, ...change }))).toEqual([said]);
});

test.each([
  [{}, {}, "ok: None was rejected"],
  [{ old: 3 }, { old: 4, duplicate: 9, clone: 1 }, "ok: None was rejected"],
  [
    { signature: 3 },
    { signature: 4 },
    "fail: 4 packets of eth0 rejected: signature, and it goes on → $ hb check --diff all",
  ],
  [
    { "unknown-key": 3 },
    { "unknown-key": 3 },
    "warn: 3 packets of eth0 rejected: unknown-key, not now → $ hb check --diff all",
  ],
  [
    {},
    { syntax: 1 },
    "fail: 1 packet of eth0 rejected: syntax, and it goes on → hb events says when, and from where",
  ],
])("judgeRejected() of %j, then %j, says %s", (before, now, said) => {
  expect(lines(judgeRejected([{ what: "eth0", before, now } as never]))).toEqual([said]);
});

const linked = { name: "eth0", medium: "bcast", state: "up" } as const;
const bob = { name: "bob", state: "active", kind: "hb", lastHeardMs: 100, links: [linked] };

test.each([
  [bob, "ok: Heard on every link: bob"],
  [
    { ...bob, state: "dead", lastHeardMs: 61_000 },
    "fail: bob is silent since 61 s → On bob: hb doctor",
  ],
  [
    { ...bob, links: [linked, { ...linked, name: "eth1", state: "dead" as const }] },
    "fail: bob is not heard on eth1, but on another link → On bob: hb doctor",
  ],
  [{ ...bob, state: "left" }, "warn: bob has left the cluster → On bob: systemctl start hb"],
  [
    { name: "10.0.0.9", state: "dead", kind: "ping", links: [] },
    "fail: 10.0.0.9 was never heard → ping 10.0.0.9",
  ],
  [
    { ...bob, deaf: true as const },
    "fail: bob is heard, but does not hear this node → " +
      "On bob: hb doctor; on the way there: what lets packets pass one way only",
  ],
])("judgePeers() of %j says %s", (node, said) => {
  const facts = { self: "alice", deadtimeMs: 5_000, nodes: [{ ...bob, name: "alice" }, node] };
  expect(lines(judgePeers(facts))).toEqual([said]);
});

const capable = {
  effective: "000001ffffffffff",
  isAgent: true,
  missing: [],
  holdsAddresses: true,
  port: 694,
  hasUnit: false,
};

test.each([
  [{}, "ok: The agent has what it needs"],
  [{ isAgent: false }, "ok: Who asks has what an agent needs"],
  [
    { effective: "0000000000002000", port: 6_940, holdsAddresses: false },
    "ok: The agent has what it needs",
  ],
  [
    { effective: "0000000000002000" },
    "fail: The agent has no CAP_NET_BIND_SERVICE, CAP_NET_ADMIN → " +
      "Start it as root; of a container, with these capabilities",
  ],
  [
    { effective: "0000000000000000", isAgent: false, port: 6_940, holdsAddresses: false },
    "warn: Who asks has no CAP_NET_RAW → $ sudo hb doctor",
  ],
  [
    { missing: ["No realtime priority: EPERM"] },
    "warn: No realtime priority: EPERM → Start it with CAP_SYS_NICE and CAP_IPC_LOCK, or as root",
  ],
])("judgePrivilege() of %j says %s", (change, said) => {
  expect(lines(judgePrivilege({ ...capable, ...change }))).toEqual([said]);
});

test.each([
  [[], ["ok: haresources names none"]],
  [
    [{ name: "apache2", style: "systemd" }],
    ["ok: 1 agent can be run, and hb alone starts what they start"],
  ],
  [
    [{ name: "x", style: "heartbeat", missing: "No executable script", asleep: "/etc/init.d/x" }],
    ["fail: /etc/init.d/x is not executable → $ chmod +x /etc/init.d/x"],
  ],
  [
    [
      { name: "y", style: "heartbeat", file: "/y" },
      { name: "x", style: "heartbeat", missing: 'No executable script "x" in /a or /b' },
      { name: "z", style: "systemd", disable: "systemctl disable z" },
    ],
    [
      'fail: No executable script "x" in /a or /b → Install it, or correct its name in haresources',
      "warn: This host starts z at boot, wherever its group is then → $ systemctl disable z",
    ],
  ],
] as const)("judgeScripts() of %j says %j", (scripts, said) => {
  expect(lines(judgeScripts(scripts))).toEqual([...said]);
});

const dog = { device: "/dev/watchdog", isThere: true };
const view = { device: "/dev/watchdog", timeoutS: 12, identity: "Software Watchdog" };

test.each([
  [{ isThere: false }, "ok: ha.cf names none: a host that hangs is not reset"],
  [{ ...dog, isThere: false }, "fail: There is no /dev/watchdog → $ modprobe softdog"],
  [dog, "ok: /dev/watchdog is there"],
  [{ ...dog, view }, "ok: /dev/watchdog (Software Watchdog) resets this host after 12 s"],
  [
    { ...dog, view: { ...view, nowayout: true } },
    "warn: /dev/watchdog cannot be stopped: leaving the cluster resets this host → " +
      "Load its module with nowayout=0",
  ],
  [
    { ...dog, view: { device: "/dev/watchdog", trouble: "Cannot open: EBUSY, in use" } },
    "fail: It does not watch: Cannot open: EBUSY, in use → Does systemd hold it? " +
      '"RuntimeWatchdogSec=off" in /etc/systemd/system.conf gives it back',
  ],
])("judgeWatchdog() of %j says %s", (facts, said) => {
  expect(lines(judgeWatchdog(facts))).toEqual([said]);
});
