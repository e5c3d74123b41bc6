// What a Heartbeat 3 node knows of one node, itself and ping nodes included (heartbeat-wire 8, 9).

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { Instant } from "../../../../src/core/instant.ts";
import type { Chance } from "../../../../src/sim/chance.ts";
import { Sequence } from "./sequence.ts";

export class Peer {
  readonly name: string;
  readonly isPing: boolean;
  readonly sequence = new Sequence();
  /** Numbers that end in this digit are acknowledged. */
  readonly ackDigit: number;
  /** init, up, active, dead, ping, or whatever a message said. */
  status = "init";
  generation = 0;
  /** 32 hex digits; undefined until heard. */
  uuid: string | undefined;
  wasHeard = false;
  /** When its last status came. */
  statusAt: Instant | undefined;
  statusTs = 0;
  statusSeq = 0;
  dtMs: number;
  /** Condemned right after this host slept: when it is heard again, nobody speaks of a partition. */
  condemnedAsleep = false;
  /** Names of media, with the last packet that came by each. */
  readonly links = new Map<string, { at: Instant; isUp: boolean }>();

  constructor(name: string, isPing: boolean, ackDigit: number, dtMs: number) {
    this.name = name;
    this.isPing = isPing;
    this.ackDigit = ackDigit;
    this.dtMs = dtMs;
  }

  get isLive(): boolean {
    return this.status === "up" || this.status === "active";
  }
}

/** Everybody that ha.cf names. */
export function peersOf(config: ClusterConfig, chance: Chance): Map<string, Peer> {
  const dtMs = config.timing.deadtimeMs;
  const nodes = config.nodes.map((name) => new Peer(name, false, chance.below(10), dtMs));
  const pings = config.media.flatMap((medium) =>
    medium.kind === "ping" || medium.kind === "ping_group"
      ? [new Peer(medium.name, true, chance.below(10), config.timing.deadpingMs)]
      : [],
  );
  return new Map([...nodes, ...pings].map((peer) => [peer.name, peer]));
}
