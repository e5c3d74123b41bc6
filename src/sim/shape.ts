// What a made-up cluster is made of, as plain data: its hosts with their configurations, and what runs
// on each of them.

import type { ClusterConfig } from "../config/cluster.ts";
import type { Boot } from "../core/boot.ts";
import type { Effect } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import type { Instant } from "../core/instant.ts";
import type { PulseView, Snapshot } from "../core/snapshot.ts";
import type { TimedAct } from "./act.ts";

/** What decides on a host: the core of hb, or anything else that speaks its language of inputs and
 *  effects (a model of Heartbeat 3.0.6, a core that was broken on purpose). */
export interface Mind {
  step(input: Input, now: Instant): Effect[];
  /** When to give the next "alarm"; undefined when nothing is waited for. */
  deadline(): Instant | undefined;
  snapshot?(now: Instant, pulse: PulseView): Snapshot;
}

export type MakeMind = (config: ClusterConfig, boot: Boot, now: Instant) => Mind;

/** "hb", or a name that the maker of the world knows. */
export type Breed = "hb" | "heartbeat3" | "ucarp" | "openbsd" | "freebsd";

export interface HostShape {
  readonly config: ClusterConfig;
  /** Absent: hb. */
  readonly breed?: Breed;
  /** "nodename": ha.cf says that the uuid is made from the name, so that no file can be lost. */
  readonly uuidFrom?: "file" | "nodename";
}

export interface Shape {
  /** The chance of the network, of scripts and of tokens. */
  readonly seed: number;
  /** Configuration order; `config.self` is a host's name. */
  readonly hosts: readonly HostShape[];
  /** Every packet passes as bytes through signing and checking, instead of only those that anything was done to. */
  readonly exact?: boolean;
  /** From the reset of a host by itself (its watchdog, a stop that failed) to its agent; absent: it stays off. */
  readonly bootMs?: number;
}

/** A whole run: the same plan gives the same run, bit for bit, on every machine. */
export interface Plan {
  readonly shape: Shape;
  /** In order of time. */
  readonly acts: readonly TimedAct[];
  /** When the run is over, in milliseconds since it began. */
  readonly endMs: number;
}
