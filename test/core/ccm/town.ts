// Many machines of the membership in a made-up network: packets take their time, get lost and are sent again,
// overtake each other; nodes die, begin anew, lose their `ccm`; the network falls apart and heals. Each node
// learns of the others' deaths in its own time, as the liveness of nodes does it.

import { type QuorumRule, quorumUsual } from "../../../src/config/quorum.ts";
import { Ccm } from "../../../src/core/ccm/ccm.ts";
import type { CcmEffect, CcmMembership } from "../../../src/core/ccm/effect.ts";
import { at, type Instant } from "../../../src/core/instant.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";

export interface Weather {
  /** Of packets that come on a second try only. */
  readonly late: number;
  /** Of packets that never come. */
  readonly lost: number;
  /** The longest way of a packet. */
  readonly wayMs: number;
}

export const FAIR: Weather = { late: 0, lost: 0, wayMs: 5 };

interface House {
  readonly name: string;
  ccm: Ccm | undefined;
  generation: number;
  seq: number;
  /** As this node sees the others. */
  readonly dead: Set<string>;
  /** No packet of another node's present life comes before the news of it. */
  readonly knownFrom: Map<string, number>;
  /** When the last packet of another node is there. */
  readonly lastFrom: Map<string, number>;
  /** What it was told in this life of its `ccm`. */
  told: CcmMembership[];
  isUp: boolean;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

const DEADTIME_MS = 6_000;

export class Town {
  readonly houses: readonly House[];
  readonly messages: string[] = [];
  weather: Weather = FAIR;
  /** A node that returns is heard with its first heartbeat, not with the first packet. */
  isShy = true;
  nowMs = 0;
  /** When a node last learned something that no machine said, and when one was last told a membership. */
  newsAtMs = 0;
  toldAtMs = 0;
  /** Members of every membership ever told, by its transition and cookie. */
  readonly memberships = new Map<string, string>();
  readonly #chance: () => number;
  readonly #rules: readonly QuorumRule[];
  #apart = new Map<string, number>();
  #events: Event[] = [];
  #order = 0;
  #cookies = 0;

  constructor(names: readonly string[], seed: number, rules: readonly QuorumRule[] = quorumUsual) {
    this.#chance = chance(seed);
    this.#rules = rules;
    this.houses = names.map((name) => ({
      name,
      ccm: undefined,
      generation: 0,
      seq: 0,
      dead: new Set(),
      knownFrom: new Map(),
      lastFrom: new Map(),
      told: [],
      isUp: false,
    }));
  }

  /** A number below `limit`. */
  pick(limit: number): number {
    return Math.floor(this.#chance() * limit);
  }

  house(name: string): House {
    const house = this.houses.find((each) => each.name === name);
    if (house === undefined) throw new Error(`There is no ${name}`);
    return house;
  }

  /** What this node was last told. */
  membership(name: string): CcmMembership | undefined {
    return this.house(name).told.at(-1);
  }

  start(...names: readonly string[]): void {
    for (const name of names) {
      const house = this.house(name);
      if (house.isUp) continue;
      house.isUp = true;
      house.generation += 1;
      house.seq = 0;
      house.dead.clear();
      for (const other of this.houses) {
        if (other === house) continue;
        if (other.isUp) this.#learn(other, house);
        else this.#mourn(house, other, 2 * DEADTIME_MS);
        if (!this.#hear(house, other)) this.#mourn(house, other, 2 * DEADTIME_MS);
      }
      this.startCcm(name);
    }
  }

  startCcm(name: string): void {
    const house = this.house(name);
    if (!house.isUp || house.ccm !== undefined) return;
    const nodes = this.houses.map((each) => ({
      name: each.name,
      live: !house.dead.has(each.name),
    }));
    house.told = [];
    house.ccm = new Ccm(
      {
        self: name,
        nodes,
        keepaliveMs: 1_000,
        rules: this.#rules,
        weight: () => 100,
        cookie: () => `cookie ${++this.#cookies}`,
      },
      this.#now,
    );
    this.#announce(house, "join");
    this.#news(house, house.ccm.start(this.#now));
  }

  stopCcm(name: string): void {
    const house = this.house(name);
    if (house.ccm === undefined) return;
    house.ccm = undefined;
    this.#announce(house, "leave");
  }

  crash(name: string): void {
    const house = this.house(name);
    house.isUp = false;
    house.ccm = undefined;
    for (const other of this.houses) if (other !== house) this.#mourn(other, house);
  }

  /** Only those of the same part hear each other. */
  cut(...parts: readonly (readonly string[])[]): void {
    this.#apart = new Map(parts.flatMap((names, part) => names.map((name) => [name, part])));
    for (const one of this.houses) {
      for (const other of this.houses) {
        if (one === other) continue;
        if (this.#hear(one, other)) this.#meet(one, other);
        else this.#mourn(one, other);
      }
    }
  }

  heal(): void {
    this.cut();
  }

  run(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.atMs > endMs) break;
      if (next === this.#events[0]) this.#events.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.act();
    }
    this.nowMs = endMs;
  }

  get #now(): Instant {
    return at(this.nowMs);
  }

  #next(): Event | undefined {
    this.#events.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    const [first] = this.#events;
    let best: Event | undefined;
    for (const house of this.houses) {
      const deadline = house.ccm?.deadline();
      if (deadline === undefined || deadline >= (best?.atMs ?? Number.POSITIVE_INFINITY)) continue;
      const act = () => this.#do(house, house.ccm?.expire(this.#now) ?? []);
      best = { atMs: deadline, order: 0, act };
    }
    return first === undefined || (best !== undefined && best.atMs <= first.atMs) ? best : first;
  }

  #after(ms: number, act: () => void): void {
    this.#events.push({ atMs: this.nowMs + ms, order: ++this.#order, act });
  }

  #hear(one: House, other: House): boolean {
    return one.isUp && other.isUp && this.#apart.get(one.name) === this.#apart.get(other.name);
  }

  /** If nothing is heard of it for so long, `house` takes `other` for dead. */
  #mourn(house: House, other: House, silentMs = DEADTIME_MS): void {
    const { generation } = house;
    this.#after(silentMs + this.pick(1_000), () => {
      if (!house.isUp || house.generation !== generation || this.#hear(house, other)) return;
      if (house.dead.has(other.name)) return;
      house.dead.add(other.name);
      this.#news(house, house.ccm?.node(other.name, "dead", this.#now));
    });
  }

  /** Heard again after a partition, if it was taken for dead: with its next heartbeat. */
  #meet(house: House, other: House): void {
    if (!house.dead.has(other.name)) return;
    const { generation } = house;
    const afterMs = this.pick(1_000);
    house.knownFrom.set(other.name, this.nowMs + afterMs);
    this.#after(afterMs, () => {
      if (house.generation !== generation || !this.#hear(house, other)) return;
      if (!house.dead.delete(other.name)) return;
      this.#news(house, house.ccm?.node(other.name, "live", this.#now));
    });
  }

  /** `house` learns that `other` began anew. */
  #learn(house: House, other: House): void {
    const { generation } = other;
    const afterMs = this.pick(50);
    house.knownFrom.set(other.name, this.nowMs + afterMs);
    this.#after(afterMs, () => {
      if (other.generation !== generation || !this.#hear(house, other)) return;
      const returned = house.dead.delete(other.name) || generation === 1;
      const what = returned ? "live" : "restarted";
      this.#news(house, house.ccm?.node(other.name, what, this.#now));
    });
  }

  /** Signing on and off is told in order with what `ccm` says. */
  #announce(house: House, what: "join" | "leave"): void {
    this.newsAtMs = this.nowMs;
    for (const other of this.houses) {
      if (other === house) continue;
      this.#carry(house, other, () => {
        return other.ccm?.client(house.name, what, this.#now) ?? [];
      });
    }
  }

  #stamped(house: House, message: Message): Message {
    house.seq += 1;
    const more = {
      src: house.name,
      hg: house.generation.toString(16),
      seq: house.seq.toString(16),
    };
    const fields = Object.entries(more).map(([name, value]) => {
      return { name, type: "string", value } as const;
    });
    return { fields: [...message.fields, ...fields] };
  }

  #carry(from: House, to: House, arrive: () => CcmEffect[]): void {
    const { late, lost, wayMs } = this.weather;
    if (this.#chance() < lost) return;
    const { generation } = from;
    let tookMs = 1 + this.#chance() * wayMs;
    if (this.#chance() < late) {
      tookMs += 250 + this.pick(1_000);
    } else {
      // What is not lost on its way arrives in order.
      tookMs = Math.max(tookMs, (to.lastFrom.get(from.name) ?? 0) - this.nowMs);
      to.lastFrom.set(from.name, this.nowMs + tookMs);
    }
    const fromMs = this.isShy ? (to.knownFrom.get(from.name) ?? 0) + 1 - this.nowMs : 0;
    const receiver = to.generation;
    this.#after(Math.max(tookMs, fromMs), () => {
      const heard = this.#hear(from, to) && from.generation === generation;
      if (!heard || to.generation !== receiver) return;
      if (to.dead.delete(from.name)) this.#news(to, to.ccm?.node(from.name, "live", this.#now));
      this.#do(to, arrive());
    });
  }

  #news(house: House, effects: readonly CcmEffect[] = []): void {
    this.newsAtMs = this.nowMs;
    this.#do(house, effects);
  }

  #do(house: House, effects: readonly CcmEffect[]): void {
    for (const effect of effects) {
      if (effect.do === "send") this.#send(house, effect.message);
      else if (effect.do === "membership") this.#told(house, effect.membership);
    }
  }

  #send(house: House, draft: Message): void {
    const message = this.#stamped(house, draft);
    const dest = textOf(message, "dest");
    const type = textOf(message, "t")?.slice("CCM_TYPE_".length);
    this.messages.push(`${house.name} ${type}${dest === undefined ? "" : ` to ${dest}`}`);
    for (const other of this.houses) {
      if (dest !== undefined && dest !== other.name) continue;
      // Its own copy comes back to the sender as well.
      this.#carry(house, other, () => other.ccm?.heard(message, this.#now) ?? []);
    }
  }

  /** Laws that hold at any moment. */
  #told(house: House, membership: CcmMembership): void {
    const { transition, cookie, members } = membership;
    const key = `${transition} ${cookie}`;
    const names = members
      .map(({ name }) => name)
      .toSorted()
      .join(" ");
    const known = this.memberships.get(key) ?? names;
    if (known !== names) throw new Error(`${key} is ${known} and, on ${house.name}, ${names}`);
    this.memberships.set(key, names);
    const last = house.told.at(-1)?.transition ?? 0;
    if (transition <= last) throw new Error(`${house.name} was told ${transition} after ${last}`);
    if (!names.split(" ").includes(house.name)) throw new Error(`${house.name} is not in ${key}`);
    house.told.push(membership);
    this.toldAtMs = this.nowMs;
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
