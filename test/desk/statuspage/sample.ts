// A snapshot and events of a small cluster, for tests of the status page.

import type { Snapshot } from "../../../src/core/snapshot.ts";
import type { Event } from "../../../src/desk/journal/event.ts";

const ping = { name: "10.0.0.254", medium: "ping", state: "up" } as const;

export const snapshot: Snapshot = {
  version: 1,
  node: "alice",
  state: "active",
  generation: 3,
  resources: "local",
  nodes: [
    {
      name: "alice",
      state: "active",
      kind: "hb",
      links: [{ name: "eth0", medium: "bcast", state: "up" }],
    },
    {
      name: "bob",
      state: "dead",
      kind: "heartbeat",
      lastHeardMs: 2_500,
      links: [{ name: "eth0", medium: "bcast", state: "dead" }],
    },
    { name: "10.0.0.254", state: "ping", kind: "ping", lastHeardMs: 40, links: [ping] },
  ],
  groups: [
    {
      key: "10.0.0.100",
      owner: "alice",
      resources: ["10.0.0.100", "apache2"],
      holder: "alice",
      state: "held",
      why: "bob is dead",
    },
    { key: "web", owner: "bob", resources: ["web"], holder: null, state: "failed", why: "" },
  ],
  routers: [
    {
      name: "eth0/7",
      device: "eth0",
      vhid: 7,
      state: "master",
      sinceMs: 9,
      why: "",
      addresses: ["10.0.0.7"],
      advbase: 1,
      advskew: 0,
      demoted: [],
      packets: { sent: 12, received: 1, rejected: { digest: 2 } },
    },
  ],
  children: [
    {
      kind: "failfast",
      program: "/usr/local/sbin/guard",
      user: "root",
      state: "running",
      sinceMs: 5_000,
      pid: 77,
      restarts: 2,
      lastExit: { code: 0 },
      why: "pid 77",
    },
  ],
  membership: {
    state: "JOINED",
    transition: 4,
    leader: "alice",
    members: [{ name: "alice", bornon: 1 }],
    quorum: true,
    why: "twonodes: a cluster of two nodes",
  },
  dropped: { replay: 4 },
  pulse: {
    lateMs: { last: 0.1, p99: 0.4, worst: 3 },
    lateness: {
      count: 3,
      sumMs: 3.5,
      buckets: [
        [0.5, 2],
        [5, 3],
      ],
    },
    packets: [{ link: "eth0", received: 10, sent: 11, rejected: { digest: 1 } }],
    senders: [{ node: "bob", aheadS: 0, links: [{ name: "eth0", agoMs: 61_000 }] }],
    missing: [],
    watchdog: { device: "/dev/watchdog", timeoutS: 10 },
  },
};

export function event(kind: string, more: Partial<Event> = {}): Event {
  const origin = { v: 1, at: 1_795_000_000_000, boot: "b-1", node: "alice" } as const;
  return { ...origin, kind, level: "info", text: kind, ...more };
}
