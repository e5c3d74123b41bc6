// How long an operator is kept waiting for groups to move. What takes longer goes on, and is seen in the
// status; the answer says so.

import type { ClusterConfig } from "../../config/cluster.ts";

/** Long enough for every script of the longest group to stop there and to start here. */
export function patienceMs({ resourceTimeoutMs, timing, groups }: ClusterConfig): number {
  const longest = Math.max(0, ...groups.map(({ resources }) => resources.length));
  return 2 * timing.deadtimeMs + 2 * (longest + 1) * resourceTimeoutMs;
}
