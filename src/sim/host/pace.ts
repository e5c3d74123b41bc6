// How long a made-up pulse may be away, and how often it says that it lives (src/pulse/host.ts).

import type { ClusterConfig } from "../../config/cluster.ts";
import { deadIntervalMs } from "../../wire/carp/timing.ts";

const aliveMinMs = 20;
const aliveMaxMs = 1_000;

/** The shortest absence after which anybody may have taken over. */
export function patienceOf({ timing, routers }: ClusterConfig): number {
  const dead = routers.map((router) => deadIntervalMs(router, router.deadratio));
  return Math.min(timing.deadtimeMs, ...dead);
}

/** Between two signs of life for the desk. */
export function aliveEveryMs({ timing }: ClusterConfig): number {
  return Math.min(aliveMaxMs, Math.max(aliveMinMs, timing.deadtimeMs / 4));
}
