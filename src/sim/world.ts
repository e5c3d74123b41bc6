// A made-up world: hosts with minds, disks, clocks and scripts, a network between them, and time that jumps
// from one event to the next. Everything that happens follows from the shape, its seed, and the acts.

import { Core } from "../core/core.ts";
import type { Message } from "../wire/message.ts";
import type { Act } from "./act.ts";
import { Agenda, type Happening } from "./agenda.ts";
import { Chance } from "./chance.ts";
import { Host } from "./host/host.ts";
import { Network } from "./network/network.ts";
import type { Breed, MakeMind, Shape } from "./shape.ts";
import type { Onlooker, Sight } from "./sight.ts";
import { perform } from "./stage.ts";

export interface WorldOptions {
  /** What decides on the hosts of a breed; hb's is its core. */
  readonly minds?: Partial<Record<Breed, MakeMind>>;
  readonly onlookers?: readonly Onlooker[];
  /** True for a message that was let in at a node, and shall not come to its mind all the same: what would
   *  have been without it? */
  readonly withholds?: (node: string, link: string, message: Message) => boolean;
}

/** Moments are whole parts of a millisecond, so that no clock of a host is ever rounded. */
const partsPerMs = 1_024;

const hb: MakeMind = (config, boot, now) => new Core(config, boot, now);

export class World {
  readonly shape: Shape;
  readonly hosts: readonly Host[];
  readonly network: Network;
  readonly chance: Chance;
  readonly isExact: boolean;
  readonly withholds: WorldOptions["withholds"];
  readonly #minds: Partial<Record<Breed, MakeMind>>;
  readonly #agenda = new Agenda();
  readonly #onlookers: Onlooker[];
  readonly #byName: ReadonlyMap<string, Host>;
  #now = 0;
  #requests = 0;

  constructor(shape: Shape, { minds = {}, onlookers = [], withholds }: WorldOptions = {}) {
    this.shape = shape;
    this.withholds = withholds;
    this.isExact = shape.exact === true;
    this.chance = new Chance(shape.seed);
    this.#onlookers = [...onlookers];
    this.network = new Network(this);
    this.#minds = { hb, ...minds };
    this.hosts = shape.hosts.map((one, index) => new Host(this, index, one));
    this.#byName = new Map(this.hosts.map((host) => [host.name, host]));
    for (const host of this.hosts) this.network.plug(host, host.config.media);
  }

  /** Milliseconds since the run began. */
  get now(): number {
    return this.#now;
  }

  /** Somebody looks: sights are worth making. */
  get watched(): boolean {
    return this.#onlookers.length > 0;
  }

  /** Carries an act out now. */
  act(act: Act): void {
    if (this.watched) this.tell({ saw: "act", act });
    perform(this, act);
  }

  /** Lets time pass, from event to event. */
  advance(ms: number): void {
    const end = Math.round((this.#now + ms) * partsPerMs) / partsPerMs;
    for (let next = this.#agenda.next(); next !== undefined && next <= end; ) {
      this.#now = Math.max(this.#now, next);
      this.#agenda.take()?.happen();
      next = this.#agenda.next();
    }
    this.#now = end;
  }

  watch(onlooker: Onlooker): void {
    this.#onlookers.push(onlooker);
  }

  host(name: string): Host {
    const host = this.find(name);
    if (host === undefined) throw new Error(`No host is called "${name}"`);
    return host;
  }

  find(name: string): Host | undefined {
    return this.#byName.get(name);
  }

  /** Names of the hosts on which the word is up. */
  holders(word: string): string[] {
    return this.hosts.filter((host) => host.has(word)).map(({ name }) => name);
  }

  /** Something gets from one host to the other. */
  hears(from: string, to: string): boolean {
    return this.network.hears(this.host(from), this.host(to));
  }

  /** What decides on a host of this breed. */
  mindOf(breed: Breed): MakeMind {
    const make = this.#minds[breed];
    if (make === undefined) throw new Error(`No mind is known for the breed "${breed}"`);
    return make;
  }

  /** Plans something; the moment at which it will happen. */
  plan(at: number, happening: Happening): number {
    const moment = Math.max(this.#now, Math.ceil(at * partsPerMs) / partsPerMs);
    this.#agenda.plan(moment, happening);
    return moment;
  }

  /** Plans something for a moment that nothing else shares: what is seen then follows from it. */
  planApart(at: number, happening: Happening): void {
    this.#agenda.plan((Math.floor(at * partsPerMs) + 0.5) / partsPerMs, happening);
  }

  tell(sight: Sight): void {
    for (const onlooker of this.#onlookers) onlooker(sight, this.#now);
  }

  /** Something happened that must not. */
  breach(node: string, law: number, text: string): void {
    if (this.watched) this.tell({ saw: "breach", node, law, text });
  }

  nextRequest(): number {
    this.#requests += 1;
    return this.#requests;
  }
}
