// A made-up cluster: hosts with real cores, a network that loses, delays, cuts and heals, and a judge
// who watches the laws (docs/design.md, "The core") at every moment.

import type { ClusterConfig } from "../../src/config/cluster.ts";
import type { GroupSpec, Resource } from "../../src/config/resource.ts";
import { type Message, text } from "../../src/wire/message.ts";
import { Agenda } from "./agenda.ts";
import { Host, type World } from "./host.ts";
import { Chance } from "./random.ts";

export interface Shape {
  readonly nodes: readonly string[];
  /** `owner: words`, words that begin with a digit are addresses, others scripts. */
  readonly groups: readonly (readonly [owner: string, ...words: string[]])[];
  readonly failback?: "on" | "off" | "legacy";
  readonly pings?: readonly string[];
  readonly keepaliveMs?: number;
  readonly deadtimeMs?: number;
  readonly initdeadMs?: number;
  readonly resourceTimeoutMs?: number;
  readonly onStopFailure?: "ignore" | "reboot";
  readonly seed?: number;
}

export interface Line {
  readonly at: number;
  readonly node: string;
  readonly text: string;
  readonly level: string;
}

/** One way through the network. */
const wireMs = 0.2;
/** Far more than any honest exchange among five nodes needs. */
const stormPerSecond = 400;

export class Cluster implements World {
  now = 1_000;
  readonly hosts = new Map<string, Host>();
  readonly lines: Line[] = [];
  readonly violations: string[] = [];
  readonly shape: Shape;
  readonly #agenda = new Agenda();
  readonly #chance: Chance;
  /** "a>b": nothing gets from a to b. */
  readonly #cuts = new Set<string>();
  readonly #blind = new Set<string>();
  readonly #sent = new Map<string, { readonly second: number; readonly count: number }>();
  lossRate = 0;
  /** Called whenever an address or a service went up or down. */
  onChange: () => void = () => undefined;
  /** Called when a node begins to start anything. */
  onStart: (node: string, word: string) => void = () => undefined;
  #requests = 0;

  constructor(shape: Shape) {
    this.shape = shape;
    this.#chance = new Chance(shape.seed ?? 1);
    for (const name of shape.nodes)
      this.hosts.set(name, new Host(name, configOf(name, shape), this));
  }

  host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  /** Let `ms` pass. */
  advance(ms: number): void {
    const end = this.now + ms;
    while (true) {
      const next = this.#agenda.next();
      if (next === undefined || next > end) break;
      const entry = this.#agenda.take();
      this.now = Math.max(this.now, next);
      entry?.act();
    }
    this.now = end;
  }

  startAll(): void {
    for (const host of this.hosts.values()) host.start();
  }

  /** Nothing gets from one of the first to one of the second any more; both ways unless `oneWay`. */
  cut(from: readonly string[], to: readonly string[], oneWay = false): void {
    for (const one of from) {
      for (const other of to) {
        if (one === other) continue;
        this.#cuts.add(`${one}>${other}`);
        if (!oneWay) this.#cuts.add(`${other}>${one}`);
      }
    }
    this.onChange();
  }

  heal(): void {
    this.#cuts.clear();
    this.#blind.clear();
    this.onChange();
  }

  /** The node and the ping nodes do not reach each other. */
  blind(node: string): void {
    this.#blind.add(node);
  }

  see(node: string): void {
    this.#blind.delete(node);
  }

  hears(from: string, to: string): boolean {
    return !this.#cuts.has(`${from}>${to}`);
  }

  command(
    node: string,
    name: "standby" | "takeover" | "leave",
    set: "all" | "local" | "foreign" = "all",
  ): number {
    this.#requests += 1;
    const command = name === "leave" ? { name } : { name, set };
    this.host(node).give({ on: "command", request: this.#requests, command });
    return this.#requests;
  }

  /** Nodes on which the word is up. */
  holders(word: string): string[] {
    return [...this.hosts.values()].filter((host) => host.has(word)).map(({ name }) => name);
  }

  /** The first word of each group with the nodes where it is up. */
  held(): Record<string, string> {
    const entries = this.shape.groups.map(([, key]) => [
      key ?? "",
      this.holders(key ?? "").join(" "),
    ]);
    return Object.fromEntries(entries);
  }

  plan(at: number, act: () => void): void {
    this.#agenda.plan(at, act);
  }

  send(from: string, message: Message): void {
    this.#count(from);
    for (const to of this.hosts.keys()) {
      if (to !== from && !this.hears(from, to)) continue;
      if (to !== from && this.#chance.next() < this.lossRate) continue;
      // Only a bad network changes the order of packets.
      const delay = wireMs * (this.lossRate > 0 ? 1 + 5 * this.#chance.next() : 1);
      this.plan(this.now + delay, () => {
        const host = this.host(to);
        if (host.isRunning) host.give({ on: "message", link: "eth0", message });
      });
    }
  }

  /** A node that sends that much has lost its temper. */
  #count(from: string): void {
    const second = Math.floor(this.now / 1_000);
    const sent = this.#sent.get(from);
    const count = sent?.second === second ? sent.count + 1 : 1;
    this.#sent.set(from, { second, count });
    if (count === stormPerSecond) this.violated(`${from} sent ${count} messages in a second`);
  }

  ping(from: string): void {
    for (const name of this.shape.pings ?? []) {
      if (this.#blind.has(from) || this.#chance.next() < this.lossRate) continue;
      const fields = {
        t: "NS_st",
        st: "ping",
        src: name,
        ts: Math.floor(this.now / 1000).toString(16),
      };
      this.plan(this.now + 2 * wireMs, () => {
        const host = this.host(from);
        if (host.isRunning) host.give({ on: "message", link: name, message: text(fields) });
      });
    }
  }

  log(node: string, line: string, level: string): void {
    this.lines.push({ at: this.now, node, text: line, level });
  }

  violated(law: string): void {
    this.violations.push(`${(this.now / 1000).toFixed(3)} s: ${law}`);
  }

  changed(): void {
    this.onChange();
  }

  starting(node: string, word: string): void {
    this.onStart(node, word);
  }
}

export function configOf(self: string, shape: Shape): ClusterConfig {
  const deadtimeMs = shape.deadtimeMs ?? 10_000;
  return {
    self,
    nodes: shape.nodes,
    autojoin: "none",
    timing: {
      keepaliveMs: shape.keepaliveMs ?? 1_000,
      deadtimeMs,
      warntimeMs: deadtimeMs / 2,
      initdeadMs: shape.initdeadMs ?? 2 * deadtimeMs,
      deadpingMs: deadtimeMs,
      maxRexmitDelayMs: 250,
    },
    media: [
      { kind: "bcast", device: "eth0", port: 694 },
      ...(shape.pings ?? []).map((name) => ({ kind: "ping" as const, name, address: name })),
    ],
    keyring: { active: 1, keys: [{ number: 1, method: "crc", key: "" }] },
    msgfmt: "classic",
    hopfudge: 1,
    autoFailback: shape.failback ?? "on",
    groups: shape.groups.map(specOf),
    managesResources: true,
    resourceTimeoutMs: shape.resourceTimeoutMs ?? 60_000,
    onStopFailure: shape.onStopFailure ?? "ignore",
    announceIntervalMs: 60_000,
    addressLease: "auto",
    addressMethod: "netlink",
    realtime: false,
    rtprio: 1,
    memreserveKib: 0,
    serialRing: false,
    routers: [],
  };
}

function specOf([owner, ...words]: readonly [owner: string, ...words: string[]]): GroupSpec {
  return { key: words[0] ?? "", owner, resources: words.map(resourceOf) };
}

function resourceOf(word: string): Resource {
  if (/^\d/.test(word)) {
    return { kind: "address", word, agent: "IPaddr2", family: 4, address: word, prefix: 24 };
  }
  return { kind: "script", word, style: "heartbeat", name: word, args: [] };
}
