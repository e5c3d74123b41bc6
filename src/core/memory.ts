// What must outlive a crash of this agent, but not of this host: who was assigned each group, and what
// was up here. The desk keeps it in the run directory (tmpfs); a restarted agent adopts from it.

import type { ClusterConfig } from "../config/cluster.ts";
import { after, type Instant } from "./instant.ts";

export interface GroupMemory {
  /** Last moment at which this was known to be true. Older than deadtime: others may have taken over. */
  readonly at: Instant;
  /** How long the others were told to wait for this node before they take over; missing where an older hb
   *  wrote it. The files may say something else by the time it is read. */
  readonly deadtimeMs?: number;
  readonly groups: readonly RememberedGroup[];
}

export interface RememberedGroup {
  readonly key: string;
  readonly assigned: { readonly node: string; readonly epoch: number };
  /** Resource words that were up here, in start order. */
  readonly up: readonly string[];
  /** Those of them that are addresses and were not held, for nobody knew whether they were still ours. */
  readonly off?: readonly string[];
  /** It was held for an owner that was away, and goes home when the owner is back. */
  readonly homesick?: true;
}

/** Others may have taken over: they waited for as long as they had been told. */
export function isStale({ at, deadtimeMs }: GroupMemory, { timing }: ClusterConfig, now: Instant) {
  return now > after(at, deadtimeMs ?? timing.deadtimeMs);
}

/** They say the same, whenever that was. */
export function saysTheSame(one: GroupMemory, other: GroupMemory): boolean {
  const { deadtimeMs, groups } = one;
  return deadtimeMs === other.deadtimeMs && JSON.stringify(groups) === JSON.stringify(other.groups);
}
