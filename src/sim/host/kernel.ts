// The kernel of a made-up host: its clocks, the addresses on its interfaces, the carriers. It outlives
// every process and forgets everything when the power goes.

import { at, type Instant } from "../../core/instant.ts";
import type { Happening } from "../agenda.ts";
import type { How } from "../sight.ts";
import type { World } from "../world.ts";

/** The kernel counts whole seconds of a lease and rounds a quarter of one up. */
const fuzzMs = 250;
/** Hosts of a made-up world were switched on at different times. */
const uptimeMsMax = 1e9;
/** From power on to the first process. */
const bootMs = 20_000;
const epochMs = 1_700_000_000_000;

export class Kernel {
  readonly #world: World;
  readonly #node: string;
  /** World time at which this host's monotonic clock said 0; a whole number, so that nothing is rounded. */
  #origin: number;
  /** What the wall clock shows beyond the world's, at the moment from which it drifts. */
  #wallMs = epochMs;
  #driftPpm = 0;
  #driftFrom = 0;
  readonly #addresses = new Map<string, Holding>();
  /** Words whose interface is gone. */
  readonly #homeless = new Set<string>();
  /** Devices without a carrier, and devices that were set down. */
  readonly #dead = new Set<string>();
  readonly #down = new Set<string>();

  constructor(world: World, node: string) {
    this.#world = world;
    this.#node = node;
    this.#origin = -world.chance.below(uptimeMsMax);
  }

  /** The monotonic clock. */
  now(): Instant {
    return at(this.#world.now - this.#origin);
  }

  /** World time of a moment on the monotonic clock. */
  worldTime(moment: Instant): number {
    return moment + this.#origin;
  }

  /** Wall clock in milliseconds of unix time. */
  unixMs(): number {
    return this.bootUnixMs() + this.now();
  }

  /** Unix time of the zero of the monotonic clock; the same number again while the clock runs well. */
  bootUnixMs(): number {
    const driftMs = ((this.#world.now - this.#driftFrom) * this.#driftPpm) / 1e6;
    return this.#wallMs + this.#origin + driftMs;
  }

  stepClock(ms: number): void {
    this.#wallMs += ms;
  }

  drift(ppm: number): void {
    const { now } = this.#world;
    this.#wallMs += ((now - this.#driftFrom) * this.#driftPpm) / 1e6;
    this.#driftFrom = now;
    this.#driftPpm = ppm;
  }

  has(word: string): boolean {
    return this.#addresses.has(word);
  }

  /** Puts an address up, or gives it a new lease; `seconds` absent: for good. False: no interface. */
  put(word: string, seconds: number | undefined, how: How): boolean {
    if (this.#homeless.has(word)) return false;
    const { now } = this.#world;
    const until = seconds === undefined ? undefined : now + seconds * 1_000 + fuzzMs;
    const known = this.#addresses.get(word);
    if (known !== undefined) {
      known.renew(until);
      return true;
    }
    const holding = new Holding(this.#world, until, () => this.remove(word, "lease"));
    this.#addresses.set(word, holding);
    this.#tell(word, true, how);
    return true;
  }

  remove(word: string, how: How): void {
    const holding = this.#addresses.get(word);
    if (holding === undefined) return;
    holding.end();
    this.#addresses.delete(word);
    this.#tell(word, false, how);
  }

  /** The interface of this address is gone. */
  evict(word: string): void {
    this.#homeless.add(word);
    this.remove(word, "stranger");
  }

  /** Interfaces are there again. */
  house(): void {
    this.#homeless.clear();
  }

  carrier(device: string, up: boolean): void {
    if (up) this.#dead.delete(device);
    else this.#dead.add(device);
  }

  /** Sets an interface down, or up. */
  device(device: string, up: boolean): void {
    if (up) this.#down.delete(device);
    else this.#down.add(device);
  }

  carries(device: string): boolean {
    return this.stateOf(device) === "up";
  }

  stateOf(device: string): "up" | "no-carrier" | "down" {
    if (this.#down.size > 0 && this.#down.has(device)) return "down";
    return this.#dead.size > 0 && this.#dead.has(device) ? "no-carrier" : "up";
  }

  /** The power went and came again: another boot, another monotonic clock. */
  reset(): void {
    for (const word of [...this.#addresses.keys()]) this.remove(word, "power");
    this.#homeless.clear();
    this.#origin = Math.floor(this.#world.now) - bootMs;
  }

  #tell(word: string, up: boolean, how: How): void {
    const { watched } = this.#world;
    if (watched) this.#world.tell({ saw: "address", node: this.#node, word, up, how });
  }
}

/** An address on an interface, until its lease ends. */
class Holding implements Happening {
  readonly #world: World;
  readonly #expire: () => void;
  #until: number | undefined;
  #planned: number | undefined;
  #isOver = false;

  constructor(world: World, until: number | undefined, expire: () => void) {
    this.#world = world;
    this.#expire = expire;
    this.renew(until);
  }

  renew(until: number | undefined): void {
    this.#until = until;
    this.#plan();
  }

  end(): void {
    this.#isOver = true;
  }

  happen(): void {
    if (this.#isOver || this.#planned !== this.#world.now) return;
    this.#planned = undefined;
    if (this.#until !== undefined && this.#until <= this.#world.now) this.#expire();
    else this.#plan();
  }

  /** One look ahead is planned at a time; a renewal does not plan another. */
  #plan(): void {
    const until = this.#until;
    if (until === undefined || (this.#planned !== undefined && this.#planned <= until)) return;
    this.#planned = this.#world.plan(until, this);
  }
}
