// What the parts of the model ask of the master process that they live in.

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { Level } from "../../../../src/core/effect.ts";
import type { Instant } from "../../../../src/core/instant.ts";
import type { Chance } from "../../../../src/sim/chance.ts";
import type { Script } from "./shell.ts";
import type { Timers } from "./timers.ts";

export type Fields = Readonly<Record<string, string>>;

export interface Master {
  readonly config: ClusterConfig;
  readonly now: Instant;
  readonly timers: Timers;
  readonly chance: Chance;
  /** Seconds of unix time. */
  readonly unixSeconds: number;
  /** Sends a message: what is heard of it here leaves the wire before it (heartbeat-wire 15.1). */
  say(fields: Fields): void;
  log(level: Level, text: string): void;
  /** A child process; resource jobs delay notifications and the shutdown until they have ended. */
  fork(script: Script, ended?: () => void): void;
  /** A child that nobody waits for. */
  detach(script: Script): void;
  /** rc.d/…: one after the other, never beside a resource job (heartbeat-resources 7.1). */
  notify(script: () => Script): void;
  /** How many resource jobs run. */
  readonly jobs: number;
  /** Another node of the cluster is active. */
  readonly othersActive: boolean;
  readonly isLeaving: boolean;
  reboot(reason: string): void;
}
