// What a keeper of pulses (keeper.ts) is told, and whom it tells.

import type { ClusterConfig } from "../config/cluster.ts";
import type { Boot, RouterMemory } from "../core/boot.ts";
import type { DeskEffect, SealGrant } from "../core/channel.ts";
import type { GroupMemory } from "../core/memory.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { Log } from "./log.ts";

export interface KeeperEvents {
  /** Facts of the next life; the generation in it must be on the disk. Throws when it cannot be written. */
  boot(): Omit<Boot, "memory" | "masters" | "bootUnixMs">;
  /** Virtual routers that were master in the last life. */
  masters?(): RouterMemory | undefined;
  /** The numbers that the seals of the next life may bear. */
  grant?(): SealGrant | undefined;
  /** What is up here, if anything may be. */
  memory(): GroupMemory | undefined;
  ready(): void;
  /** A sign of life at this moment of its own clock. */
  alive(at: number): void;
  /** `life` counts the pulses: answers go only to the one that asked. */
  effect(effect: DeskEffect, life: number): void;
  published(snapshot: Snapshot): void;
  /** This life is over: what was asked of it will not be answered. */
  died(): void;
  /** It died too often, too quickly. */
  hopeless(reason: string): void;
}

export interface KeeperOptions {
  readonly command: readonly string[];
  readonly config: ClusterConfig;
  readonly log: Log;
  readonly events: KeeperEvents;
  readonly pausesMs?: readonly number[];
  /** The pulse hosts virtual routers and nothing else. */
  readonly only?: "routers";
  /** Where the pulse that runs is written down; absent: nowhere. */
  readonly running?: string;
}
