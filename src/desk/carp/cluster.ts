// A process of virtual routers as its pulse sees it: a cluster of one node, without media and groups.

import { hostname } from "node:os";
import type { ClusterConfig } from "../../config/cluster.ts";
import type { RouterConfig } from "../../config/router.ts";
import { deadIntervalMs } from "../../wire/carp/timing.ts";

/** The desk is an ordinary process: it cannot be asked to live by shorter times. */
const deadtimeMinMs = 500;
/** Memory that is touched once, so that it is there when it is needed: some routers and their packets. */
const memreserveKib = 2_048;

/** The configuration of a pulse that hosts these routers. Its deadtime is their shortest dead time: so
 *  long the desk may be silent. */
export function carpCluster(routers: readonly RouterConfig[]): ClusterConfig {
  const dead = routers.map((router) => deadIntervalMs(router, router.deadratio));
  const deadtimeMs = Math.max(deadtimeMinMs, Math.min(...dead));
  const keepaliveMs = Math.round(deadtimeMs / 4);
  const self = hostname().toLowerCase();
  return {
    self,
    nodes: [self],
    autojoin: "none",
    timing: {
      keepaliveMs,
      deadtimeMs,
      warntimeMs: Math.round(deadtimeMs / 2),
      initdeadMs: deadtimeMs,
      deadpingMs: deadtimeMs,
      maxRexmitDelayMs: keepaliveMs,
    },
    media: [],
    keyring: { active: 1, keys: [] },
    msgfmt: "classic",
    hopfudge: 1,
    autoFailback: "off",
    groups: [],
    managesResources: false,
    resourceTimeoutMs: 60_000,
    onStopFailure: "ignore",
    announceIntervalMs: Math.max(1_000, ...routers.map((router) => router.announceIntervalMs)),
    addressLease: "auto",
    addressMethod: "netlink",
    realtime: true,
    rtprio: 1,
    memreserveKib,
    serialRing: false,
    routers,
  };
}
