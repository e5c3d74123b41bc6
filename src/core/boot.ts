// What a core is born with besides its configuration: facts that the desk read from disk.

import type { GroupMemory } from "./memory.ts";

export interface Boot {
  /** Own uuid, 32 hex digits. */
  readonly uuid: string;
  /** Generation of this run; already written to disk (heartbeat-wire 8). */
  readonly generation: number;
  /** Unix time of Instant 0, in milliseconds: wall clock = bootUnixMs + now. Kept fresh by the "clock" input. */
  readonly bootUnixMs: number;
  /** Nodes learned earlier (hostcache) and deleted ones (delhostcache). */
  readonly hostcache: readonly HostcacheEntry[];
  readonly delhostcache: readonly HostcacheEntry[];
  /** What this node held when its last run ended without a graceful leave; absent after a clean stop. */
  readonly memory?: GroupMemory;
}

export interface HostcacheEntry {
  readonly name: string;
  /** 32 hex digits; all zero when never heard. */
  readonly uuid: string;
  readonly weight: number;
  readonly site: string;
}
