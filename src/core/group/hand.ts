// What this node's hand can do with groups: the surface between the machines that negotiate who shall
// hold a group (native.ts among hb nodes, classic.ts and legacy.ts beside Heartbeat 3) and the runners
// that start and stop resources in order (group.ts).

import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";

/** idle: nothing up here. held: everything up. unsure: up, but this node cannot know that it is still
 *  the holder (it overslept or was adopted): addresses are suspended or not announced.
 *  failed: a start failed here and everything was stopped again. */
export type GroupState = "idle" | "starting" | "held" | "stopping" | "failed" | "unsure";

export interface HandGroup {
  readonly key: string;
  readonly owner: string;
  readonly state: GroupState;
  /** Nobody knows yet whether anything of it is up here. */
  readonly isSought: boolean;
}

export interface Hand {
  readonly groups: readonly HandGroup[];
  /** Start these groups, one after the other, in list order; those already held are confirmed only.
   *  When all have ended, `Negotiator.settled` is called once with the outcome of each. */
  take(keys: readonly string[], why: string, now: Instant): Effect[];
  /** Stop these groups, in list order; idle ones count as stopped. Ends with `settled` too. A group that
   *  is starting is stopped after its running script ended. */
  give(keys: readonly string[], why: string, now: Instant): Effect[];
  /** Addresses of these groups leave the interface now, services keep running, or stopping. */
  suspend(keys: readonly string[]): Effect[];
  /** Announce the addresses of those of these groups that are held, at once (after a heal). */
  announce(keys: readonly string[], now: Instant): Effect[];
}

/** How one group ended after take() or give(). */
export interface Settled {
  readonly key: string;
  readonly state: GroupState;
  readonly text: string;
}
