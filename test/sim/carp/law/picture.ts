// What an onlooker knows of a segment from what he saw: who is alive, who has the addresses, who says that
// he is master, and what was done to whom. Facts only; the laws draw the conclusions.
//
// Master is who has the addresses and sends adverts. He was it until the last of them, if none follows in
// time; he is not it any more with a farewell, without the addresses, dead, or standing still.
//
// It is brought up to date by each sight before the laws are shown that sight.

import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Act, Temper } from "../../../../src/sim/act.ts";
import type { Breed, HostShape, Shape } from "../../../../src/sim/shape.ts";
import type { Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { advertIntervalMs, BOW_OUT, comparePace } from "../../../../src/wire/carp/timing.ts";
import { configFor, routerOf } from "../world/breed.ts";

/** A BSD kernel counts in ticks, and everybody is a little late. */
const lateMs = 50;
/** A script that lasts. */
const longMs = 500;
/** After so many adverts that left, a host that could not send is no longer demoted (carp.md 8). */
const goodSends = 3;

export interface Seen {
  readonly name: string;
  /** What runs, or will after a start. */
  breed: Breed;
  next: Breed;
  /** The file that it reads, and what that means to what runs. */
  file: RouterConfig;
  router: RouterConfig;
  alive: boolean;
  frozen: boolean;
  /** When its program last began, ceased, stood still, went on. */
  bornAt: number;
  diedAt: number;
  frozenAt: number;
  thawedAt: number;
  carrier: boolean;
  device: boolean;
  /** When its interface last worked, or ceased to. */
  stoodAt: number;
  muted: boolean;
  /** When its wall clock was last set. */
  clockedAt: number;
  /** Adverts that must leave before it knows that it can be heard again. */
  sendsOwed: number;
  checked: boolean;
  /** Has the addresses, and since when it has or has not. */
  holds: boolean;
  heldAt: number;
  /** Its adverts of this term. */
  said: HeardAdvert | undefined;
  saidAt: number;
  masterSince: number;
  /** The longest interval that it kept lately. */
  intervalMs: number;
  readonly tempers: Map<string, Temper>;
  /** A script of its own runs; since when one does, or has ended. */
  busy: boolean;
  busyAt: number;
  /** Takeovers that failed in a row, and until when it does not try again. */
  failures: number;
  pausedUntil: number;
}

export class Picture {
  readonly hosts = new Map<string, Seen>();
  readonly all: readonly Seen[];
  now = 0;
  /** When anything was last done, or went wrong. */
  disturbedAt = 0;
  /** When an address last came or went. */
  movedAt = 0;
  /** Packets got lost, doubled or late until then; Infinity: they do. */
  roughUntil = 0;
  #jitterMs = 0;
  #longUntil = 0;

  constructor(shape: Shape) {
    this.all = shape.hosts.map(fresh);
    for (const host of this.all) this.hosts.set(host.name, host);
  }

  host(name: string): Seen {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  isMaster(host: Seen): boolean {
    if (!isAlive(host) || !host.holds || host.said === undefined) return false;
    return this.now - host.saidAt <= advertIntervalMs(host.said) + lateMs;
  }

  get masters(): Seen[] {
    return this.all.filter((host) => this.isMaster(host));
  }

  /** Nothing gets lost or late now. */
  get isFine(): boolean {
    return this.roughUntil <= this.now;
  }

  /** Until when somebody's script lasted long. */
  get longUntil(): number {
    const lasts = this.all.some(({ busy, busyAt }) => busy && this.now - busyAt > longMs);
    return lasts ? this.now : this.#longUntil;
  }

  see(sight: Sight, now: number): void {
    this.now = now;
    switch (sight.saw) {
      case "act":
        this.#act(sight.act);
        return;
      case "process":
        this.#process(this.host(sight.node), sight.alive);
        return;
      case "frozen":
        this.#frozen(this.host(sight.node), sight.frozen);
        return;
      case "address": {
        const host = this.host(sight.node);
        host.holds = sight.up;
        host.heldAt = now;
        this.movedAt = now;
        if (!sight.up) host.said = undefined;
        return;
      }
      case "script":
        this.#script(this.host(sight.node), sight);
        return;
      case "advert":
        this.#advert(this.host(sight.node), sight.advert);
        return;
      default:
    }
  }

  #act(act: Act): void {
    this.disturbedAt = this.now;
    if (act.act === "weather" || act.act === "heal") this.#weather(act);
    const host = "node" in act ? this.hosts.get(act.node) : undefined;
    if (host === undefined) return;
    switch (act.act) {
      case "carrier":
        host.carrier = act.up;
        host.device = true;
        host.stoodAt = this.now;
        return;
      case "device":
        host.device = act.up;
        host.carrier ||= act.up;
        host.stoodAt = this.now;
        return;
      case "mute":
        host.muted = act.on;
        if (act.on) host.sendsOwed = goodSends;
        return;
      case "clock":
        host.clockedAt = this.now;
        return;
      case "check":
        host.checked = act.ok;
        return;
      case "script":
        host.tempers.set(act.word, act.temper);
        return;
      case "breed":
        host.next = act.breed;
        return;
      case "reload":
        host.file = routerOf(act.config);
        host.router = configFor(host.breed, host.file);
        return;
      default:
    }
  }

  #weather(act: Extract<Act, { readonly act: "weather" | "heal" }>): void {
    const { loss = 0, corrupt = 0, jitterMs = 0 } = act.act === "weather" ? act.weather : {};
    const isRough = loss > 0 || corrupt > 0 || jitterMs > 0;
    // What is on its way arrives so late.
    if (isRough) this.#jitterMs = Math.max(this.#jitterMs, jitterMs);
    if (isRough) this.roughUntil = Number.POSITIVE_INFINITY;
    else if (this.roughUntil > this.now) this.roughUntil = this.now + this.#jitterMs;
  }

  #process(host: Seen, alive: boolean): void {
    host.alive = alive;
    host.frozen = false;
    host.said = undefined;
    if (alive) {
      host.bornAt = this.now;
      host.breed = host.next;
      host.router = configFor(host.breed, host.file);
      host.failures = 0;
      host.sendsOwed = host.muted ? goodSends : 0;
      host.pausedUntil = this.now;
    } else host.diedAt = this.now;
    this.disturbedAt = this.now;
  }

  #frozen(host: Seen, frozen: boolean): void {
    host.frozen = frozen;
    if (frozen) host.frozenAt = this.now;
    else host.thawedAt = this.now;
    host.said = undefined;
  }

  #script(host: Seen, { action, phase, ok, word }: Extract<Sight, { saw: "script" }>): void {
    if (word !== "address") this.#noteBusy(host, phase === "begins");
    if (phase !== "ends") return;
    if (action === "start" && ok === true) host.failures = 0;
    if (action !== "start" || ok !== false) return;
    // After 1 s, doubled up to 60 s (docs/design.md "CARP").
    host.pausedUntil = this.now + Math.min(60_000, 1_000 * 2 ** host.failures);
    host.failures += 1;
    this.disturbedAt = Math.max(this.disturbedAt, host.pausedUntil);
  }

  #noteBusy(host: Seen, busy: boolean): void {
    if (!busy && this.now - host.busyAt > longMs) this.#longUntil = this.now;
    host.busy = busy;
    host.busyAt = this.now;
  }

  #advert(host: Seen, advert: HeardAdvert): void {
    host.sendsOwed = Math.max(0, host.sendsOwed - 1);
    if (isFarewell(advert)) {
      host.said = undefined;
      return;
    }
    const intervalMs = advertIntervalMs(advert);
    const isNew = !this.isMaster(host);
    if (isNew) host.masterSince = this.now;
    host.intervalMs = isNew
      ? intervalMs
      : Math.max(intervalMs, host.said === undefined ? 0 : advertIntervalMs(host.said));
    host.said = advert;
    host.saidAt = this.now;
  }
}

export function isAlive(host: Seen): boolean {
  return host.alive && !host.frozen;
}

export function isFarewell(advert: HeardAdvert): boolean {
  return comparePace(advert, BOW_OUT) === 0;
}

/** Its interface lets it work. */
export function stands(host: Seen): boolean {
  const minds = !host.router.ignoreIfState;
  return host.device && (host.carrier || !minds);
}

/** hb under its own name, with all that it promises. */
export function isOurs(host: Seen): boolean {
  return host.breed === "hb" && !host.router.likeUcarp;
}

/** How long its scripts may run, both of them. */
export function scriptsMs(host: Seen): number {
  const { upScript, downScript, scriptTimeoutMs } = host.router;
  const limitMs = host.breed === "hb" ? scriptTimeoutMs : Number.POSITIVE_INFINITY;
  const lengthMs = (word: "up" | "down", path: string | undefined) => {
    if (path === undefined) return 0;
    const { tookMs = 20, startHangs, stopHangs } = host.tempers.get(word) ?? {};
    const hangs = word === "up" ? startHangs : stopHangs;
    return Math.min(limitMs, hangs === true ? 20_000 : tookMs);
  };
  return lengthMs("up", upScript) + lengthMs("down", downScript);
}

function fresh({ config, breed = "hb" }: HostShape): Seen {
  const never = Number.NEGATIVE_INFINITY;
  return {
    name: config.self,
    breed,
    next: breed,
    file: routerOf(config),
    router: routerOf(config),
    alive: false,
    frozen: false,
    bornAt: never,
    diedAt: never,
    frozenAt: never,
    thawedAt: never,
    carrier: true,
    device: true,
    stoodAt: 0,
    muted: false,
    clockedAt: never,
    sendsOwed: 0,
    checked: true,
    holds: false,
    heldAt: 0,
    said: undefined,
    saidAt: never,
    masterSince: 0,
    intervalMs: 0,
    tempers: new Map(),
    busy: false,
    busyAt: 0,
    failures: 0,
    pausedUntil: 0,
  };
}
