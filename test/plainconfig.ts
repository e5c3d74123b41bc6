// A whole configuration for tests that are about something else: a test changes what it is about.

import type { ClusterConfig } from "../src/config/cluster.ts";

export const plainConfig: ClusterConfig = {
  self: "alice",
  nodes: ["alice", "bob"],
  autojoin: "none",
  timing: {
    keepaliveMs: 1_000,
    deadtimeMs: 10_000,
    warntimeMs: 5_000,
    initdeadMs: 10_000,
    deadpingMs: 10_000,
    maxRexmitDelayMs: 250,
  },
  media: [],
  keyring: { active: 1, keys: [{ number: 1, method: "crc", key: "" }] },
  msgfmt: "classic",
  hopfudge: 1,
  autoFailback: "off",
  groups: [],
  managesResources: true,
  resourceTimeoutMs: 60_000,
  onStopFailure: "ignore",
  announceIntervalMs: 60_000,
  addressLease: "auto",
  addressMethod: "netlink",
  realtime: false,
  rtprio: 1,
  memreserveKib: 0,
  serialRing: false,
  routers: [],
};
