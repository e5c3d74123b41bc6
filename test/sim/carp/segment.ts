// A made-up network segment with hosts that share one virtual router: real cores, and a network that
// loses, delays, cuts and heals. The judge (judge.ts) watches it.

import type { RouterConfig } from "../../../src/config/router.ts";
import type { HeardAdvert } from "../../../src/core/carp/heard.ts";
import { Agenda } from "../../../src/sim/agenda.ts";
import { Chance } from "../../../src/sim/chance.ts";
import { plainRouter } from "../../plainrouter.ts";
import { RouterHost } from "./host.ts";

export interface Member {
  readonly name: string;
  /** Source of its adverts. */
  readonly address: string;
  readonly config: Partial<RouterConfig>;
}

export interface Line {
  readonly at: number;
  readonly node: string;
  readonly text: string;
}

/** An advert as it arrived. */
export interface Delivery {
  readonly at: number;
  readonly to: string;
  /** The life of the one who heard it: with the next one all memory of it is gone. */
  readonly life: number;
  readonly advert: HeardAdvert;
}

const wireMs = 0.2;
/** Far more than any honest exchange needs. */
const stormPerSecond = 2_000;
const deliveriesMax = 500;

export class Segment {
  now = 1_000;
  lossRate = 0;
  readonly hosts = new Map<string, RouterHost>();
  readonly lines: Line[] = [];
  readonly violations: string[] = [];
  /** The latest ones, for those who play them again. */
  readonly deliveries: Delivery[] = [];
  readonly chance: Chance;
  /** Called whenever anything changed. */
  onChange: () => void = () => undefined;
  readonly #agenda = new Agenda();
  readonly #cuts = new Set<string>();
  #second = 0;
  #sent = 0;

  constructor(members: readonly Member[], seed = 1) {
    this.chance = new Chance(seed);
    for (const { name, address, config } of members) {
      const whole = {
        ...plainRouter,
        ...config,
        track: [{ kind: "script", path: "/check" }],
      } as const;
      this.hosts.set(name, new RouterHost(name, address, whole, this));
    }
  }

  host(name: string): RouterHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  plan(at: number, act: () => void): void {
    this.#agenda.plan(at, { happen: act });
  }

  /** Lets `ms` pass. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#agenda.next(); next !== undefined && next <= end; ) {
      const entry = this.#agenda.take();
      this.now = Math.max(this.now, next);
      entry?.happen();
      next = this.#agenda.next();
    }
    this.now = end;
  }

  startAll(): void {
    for (const host of this.hosts.values()) host.start();
  }

  /** Nothing gets from one side to the other any more; both ways unless `oneWay`. */
  cut(from: readonly string[], to: readonly string[], oneWay = false): void {
    for (const one of from) {
      for (const other of to.filter((name) => name !== one)) {
        this.#cuts.add(`${one}>${other}`);
        if (!oneWay) this.#cuts.add(`${other}>${one}`);
      }
    }
    this.onChange();
  }

  heal(): void {
    this.#cuts.clear();
    this.onChange();
  }

  /** Whether anything gets from one host to the other. */
  hears(from: string, to: string): boolean {
    return (
      !this.#cuts.has(`${from}>${to}`) && this.host(from).hasCarrier && this.host(to).hasCarrier
    );
  }

  transmit(from: RouterHost, advert: HeardAdvert): void {
    this.#count(from.name);
    for (const to of this.hosts.values()) {
      if (to === from || !this.hears(from.name, to.name)) continue;
      if (this.lossRate > 0 && this.chance.next() < this.lossRate) continue;
      // Only a bad network changes the order of packets.
      const delay = wireMs * (this.lossRate > 0 ? 1 + 5 * this.chance.next() : 1);
      this.plan(this.now + delay, () => {
        if (!this.hears(from.name, to.name)) return;
        const { life } = to;
        if (to.hear(advert)) this.deliveries.push({ at: this.now, to: to.name, life, advert });
        if (this.deliveries.length > deliveriesMax) this.deliveries.shift();
      });
    }
  }

  log(node: string, text: string): void {
    this.lines.push({ at: this.now, node, text });
  }

  violated(law: string): void {
    this.violations.push(`${(this.now / 1000).toFixed(3)} s: ${law}`);
  }

  masters(): RouterHost[] {
    return [...this.hosts.values()].filter((host) => host.isUp && host.state === "master");
  }

  holders(): RouterHost[] {
    return [...this.hosts.values()].filter((host) => host.holds);
  }

  #count(from: string): void {
    const second = Math.floor(this.now / 1_000);
    if (second !== this.#second) this.#sent = 0;
    this.#second = second;
    this.#sent += 1;
    if (this.#sent === stormPerSecond) this.violated(`${from} is part of a storm of adverts`);
  }
}
