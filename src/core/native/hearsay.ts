// What this node knows of the other hb nodes' hands, and how far it may trust it.
//
// A bulletin may have been on its way for long: queued while this node slept, or sent again after a
// partition. So bulletins echo each other: one that echoes a bulletin which this node sent after the
// peer (re)appeared was made after that, and is *fresh*. A peer that goes on talking without hearing
// us is *deaf*: it can be believed, but not be told anything.

import { type Message, textOf } from "../../wire/message.ts";
import { after, type Instant } from "../instant.ts";
import {
  type Bulletin,
  BulletinReader,
  type Echo,
  type GroupNews,
  saysTheSame,
} from "./bulletin.ts";

interface Peer {
  /** Echo of this bulletin of ours, or of a later one, proves freshness. */
  askN: number;
  /** Since when it has had time to hear us. */
  askedAt: Instant;
  heardAt: Instant;
  generation: number;
  bulletin: Bulletin | undefined;
}

/** A run of this node that a peer remembers, and that it takes this one to be older than. */
export interface Outrun {
  readonly peer: string;
  readonly generation: number;
}

/** A bulletin, and in which run of its sender it was made. */
export interface Report {
  readonly generation: number;
  readonly bulletin: Bulletin;
}

export class Hearsay {
  readonly #self: string;
  readonly #generation: number;
  /** A peer that has not echoed us for so long counts as deaf. */
  readonly #deafAfterMs: () => number;
  readonly #peers = new Map<string, Peer>();
  readonly #readers = new Map<string, BulletinReader>();
  /** Newest bulletin of each node's generation, kept beyond its death: older ones are old news. */
  readonly #newest = new Map<string, Echo>();
  /** Peers that have heard this run of ours. */
  readonly #listeners = new Set<string>();
  #outrun: Outrun | undefined;

  constructor(self: string, generation: number, deafAfterMs: () => number) {
    this.#self = self;
    this.#generation = generation;
    this.#deafAfterMs = deafAfterMs;
  }

  /** The node came, came back, or this node woke: only what it says from now on counts. */
  appeared(node: string, askN: number, now: Instant): void {
    const peer = { askN, askedAt: now, heardAt: now, generation: 0, bulletin: undefined };
    this.#peers.set(node, peer);
  }

  /** The node is dead, has left or was removed. */
  gone(node: string): void {
    this.#peers.delete(node);
  }

  knows(node: string): boolean {
    return this.#peers.has(node);
  }

  /** The bulletin in a message of this node; undefined when it cannot be read. */
  read(node: string, message: Message): Report | undefined {
    const reader = this.#readers.get(node) ?? new BulletinReader();
    this.#readers.set(node, reader);
    const bulletin = reader.read(message);
    const generation = Number.parseInt(textOf(message, "hg") ?? "", 16);
    if (bulletin === undefined || !Number.isSafeInteger(generation)) return undefined;
    return { generation, bulletin };
  }

  /** Take note of a bulletin. "old" ones count for nothing; one that says the "same" as the last, and
   *  is worth as much, changes no answer. */
  heard(node: string, { generation, bulletin }: Report, now: Instant): "old" | "same" | "news" {
    const last = this.#newest.get(node);
    if (last !== undefined && generation < last.generation) return "old";
    if (last?.generation === generation && bulletin.n <= last.n) return "old";
    this.#newest.set(node, { generation, n: bulletin.n });
    const peer = this.#peers.get(node);
    if (peer === undefined) return "old";
    this.#compare(node, bulletin);
    const before = peer.bulletin;
    // Cut off for a while, it may have taken us for dead: it had no time yet to hear us again.
    const wasCutOff = now - peer.heardAt >= this.#deafAfterMs() / 2;
    // It asks those whom it hears: our answer is on its way.
    const hearsAgain = this.#asksUs(bulletin) && !this.#asksUs(before);
    if (wasCutOff || hearsAgain) peer.askedAt = now;
    peer.heardAt = now;
    const wasFresh = this.isFresh(node);
    const isSameRun = peer.generation === generation;
    peer.generation = generation;
    peer.bulletin = bulletin;
    if (before === undefined || !isSameRun || !saysTheSame(before, bulletin)) return "news";
    return wasFresh && this.isFresh(node) ? "same" : "news";
  }

  /** Set when a peer that never heard this run remembers a higher one: the highest that was named. */
  get outrun(): Outrun | undefined {
    return this.#outrun;
  }

  bulletin(node: string): Bulletin | undefined {
    return this.#peers.get(node)?.bulletin;
  }

  news(node: string, key: string): GroupNews | undefined {
    return this.bulletin(node)?.groups.get(key);
  }

  /** What it says was said after it had heard us. */
  isFresh(node: string): boolean {
    const peer = this.#peers.get(node);
    return peer !== undefined && this.hasHeard(node, peer.askN);
  }

  /** What it says was said after it had heard this bulletin of ours, or a later one. */
  hasHeard(node: string, n: number): boolean {
    const echo = this.bulletin(node)?.seen.get(this.#self);
    return echo !== undefined && echo.generation === this.#generation && echo.n >= n;
  }

  /** It went on talking for long without having heard us. What it said before is no sign of that: it may
   *  be its answer that a slow line is behind with. */
  isDeaf(node: string): boolean {
    const peer = this.#peers.get(node);
    if (peer?.bulletin === undefined) return false;
    if (peer.heardAt < after(peer.askedAt, this.#deafAfterMs())) return false;
    return peer.bulletin.seen.get(this.#self)?.generation !== this.#generation;
  }

  /** Our echo of everybody's last bulletin. */
  seen(nodes: readonly string[]): Map<string, Echo> {
    const seen = new Map<string, Echo>();
    for (const node of nodes) {
      const peer = this.#peers.get(node);
      if (peer?.bulletin === undefined) continue;
      seen.set(node, { generation: peer.generation, n: peer.bulletin.n });
    }
    return seen;
  }

  #asksUs(bulletin: Bulletin | undefined): boolean {
    return bulletin?.ask.includes(this.#self) === true;
  }

  /** Which run of ours it knows. */
  #compare(peer: string, { seen, runs }: Bulletin): void {
    const generation = seen.get(this.#self)?.generation ?? runs.get(this.#self) ?? 0;
    if (generation === this.#generation) this.#listeners.add(peer);
    const highest = this.#outrun?.generation ?? this.#generation;
    if (generation > highest && !this.#listeners.has(peer)) this.#outrun = { peer, generation };
  }
}
