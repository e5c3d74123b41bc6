// What a core is born with besides its configuration: facts that the desk read from disk.

import type { Instant } from "./instant.ts";
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
  /** Virtual routers that were master in the pulse before this one; absent after a clean stop. */
  readonly masters?: RouterMemory;
}

/** Younger than the dead time of a router: nobody took over yet, and it goes on as master. */
export interface RouterMemory {
  /** Last moment at which this was known to be true. */
  readonly at: Instant;
  /** Names of routers. */
  readonly routers: readonly string[];
  /** Those among them that were demoted. */
  readonly demoted?: readonly string[];
}

export interface HostcacheEntry {
  readonly name: string;
  /** 32 hex digits; all zero when never heard. */
  readonly uuid: string;
  readonly weight: number;
  readonly site: string;
}
