// Memberships on a stage: configurations, a virtual network, and words for what comes out.

import type { ClusterConfig, Timing } from "../../../src/config/cluster.ts";
import type { Medium } from "../../../src/config/medium.ts";
import type { Boot } from "../../../src/core/boot.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { at, type Instant } from "../../../src/core/instant.ts";
import type { MemberEvent } from "../../../src/core/member.ts";
import { Membership, type Outcome } from "../../../src/core/membership/membership.ts";
import { hexToBytes } from "../../../src/wire/bytes.ts";
import { type Field, type Message, text, textOf } from "../../../src/wire/message.ts";
import { plainConfig } from "../../plainconfig.ts";

export const TIMING: Timing = {
  keepaliveMs: 1000,
  deadtimeMs: 5000,
  warntimeMs: 3000,
  initdeadMs: 10_000,
  deadpingMs: 5000,
  maxRexmitDelayMs: 250,
};

const ETH0: Medium = { kind: "bcast", device: "eth0", port: 694 };

/** A configuration with everything that membership does not look at. */
export function config(self: string, changes: Partial<ClusterConfig> = {}): ClusterConfig {
  return { ...plainConfig, self, timing: TIMING, media: [ETH0], autoFailback: "on", ...changes };
}

/** A node's uuid for tests: its name in hex, repeated. */
export function uuidOf(name: string): string {
  const digits = [...name].map((letter) => letter.charCodeAt(0).toString(16)).join("");
  return digits.repeat(32).slice(0, 32);
}

export function boot(name: string, changes: Partial<Boot> = {}): Boot {
  return {
    uuid: uuidOf(name),
    generation: 1000,
    bootUnixMs: 1_795_000_000_000,
    hostcache: [],
    delhostcache: [],
    ...changes,
  };
}

/** A message as `src` would stamp it. */
export function from(
  src: string,
  fields: Readonly<Record<string, string>>,
  header: { seq?: number; hg?: number; ts?: number; uuid?: string } = {},
): Message {
  const all: Field[] = [...text(fields).fields];
  const push = (name: string, value: string) => all.push({ name, type: "string", value });
  push("src", src);
  const uuid = hexToBytes(header.uuid ?? uuidOf(src)) ?? new Uint8Array(16);
  all.push({ name: "srcuuid", type: "binary", value: uuid });
  if (header.seq !== undefined) push("seq", header.seq.toString(16));
  push("hg", (header.hg ?? 1000).toString(16));
  push("ts", (header.ts ?? 0x6b001160).toString(16));
  push("ttl", "3");
  return { fields: all };
}

/** A status message of Heartbeat 3. */
export function status(
  src: string,
  st: string,
  header: { seq: number; hg?: number; ts?: number; dt?: number },
): Message {
  const dt = (header.dt ?? 5000).toString(16);
  return from(src, { t: "status", st, dt, protocol: "1" }, header);
}

export function sent(effects: readonly Effect[]): Message[] {
  return effects.flatMap((effect) => (effect.do === "send" ? [effect.message] : []));
}

/** The messages of one type among the effects. */
export function sentOf(effects: readonly Effect[], type: string): Message[] {
  return sent(effects).filter((message) => textOf(message, "t") === type);
}

export function logs(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.do === "log" ? [effect.text] : []));
}

/** Events as short words: "up bob", "message bob resource". */
export function news(events: readonly MemberEvent[]): string[] {
  return events.map((event) => {
    if (event.event === "comm-up") return "comm-up";
    if (event.event === "message") {
      return `message ${event.node} ${textOf(event.message, "t") ?? ""}`;
    }
    return `${event.event} ${event.node}`;
  });
}

/** Alice as a full member, all others active; the sequence number of bob's last message is 3. */
export function acquainted(changes: Partial<ClusterConfig> = {}): Membership {
  const configuration = config("alice", changes);
  const alice = new Membership(configuration, boot("alice"), at(0));
  alice.start(at(0));
  for (const name of configuration.nodes) {
    if (name === "alice") continue;
    alice.heard("eth0", status(name, "init", { seq: 1 }), at(0));
    alice.heard("eth0", status(name, "active", { seq: 2 }), at(0));
  }
  const nodelist = configuration.nodes.map((name) => `${name} `).join("");
  const list = { dest: "alice", t: "repnodes", nodelist, delnodelist: " " };
  const outcome = alice.heard("eth0", from("bob", list, { seq: 3 }), at(0));
  if (alice.status !== "active") throw new Error(logs(outcome.effects).join("\n"));
  return alice;
}

/** One node on the virtual network. */
export interface Actor {
  readonly name: string;
  readonly membership: Membership;
  alive: boolean;
  readonly events: string[];
  readonly logs: string[];
  readonly sent: Message[];
}

export interface Packet {
  readonly to: Actor;
  readonly link: string;
  readonly message: Message;
  readonly arrivesAt: Instant;
}

/** The delays of the copies of a packet that arrive; none is a loss. */
export type Fate = (from: string, to: string, now: Instant) => readonly number[];

/** Nodes joined by a network that may lose, copy and delay; time moves only by run(). */
export class Stage {
  readonly actors: Actor[] = [];
  #flying: Packet[] = [];
  #now: Instant = at(0);

  readonly #fate: Fate;

  constructor(fate: Fate) {
    this.#fate = fate;
  }

  get now(): Instant {
    return this.#now;
  }

  add(configuration: ClusterConfig, birth: Boot): Actor {
    const membership = new Membership(configuration, birth, this.#now);
    const name = configuration.self;
    const actor = { name, membership, alive: true, events: [], logs: [], sent: [] };
    this.actors.push(actor);
    this.carryOut(actor, membership.start(this.#now));
    return actor;
  }

  carryOut(actor: Actor, outcome: Pick<Outcome, "effects"> & Partial<Outcome>): void {
    actor.events.push(...news(outcome.events ?? []));
    actor.logs.push(...logs(outcome.effects));
    for (const message of sent(outcome.effects)) {
      actor.sent.push(message);
      for (const to of this.actors) {
        if (to === actor) continue;
        for (const delay of this.#fate(actor.name, to.name, this.#now)) {
          const arrivesAt = at(this.#now + delay);
          this.#flying.push({ to, link: "eth0", message, arrivesAt });
        }
      }
    }
  }

  /** Lets time pass until `end`, step by step. */
  run(end: Instant): void {
    for (;;) {
      const next = this.#next();
      if (next === undefined || next > end) break;
      this.#now = at(Math.max(next, this.#now));
      const due = this.#flying.filter((packet) => packet.arrivesAt <= this.#now);
      this.#flying = this.#flying.filter((packet) => packet.arrivesAt > this.#now);
      for (const { to, link, message } of due) {
        if (to.alive) this.carryOut(to, to.membership.heard(link, message, this.#now));
      }
      for (const actor of this.actors) {
        const deadline = actor.alive ? actor.membership.deadline() : undefined;
        if (deadline === undefined || deadline > this.#now) continue;
        this.carryOut(actor, actor.membership.expire(this.#now));
      }
    }
    this.#now = end;
  }

  #next(): Instant | undefined {
    let next: number | undefined;
    for (const { arrivesAt } of this.#flying) next = Math.min(next ?? arrivesAt, arrivesAt);
    for (const actor of this.actors) {
      const deadline = actor.alive ? actor.membership.deadline() : undefined;
      if (deadline !== undefined) next = Math.min(next ?? deadline, deadline);
    }
    return next === undefined ? undefined : at(next);
  }
}
