// An ordinary cluster, as alice knows it: two nodes with two links, a group each, a virtual router.

import type { RouterView, Snapshot } from "../src/core/snapshot.ts";
import { plainSnapshot } from "./plainsnapshot.ts";

const links = ["eth0", "eth1"].map((name) => ({ name, medium: "bcast", state: "up" }) as const);
const router: RouterView = {
  name: "eth0/42",
  device: "eth0",
  vhid: 42,
  state: "backup",
  sinceMs: 4_300,
  why: "it has just started",
  addresses: ["10.77.0.200"],
  advbase: 1,
  advskew: 0,
  demoted: [],
  heard: { from: "10.77.0.12", advbase: 1, advskew: 0, demote: 0, sealed: true, agoMs: 459 },
  packets: { sent: 0, received: 2, rejected: {} },
  next: { what: "takeover", inMs: 2_500 },
};

export function ordinarySnapshot(more: Partial<Snapshot> = {}): Snapshot {
  const heard = links.map(({ name }) => ({ name, agoMs: 413 }));
  return plainSnapshot({
    resources: "local",
    nodes: [
      { name: "alice", state: "active", kind: "hb", links },
      { name: "bob", state: "active", kind: "hb", lastHeardMs: 413, links },
    ],
    groups: [
      {
        key: "10.77.0.100/24/eth0",
        owner: "alice",
        resources: ["10.77.0.100/24/eth0", "httpd"],
        holder: "alice",
        state: "held",
        why: "this node is its owner",
      },
      {
        key: "10.77.0.101/24/eth0",
        owner: "bob",
        resources: ["10.77.0.101/24/eth0", "mail"],
        holder: "bob",
        state: "idle",
        why: "bob is its owner",
      },
    ],
    routers: [router],
    pulse: {
      lateMs: { last: 0.11, p99: 0.63, worst: 0.63 },
      packets: [],
      missing: [],
      senders: [{ node: "bob", aheadS: 0, links: heard }],
    },
    ...more,
  });
}
