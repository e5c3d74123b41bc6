// What Prometheus reads: its own text format, and every figure of a snapshot in it.

import { expect, test } from "bun:test";
import type { Snapshot } from "../../../src/core/snapshot.ts";
import { Count } from "../../../src/desk/statuspage/count.ts";
import { exposition } from "../../../src/desk/statuspage/exposition.ts";
import { counter, gauge, histogram } from "../../../src/desk/statuspage/metric.ts";
import { usageOf } from "../../../src/desk/statuspage/usage.ts";
import { event, snapshot } from "./sample.ts";

test("gauge() escapes what a label or a help text may not hold", () => {
  const family = { name: "hb_x", help: "One\\two\nlines." };
  const samples = [{ labels: { group: 'a"b\\c\nd' }, value: 0.5 }];
  expect(gauge(family, samples)).toBe(
    "# HELP hb_x One\\\\two\\nlines.\n# TYPE hb_x gauge\n" + 'hb_x{group="a\\"b\\\\c\\nd"} 0.5\n',
  );
});

test("counter() says nothing of a family that has no values", () => {
  expect(counter({ name: "hb_x_total", help: "X." }, [])).toBe("");
});

test("histogram() ends its buckets with all, and tells sum and count", () => {
  const family = { name: "hb_x_seconds", help: "X.", unit: "seconds" } as const;
  const buckets = [
    [0.1, 1],
    [1, 4],
  ] as const;
  expect(histogram(family, [{ buckets, count: 5, sum: 7.5 }])).toBe(
    `# HELP hb_x_seconds X.
# TYPE hb_x_seconds histogram
# UNIT hb_x_seconds seconds
hb_x_seconds_bucket{le="0.1"} 1
hb_x_seconds_bucket{le="1"} 4
hb_x_seconds_bucket{le="+Inf"} 5
hb_x_seconds_sum 7.5
hb_x_seconds_count 5
`,
  );
});

const alone = { routers: [], processes: [] };

/** What is exposed, without the lines that explain it. */
function values(count: Count, known: Snapshot | undefined): string[] {
  const usage = new Map([["desk", { cpuSeconds: 1.5, residentBytes: 4096, descriptors: 9 }]]);
  const text = exposition({
    version: "0.1",
    snapshot: known,
    carp: alone,
    count,
    usage,
    viewers: 2,
  });
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("exposition() has each figure of a snapshot", () => {
  const lines = values(new Count(), snapshot);
  const own = lines.filter((line) => !/^hb_(takeover|process)|_total.* 0$/.test(line));
  expect(own).toEqual([
    'hb_info{version="0.1"} 1',
    "hb_pulse_up 1",
    "hb_active 1",
    "hb_generation 3",
    'hb_node_up{node="alice"} 1',
    'hb_node_up{node="bob"} 0',
    'hb_node_state{node="alice",kind="hb",state="active"} 1',
    'hb_node_state{node="bob",kind="heartbeat",state="dead"} 1',
    'hb_ping_up{node="10.0.0.254"} 1',
    'hb_node_last_heard_seconds{node="bob"} 2.5',
    'hb_node_last_heard_seconds{node="10.0.0.254"} 0.04',
    'hb_link_up{node="alice",link="eth0",medium="bcast"} 1',
    'hb_link_up{node="bob",link="eth0",medium="bcast"} 0',
    'hb_link_up{node="10.0.0.254",link="10.0.0.254",medium="ping"} 1',
    'hb_link_last_packet_seconds{node="bob",link="eth0"} 61',
    'hb_link_last_packet_seconds{node="10.0.0.254",link="10.0.0.254"} 0.04',
    'hb_group_held_here{group="10.0.0.100"} 1',
    'hb_group_held_here{group="web"} 0',
    'hb_group_held{group="10.0.0.100"} 1',
    'hb_group_held{group="web"} 0',
    'hb_group_state{group="10.0.0.100",owner="alice",holder="alice",state="held"} 1',
    'hb_group_state{group="web",owner="bob",holder="",state="failed"} 1',
    'hb_router_master{router="eth0/7"} 1',
    'hb_router_state{router="eth0/7",state="master"} 1',
    'hb_router_other_master{router="eth0/7"} 0',
    'hb_router_adverts_sent_total{router="eth0/7"} 12',
    'hb_router_adverts_received_total{router="eth0/7"} 1',
    'hb_router_adverts_rejected_total{router="eth0/7",reason="digest"} 2',
    'hb_carp_processes{state="answering"} 0',
    'hb_carp_processes{state="mute"} 0',
    'hb_child_up{program="/usr/local/sbin/guard"} 1',
    'hb_child_restarts_total{program="/usr/local/sbin/guard"} 2',
    "hb_quorum 1",
    "hb_membership_agreed 1",
    "hb_membership_transition 4",
    'hb_membership_member{node="alice"} 1',
    'hb_membership_member{node="bob"} 0',
    'hb_packets_sent_total{link="eth0"} 11',
    'hb_packets_received_total{link="eth0"} 10',
    'hb_packets_rejected_total{link="eth0",reason="digest"} 1',
    'hb_messages_dropped_total{reason="replay"} 4',
    'hb_pulse_lateness_seconds_bucket{le="0.0005"} 2',
    'hb_pulse_lateness_seconds_bucket{le="0.005"} 3',
    'hb_pulse_lateness_seconds_bucket{le="+Inf"} 3',
    "hb_pulse_lateness_seconds_sum 0.0035",
    "hb_pulse_lateness_seconds_count 3",
    'hb_watchdog_timeout_seconds{device="/dev/watchdog"} 10',
    "hb_status_viewers 2",
  ]);
});

test("exposition() has counters before they count, so that the first of anything is an increase", () => {
  const count = new Count();
  count.hear(event("dead", { level: "warn", peer: "bob" }));
  count.hear(event("group", { group: "web", act: "take", outcome: "failed", tookMs: 5 }));
  const [alice, bob, ping] = snapshot.nodes;
  if (alice === undefined || bob === undefined || ping === undefined) throw new Error("No nodes");
  const nodes = [alice, bob, { ...bob, name: "carol" }, ping];
  const packets = ["eth0", ping.name].map((link) => ({ link, received: 1, sent: 1, rejected: {} }));
  const lines = values(count, { ...snapshot, nodes, pulse: { ...snapshot.pulse, packets } });
  expect(
    lines.filter((line) => /^hb_(heartbeats|packets_[mr].*ed_total|node_d|takeovers)/.test(line)),
  ).toEqual([
    'hb_packets_received_total{link="eth0"} 1',
    'hb_packets_received_total{link="10.0.0.254"} 1',
    'hb_packets_rejected_total{link="eth0",reason="empty"} 0',
    'hb_packets_rejected_total{link="eth0",reason="too-large"} 0',
    'hb_packets_rejected_total{link="eth0",reason="syntax"} 0',
    'hb_packets_rejected_total{link="eth0",reason="unsigned"} 0',
    'hb_packets_rejected_total{link="eth0",reason="unknown-key"} 0',
    'hb_packets_rejected_total{link="eth0",reason="signature"} 0',
    'hb_heartbeats_late_total{node="bob"} 0',
    'hb_heartbeats_late_total{node="carol"} 0',
    'hb_packets_missed_total{node="bob"} 0',
    'hb_packets_missed_total{node="carol"} 0',
    'hb_node_deaths_total{node="bob"} 1',
    'hb_node_deaths_total{node="carol"} 0',
    'hb_takeovers_total{group="web",outcome="failed"} 1',
    'hb_takeovers_total{group="10.0.0.100",outcome="held"} 0',
    'hb_takeovers_total{group="10.0.0.100",outcome="failed"} 0',
    'hb_takeovers_total{group="web",outcome="held"} 0',
  ]);
});

test("exposition() has no number of a membership before there is one, and nothing of it without membership on", () => {
  const of = (known: Snapshot) =>
    values(new Count(), known).filter((line) => /^hb_(quorum|membership)/.test(line));
  const { membership, ...without } = snapshot;
  expect(membership).toBeDefined();
  expect(of(without)).toEqual([]);
  expect(of({ ...snapshot, membership: { state: "VERSION_REQUEST", members: [] } })).toEqual([
    "hb_quorum 0",
    "hb_membership_agreed 0",
    'hb_membership_member{node="alice"} 0',
    'hb_membership_member{node="bob"} 0',
  ]);
});

test("exposition() tells which hb nodes do not hear this one", () => {
  const [alice, bob] = snapshot.nodes;
  if (alice === undefined || bob === undefined) throw new Error("The sample has no nodes");
  const carol = { ...bob, name: "carol", kind: "hb", deaf: true } as const;
  const lines = values(new Count(), {
    ...snapshot,
    nodes: [alice, bob, carol, { ...alice, name: "dave" }],
  });
  expect(lines.filter((line) => line.startsWith("hb_node_deaf"))).toEqual([
    'hb_node_deaf{node="carol"} 1',
    'hb_node_deaf{node="dave"} 0',
  ]);
});

test("exposition() of a pulse that gives no answer still has the desk's own", () => {
  const lines = values(new Count(), undefined);
  expect(lines).toContain("hb_pulse_up 0");
  expect(lines).toContain('hb_process_open_fds{process="desk"} 9');
  expect(lines.filter((line) => /^hb_(node|group|packets)/.test(line))).toEqual([]);
});

test("exposition() has routers of other processes too, and of one name one value", () => {
  const [router] = snapshot.routers;
  if (router === undefined) throw new Error("The sample has no router");
  const other = { ...router, name: "eth0/8", vhid: 8, state: "backup", pid: 42 } as const;
  const text = exposition({
    version: "0.1",
    snapshot: undefined,
    carp: {
      routers: [router, { ...other, state: "master" }, other],
      processes: [{ pid: 42 }, { pid: 43 }, { pid: 44, trouble: "no answer" }],
    },
    count: new Count(),
    usage: new Map(),
    viewers: 0,
  });
  expect(text.split("\n").filter((line) => /^hb_(router_(master|state)|carp)/.test(line))).toEqual([
    'hb_router_master{router="eth0/7"} 1',
    'hb_router_master{router="eth0/8"} 1',
    'hb_router_state{router="eth0/7",state="master"} 1',
    'hb_router_state{router="eth0/8",state="master"} 1',
    'hb_carp_processes{state="answering"} 2',
    'hb_carp_processes{state="mute"} 1',
  ]);
});

test("exposition() says of every family what it is, once", () => {
  const text = exposition({
    version: "0.1",
    snapshot,
    carp: alone,
    count: new Count(),
    usage: new Map(),
    viewers: 0,
  });
  const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name]) => name);
  const helped = [...text.matchAll(/^# HELP (\S+) \S.*\.$/gm)].map(([, name]) => name);
  expect(helped).toEqual(families);
  expect(new Set(families).size).toBe(families.length);
});

test("Count counts events, late heartbeats, lost packets, deaths and takeovers", () => {
  const count = new Count();
  count.hear(event("late", { level: "warn", peer: "bob" }));
  count.hear(event("loss", { level: "warn", peer: "bob", lost: 3 }));
  count.hear(event("loss", { level: "warn", peer: "bob", lost: 1 }));
  count.hear(event("dead", { level: "warn", peer: "bob" }));
  count.hear(event("group", { group: "web", act: "take", outcome: "held", tookMs: 250 }));
  count.hear(event("group", { group: "web", act: "take", outcome: "failed", tookMs: 9_000 }));
  count.hear(event("group", { group: "web", act: "give", outcome: "idle", tookMs: 5 }));
  const lines = values(count, snapshot);
  for (const line of [
    'hb_events_total{kind="loss",level="warn"} 2',
    'hb_events_total{kind="group",level="info"} 3',
    'hb_heartbeats_late_total{node="bob"} 1',
    'hb_packets_missed_total{node="bob"} 4',
    'hb_node_deaths_total{node="bob"} 1',
    'hb_takeovers_total{group="web",outcome="held"} 1',
    'hb_takeovers_total{group="web",outcome="failed"} 1',
    'hb_takeover_duration_seconds_bucket{le="0.1"} 0',
    'hb_takeover_duration_seconds_bucket{le="0.25"} 1',
    "hb_takeover_duration_seconds_count 1",
  ]) {
    expect(lines).toContain(line);
  }
});

test("Count keeps a bounded number of rows, whatever names the network has", () => {
  const count = new Count();
  for (let n = 0; n < 5_000; n += 1) count.hear(event("dead", { peer: `node${n}` }));
  expect(count.deaths.length).toBe(1_000);
});

test("usageOf() tells of this process what the system does, and nothing of none", () => {
  const { cpuSeconds, residentBytes, descriptors } = usageOf(process.pid) ?? {};
  const { user, system } = process.cpuUsage();
  expect(cpuSeconds).toBeGreaterThan((user + system) / 1e6 - 1);
  expect(residentBytes).toBeGreaterThan(10_000_000);
  expect(descriptors).toBeGreaterThan(2);
  expect(usageOf(2 ** 22 + 1)).toBeUndefined();
});
