// The virtual host of an OpenBSD or FreeBSD kernel, as the protocol page describes it (docs/protocol/carp.md
// 3, 6, 7 "BSD differences", 8, 15): the peer that hb must get along with.
//
// A model, and only of what is documented there. It shares no code with hb.

import { isIPv4 } from "node:net";
import type { BsdShape, BsdState } from "./shape.ts";
import type { Advert } from "./wire.ts";

/** What the virtual host asks of its kernel. */
export interface BsdWorld {
  send(advert: Omit<Advert, "from">): void;
  /** The addresses are ours: answer for them. */
  raise(): void;
  lower(): void;
  /** ARP and neighbour advertisements for all addresses. */
  announce(): void;
  say(state: BsdState, why: string): void;
  random64(): bigint;
}

/** A kernel with 100 clock ticks a second. */
const TICK_MS = 10;
/** What else it has to do at a tick takes up to so long: equals whose ticks meet do not meet for ever. */
const LATE_MS = 1;

interface Pace {
  readonly advbase: number;
  readonly advskew: number;
}

export class BsdHost {
  state: BsdState = "BACKUP";
  readonly #shape: BsdShape;
  readonly #world: BsdWorld;
  readonly #families: readonly (4 | 6)[];
  /** Dead timers, one for each family; the advert timer while master. */
  readonly #deadAt = new Map<4 | 6, number>();
  #advertAt = 0;
  #demotion = 0;
  #preempt: boolean;
  /** OpenBSD's cookie, for ever; FreeBSD's last counter. */
  #counter: bigint;
  /** When its clock ticks: no two hosts tick together. */
  readonly #phaseMs: number;
  #heardAny = false;
  /** Adverts until OpenBSD's second announcement. */
  #announceIn = 0;

  constructor(shape: BsdShape, world: BsdWorld, now: number) {
    this.#shape = shape;
    this.#world = world;
    this.#preempt = shape.preempt ?? false;
    this.#counter = world.random64();
    this.#phaseMs = this.#random() * TICK_MS;
    const v4 = shape.addresses.some((address) => isIPv4(address));
    const v6 = shape.addresses.some((address) => !isIPv4(address));
    this.#families = [...(v4 ? [4 as const] : []), ...(v6 ? [6 as const] : [])];
    this.#become("BACKUP", "it starts", now);
  }

  /** When tick() is due. */
  deadline(): number {
    if (this.state === "INIT") return Number.POSITIVE_INFINITY;
    return this.state === "MASTER" ? this.#advertAt : Math.min(...this.#deadAt.values());
  }

  tick(now: number): void {
    if (now < this.deadline()) return;
    if (this.state === "BACKUP") this.#takeOver("no advert came in time", now);
    else this.#advertise(now);
  }

  /** A good advert arrived. False when OpenBSD takes it for its own, come back. */
  heard(peer: Advert, now: number): boolean {
    if (this.#shape.kernel === "openbsd" && peer.counter === this.#counter) return false;
    if (this.#shape.kernel === "freebsd") {
      this.#counter = peer.counter;
      this.#heardAny = true;
    }
    if (this.state === "INIT") return true;
    if (this.state === "MASTER") {
      const why = this.#yields(peer);
      if (why !== undefined) this.#become("BACKUP", why, now);
      return true;
    }
    const why = this.#takes(peer);
    if (why !== undefined) this.#takeOver(why, now);
    else this.#deadAt.set(peer.family, this.#after(now, this.#deadMs()));
    return true;
  }

  demote(to: number): void {
    this.#demotion = to;
  }

  preempt(on: boolean): void {
    this.#preempt = on;
  }

  /** The parent interface lost its link, or has it again. */
  link(up: boolean, now: number): void {
    if (up && this.state === "INIT") this.#become("BACKUP", "the link is back", now);
    if (!up && this.state !== "INIT") this.#become("INIT", "the link is lost", now);
  }

  /** The carp interface goes down in good order. OpenBSD says farewell, FreeBSD does not. */
  leave(): void {
    if (this.state !== "MASTER") return;
    if (this.#shape.kernel === "openbsd") this.#send({ advbase: 255, advskew: 255 });
    this.#world.lower();
  }

  #yields(peer: Advert): string | undefined {
    const worseOrEqual = compare(this.#pace(), peer) >= 0;
    if (this.#shape.kernel === "freebsd")
      return worseOrEqual ? "the peer is as fast or faster" : undefined;
    if (peer.demote < this.#demotion) return "the peer is less demoted";
    return worseOrEqual && peer.demote <= this.#demotion
      ? "the peer is as fast or faster"
      : undefined;
  }

  #takes(peer: Advert): string | undefined {
    const { kernel, advbase, advskew } = this.#shape;
    const faster = this.#preempt && compare(this.#pace(), peer) < 0;
    const timesOut = compare({ advbase: 3 * advbase, advskew }, peer) < 0;
    if (kernel === "freebsd") {
      if (faster) return "preemption";
      return timesOut ? "the master is going to time out" : undefined;
    }
    if (faster && peer.demote >= this.#demotion) return "preemption";
    if (peer.demote > this.#demotion) return "the master is more demoted";
    return timesOut && advbase > 0 ? "the master is going to time out" : undefined;
  }

  #takeOver(why: string, now: number): void {
    this.#become("MASTER", why, now);
    this.#advertise(now);
    this.#world.announce();
    this.#announceIn = this.#shape.kernel === "openbsd" ? 2 : 0;
  }

  #become(state: BsdState, why: string, now: number): void {
    if (state === "MASTER") this.#world.raise();
    else if (this.state === "MASTER") this.#world.lower();
    this.state = state;
    this.#deadAt.clear();
    for (const family of this.#families) this.#deadAt.set(family, this.#after(now, this.#deadMs()));
    this.#world.say(state, why);
  }

  #advertise(now: number): void {
    this.#send(this.#pace());
    this.#advertAt = this.#after(now, intervalMs(this.#pace()));
    if (this.#announceIn > 0 && --this.#announceIn === 0) this.#world.announce();
  }

  #send(pace: Pace): void {
    const demote = this.#shape.kernel === "openbsd" ? Math.min(this.#demotion, 255) : 0;
    for (const family of this.#families) {
      if (this.#shape.kernel === "freebsd")
        this.#counter = this.#heardAny
          ? BigInt.asUintN(64, this.#counter + 1n)
          : this.#world.random64();
      this.#world.send({ family, ...pace, demote, counter: this.#counter });
    }
  }

  /** What it advertises with: FreeBSD adds its demotion to the skew. */
  #pace(): Pace {
    const { kernel, advbase, advskew } = this.#shape;
    if (kernel === "openbsd" || this.#demotion === 0) return { advbase, advskew };
    return { advbase, advskew: Math.max(0, Math.min(240, advskew + this.#demotion)) };
  }

  #deadMs(): number {
    const { kernel, advbase, advskew } = this.#shape;
    if (advbase > 0 || kernel === "freebsd") return advbase * 3_000 + (advskew * 1_000) / 256;
    return (3_000 * Math.max(advskew, 1)) / 256;
  }

  /** A timer ends with the tick after the one that it fell into. */
  #after(now: number, ms: number): number {
    const fallsInto = Math.ceil((now + ms - this.#phaseMs) / TICK_MS);
    return (fallsInto + 1) * TICK_MS + this.#phaseMs + this.#random() * LATE_MS;
  }

  /** From 0 up to, but not including, 1. */
  #random(): number {
    return Number(this.#world.random64() % 1_000n) / 1_000;
  }
}

function intervalMs({ advbase, advskew }: Pace): number {
  return advbase * 1_000 + ((advbase === 0 ? Math.max(advskew, 1) : advskew) * 1_000) / 256;
}

/** Below zero when `a` is the faster one. */
function compare(a: Pace, b: Pace): number {
  return a.advbase * 256 + a.advskew - (b.advbase * 256 + b.advskew);
}
