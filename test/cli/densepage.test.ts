// What `hb status --watch` shows where the whole page does not fit.

import { expect, test } from "bun:test";
import { denseParts } from "../../src/cli/densepage.ts";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { ordinarySnapshot } from "../ordinarysnapshot.ts";

const plain = (_style: unknown, text: string) => text;
const page = (snapshot: Snapshot, columns = 80) =>
  denseParts(snapshot, plain, columns).join("\n\n");

test("denseParts() tells what is well in a line: a node with its links, a group with its reason", () => {
  expect(page(ordinarySnapshot())).toBe(`alice is active, holds its own groups

Nodes
  ●  alice  active  hb  this node         eth0, eth1
  ●  bob    active  hb  heard 413 ms ago  eth0 413 ms, eth1 413 ms

Groups
  ●  10.77.0.100/24/eth0  alice  its owner  held here  this node is its owner
  ●  10.77.0.101/24/eth0  bob    its owner             bob is its owner

Virtual routers
  ○  eth0/42  backup  for 4.3 s  10.77.0.200  takeover in 2.5 s
              it has just started; heard 10.77.0.12 459 ms ago

Pulse late by: last 0.11 ms, p99 0.63 ms, worst 0.63 ms`);
});

test("denseParts() leaves a link that is not up its own line, with its medium and its last packet", () => {
  const [alice, bob] = ordinarySnapshot().nodes;
  if (alice === undefined || bob === undefined) throw new Error("No nodes");
  const cable = { name: "/dev/ttyS0", medium: "serial", state: "up" } as const;
  const links = bob.links.map((link) =>
    link.name === "eth1" ? { ...link, state: "dead" as const } : link,
  );
  const echo = { name: "10.77.0.254", medium: "ping", state: "up" } as const;
  const nodes = [
    alice,
    { ...bob, links: [...links, cable] },
    { name: "10.77.0.254", state: "ping", kind: "ping", lastHeardMs: 30, links: [echo] },
  ];
  expect(page(ordinarySnapshot({ nodes }))).toContain(`Nodes
  ●  alice        active  hb    this node         eth0, eth1
  ●  bob          active  hb    heard 413 ms ago  eth0 413 ms, ttyS0
  ○               dead    bcast eth1, last packet 413 ms ago
  ●  10.77.0.254  ping    ping  heard 30 ms ago
`);
});

test("denseParts() shows a group that is not well whole, and before the others", () => {
  const [first, second] = ordinarySnapshot().groups;
  if (first === undefined || second === undefined) throw new Error("No groups");
  const failed = { ...second, holder: null, state: "failed", why: "mail start failed: exit 1" };
  expect(page(ordinarySnapshot({ groups: [first, failed] }))).toContain(`Groups
  ○  10.77.0.101/24/eth0  nobody  for bob    failed here  mail
                          mail start failed: exit 1
  ●  10.77.0.100/24/eth0  alice   its owner  held here    this node is its owner
`);
});

test("denseParts() gives a reason that does not fit behind its group a line below it", () => {
  const [first, second] = ordinarySnapshot().groups;
  if (first === undefined || second === undefined) throw new Error("No groups");
  const why = "bob is dead: silent for 3000 ms (deadtime 3000 ms) on eth0, eth1";
  const taken = { ...second, holder: "alice", state: "held", why };
  expect(page(ordinarySnapshot({ groups: [first, taken] }))).toContain(`Groups
  ●  10.77.0.100/24/eth0  alice  its owner  held here  this node is its owner
  ●  10.77.0.101/24/eth0  alice  for bob    held here
                          ${why}
`);
});

test("denseParts() keeps what is wrong with a virtual router and what could not be had", () => {
  const snapshot = ordinarySnapshot();
  const [router] = snapshot.routers;
  if (router === undefined) throw new Error("No router");
  const { heard: _, ...deaf } = router;
  const packets = { sent: 3, received: 0, rejected: { vhid: 9, digest: 3 } };
  const demoted = ["no carrier on eth0"];
  const routers = [{ ...deaf, why: "", demoted, packets }];
  const pulse = { ...snapshot.pulse, missing: ["No realtime priority: EPERM"] };
  const text = page({ ...snapshot, routers, pulse });
  expect(text).toContain(`takeover in 2.5 s
              nobody else was heard
              demoted: no carrier on eth0
              rejected adverts: digest 3
`);
  expect(text).toEndWith("  No realtime priority: EPERM");
});
