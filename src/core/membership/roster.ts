// Who belongs to the cluster: the nodes of ha.cf, those learned later, those deleted, and the ping
// nodes, in configuration order (heartbeat-wire 6.3, 12).

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Boot, HostcacheEntry } from "../boot.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import { hash } from "./hash.ts";
import { NULL_UUID } from "./header.ts";
import { Peer } from "./peer.ts";

/** Ping nodes included (heartbeat-wire 2.5). */
const NODES_MAX = 100;

export class Roster {
  readonly #peers = new Map<string, Peer>();
  readonly #deleted = new Map<string, HostcacheEntry>();
  /** Own entry in hostcache. */
  weight = 100;
  site = "";

  #config: ClusterConfig;
  readonly #boot: Boot;

  constructor(config: ClusterConfig, boot: Boot, now: Instant) {
    this.#config = config;
    this.#boot = boot;
    for (const name of config.nodes) this.#admit(name, "normal", now);
    if (this.#isLearning()) this.#remember(boot, now);
    for (const name of pingNames(config)) this.#admit(name, "ping", now);
  }

  /** Every other node and ping node, in order. */
  peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  peer(name: string): Peer | undefined {
    return this.#peers.get(name);
  }

  /** The sender of a message: by name, else a node that changed its name by its uuid. */
  sender(name: string, uuid: string | undefined): Peer | undefined {
    const named = this.#peers.get(name);
    if (named !== undefined || uuid === undefined || uuid === NULL_UUID) return named;
    for (const peer of this.#peers.values()) if (peer.uuid === uuid) return peer;
    return undefined;
  }

  /** All normal nodes, this one included, in order. */
  names(): string[] {
    const others = [...this.#peers.values()].filter((peer) => peer.kind === "normal");
    const names = others.map((peer) => peer.name);
    names.splice(this.place(), 0, this.#config.self);
    return names;
  }

  /** How many of the normal nodes stand before this one. */
  place(): number {
    let place = 0;
    for (const name of this.#config.nodes) {
      if (name === this.#config.self) return place;
      if (this.#peers.get(name)?.kind === "normal") place += 1;
    }
    return 0;
  }

  deletedNames(): string[] {
    return [...this.#deleted.keys()];
  }

  /** Nodes that the message header counts: all of them, ping nodes too. */
  get size(): number {
    return this.#peers.size + 1;
  }

  /** A new node; undefined when it is known already, is this one, or there is no room. */
  add(name: string, now: Instant): Peer | undefined {
    this.#deleted.delete(name);
    return this.#admit(name, "normal", now);
  }

  /** Takes a node off the list. `forGood` puts it on the list of the deleted. */
  remove(name: string, forGood: boolean): Peer | undefined {
    const peer = this.#peers.get(name);
    if (peer === undefined) return undefined;
    this.#peers.delete(name);
    if (forGood) this.#deleted.set(name, entryOf(peer));
    return peer;
  }

  /** Copies the list of the deleted from another node (heartbeat-wire 12.1). */
  adoptDeleted(names: readonly string[]): void {
    for (const name of names) {
      if (this.#deleted.has(name) || this.#peers.has(name)) continue;
      this.#deleted.set(name, { name, uuid: NULL_UUID, weight: 100, site: "" });
    }
  }

  /** Goes over to a new configuration; the names that came and went. */
  adopt(config: ClusterConfig, now: Instant): { came: Peer[]; went: Peer[] } {
    const before = new Set([...this.#config.nodes, ...pingNames(this.#config)]);
    this.#config = config;
    const wanted = new Set([...config.nodes, ...pingNames(config)]);
    const went: Peer[] = [];
    for (const peer of [...this.#peers.values()]) {
      if (!before.has(peer.name) || wanted.has(peer.name)) continue;
      this.#peers.delete(peer.name);
      went.push(peer);
    }
    const came: Peer[] = [];
    for (const [names, kind] of [
      [config.nodes, "normal"],
      [pingNames(config), "ping"],
    ] as const) {
      for (const name of names) {
        const peer = this.#admit(name, kind, now);
        if (peer !== undefined) came.push(peer);
      }
    }
    for (const peer of this.#peers.values()) {
      peer.requests.delayMs = config.timing.maxRexmitDelayMs;
      if (peer.kind === "ping") peer.deadMs = config.timing.deadpingMs;
      else if (peer.unheard) peer.deadMs = config.timing.deadtimeMs;
    }
    return { came, went };
  }

  /** Both caches to disk, where they outlive the process (heartbeat-wire 12.2). */
  hostcache(): Effect[] {
    if (!this.#isLearning()) return [];
    const { weight, site } = this;
    const self = { name: this.#config.self, uuid: this.#boot.uuid, weight, site };
    const hosts = this.names().map((name) => {
      const peer = this.#peers.get(name);
      return peer === undefined ? self : entryOf(peer);
    });
    return [{ do: "hostcache", hosts, deleted: [...this.#deleted.values()] }];
  }

  /** The lists of haresources clusters come from ha.cf alone; other clusters learn. */
  #isLearning(): boolean {
    return this.#config.autojoin !== "none" || !this.#config.managesResources;
  }

  #remember(boot: Boot, now: Instant): void {
    for (const entry of boot.delhostcache) this.#deleted.set(entry.name, entry);
    for (const entry of boot.hostcache) {
      if (entry.name === this.#config.self) {
        this.weight = entry.weight;
        this.site = entry.site;
        continue;
      }
      const peer = this.#peers.get(entry.name) ?? this.#admit(entry.name, "normal", now);
      if (peer === undefined) continue;
      peer.uuid = entry.uuid;
      peer.weight = entry.weight;
      peer.site = entry.site;
    }
  }

  #admit(name: string, kind: "normal" | "ping", now: Instant): Peer | undefined {
    if (name === this.#config.self || name === "") return undefined;
    if (this.#peers.has(name) || this.size >= NODES_MAX) return undefined;
    const { deadtimeMs, deadpingMs, maxRexmitDelayMs } = this.#config.timing;
    const peer = new Peer(
      {
        name,
        kind,
        deadMs: kind === "ping" ? deadpingMs : deadtimeMs,
        rexmitDelayMs: maxRexmitDelayMs,
        salt: hash(`${this.#config.self} ${name}`),
      },
      now,
    );
    this.#peers.set(name, peer);
    return peer;
  }
}

function pingNames(config: ClusterConfig): string[] {
  const names: string[] = [];
  for (const medium of config.media) {
    if (medium.kind === "ping" || medium.kind === "ping6" || medium.kind === "ping_group") {
      names.push(medium.name);
    }
  }
  return names;
}

function entryOf({ name, uuid, weight, site }: Peer): HostcacheEntry {
  return { name, uuid, weight, site };
}
