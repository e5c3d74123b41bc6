// What holds the groups of a Heartbeat 3 node: one machine for auto_failback on and off (nice.ts), another
// one for legacy (plain.ts).

import type { Fields } from "./master.ts";

export interface Estate {
  /** This node became a full member. */
  commUp(): void;
  /** A message that is not membership's, this node's own included. */
  hear(fields: Fields): void;
  died(node: string, wasHeard: boolean): void;
  /** `shutdone` of another node. */
  left(node: string): void;
  /** Another node began anew: it may hold anything. */
  restarted(node: string): void;
  /** The daemon is awake: what waits for a moment is looked at now. */
  awake(): void;
  /** The alarm "failback" rang. */
  failBack(): void;
  readonly isStable: boolean;
  /** Gives up everything and says `shutdone`. */
  leave(): void;
}
