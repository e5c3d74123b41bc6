// The network of a made-up cluster: who hears whom by which link, what is cut, what the weather does to
// packets on their way, and what a stranger has recorded of them.

import { isLine, linkOf, type Medium } from "../../config/medium.ts";
import type { Weather } from "../act.ts";
import type { Host } from "../host/host.ts";
import type { World } from "../world.ts";
import { Delivery } from "./delivery.ts";
import { Line } from "./line.ts";
import type { Packet } from "./packet.ts";
import { PppLink } from "./ppp.ts";
import { Severance, type Side } from "./severance.ts";
import { isPing, wire } from "./wiring.ts";

/** One way through a network device and a switch. */
const wireMs = 0.25;
/** Twins of a packet follow within this. */
const twinMs = 2;
const fine: Weather = {};
const noCables: Cables = { ports: [], links: [] };

/** One direction between two hosts on one link. */
export interface Way {
  readonly from: Host;
  readonly to: Host;
  /** The link's name at both ends: cables may have two. */
  readonly leavesBy: string;
  readonly arrivesBy: string;
  /** What takes its time, on a cable. */
  readonly cable: Line | PppLink | undefined;
  isCut: boolean;
  weather: Weather | undefined;
}

/** One medium of a host and where it leads. */
export interface Port {
  readonly medium: Medium;
  readonly link: string;
  readonly ways: readonly Way[];
}

/** What a ring of cables goes by. */
export interface Cables {
  readonly ports: readonly Port[];
  readonly links: readonly string[];
}

/** How a packet travels. */
interface Transit {
  readonly ms: number;
  readonly isDamaged?: boolean;
  /** On a line: behind what ends a half-sent packet. */
  readonly isFirst?: boolean;
}

export class Network {
  readonly #world: World;
  #ports = new Map<Host, readonly Port[]>();
  #cables = new Map<Host, Cables>();
  #media = new Map<Host, readonly Medium[]>();
  #byKey = new Map<string, Way>();
  readonly #severance = new Severance();
  readonly #weather = new Map<string, Weather>();
  #climate: Weather = fine;
  /** Nodes that reach no ping node. */
  readonly blind = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A host has these media from now on. */
  plug(host: Host, media: readonly Medium[]): void {
    const known = this.#media.get(host);
    if (known === media) return;
    this.#media.set(host, media);
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(media)) return;
    if (this.#media.size === this.#world.hosts.length) this.#rewire();
  }

  ports(host: Host): readonly Port[] {
    return this.#ports.get(host) ?? [];
  }

  /** The ports of a host that are cables. */
  cables(host: Host): Cables {
    return this.#cables.get(host) ?? noCables;
  }

  cut(from: readonly string[], to: readonly string[], side: Side = {}): void {
    this.#severance.cut(from, to, side);
    this.#refresh();
  }

  /** Cables are whole and the weather is fine, on one link or everywhere; then ping nodes are reached, too. */
  heal(link?: string): void {
    this.#severance.heal(link);
    if (link !== undefined) this.#weather.set(link, fine);
    else {
      this.#weather.clear();
      this.#climate = fine;
      this.blind.clear();
    }
    this.#refresh();
  }

  weather(weather: Weather, link?: string): void {
    if (link !== undefined) this.#weather.set(link, weather);
    else {
      this.#climate = weather;
      this.#weather.clear();
    }
    this.#refresh();
  }

  /** Something gets from one host to the other. */
  hears(from: Host, to: Host): boolean {
    return this.#ways().some((way) => way.from === from && way.to === to && isOpen(way));
  }

  /** Frames get from one host to the other on this device, whatever media there are. */
  reaches(from: Host, to: Host, device: string): boolean {
    if (!from.kernel.carries(device) || !to.kernel.carries(device)) return false;
    return !this.#severance.isCut(from.name, to.name, device);
  }

  /** How long a frame takes on this device; undefined: it is lost. */
  frameMs(device: string): number | undefined {
    const { loss = 0, jitterMs = 0 } = this.#weather.get(device) ?? this.#climate;
    const { chance } = this.#world;
    if (loss > 0 && chance.next() < loss) return undefined;
    return wireMs + (jitterMs > 0 ? chance.next() * jitterMs : 0);
  }

  /** A process opens its media. */
  open(host: Host): void {
    for (const line of this.#lines(host)) line.open();
  }

  /** It closes them, by its own will. */
  close(host: Host): void {
    for (const line of this.#lines(host)) line.close();
  }

  /** Sends by this port. */
  send({ ways }: Port, packet: Packet): void {
    for (let n = 0; n < ways.length; n += 1) {
      const way = ways[n];
      if (way === undefined) continue;
      if (way.cable instanceof Line) way.cable.post(packet);
      else if (isOpen(way)) this.#send(way, packet);
    }
  }

  #send(way: Way, packet: Packet): void {
    const ms = way.cable instanceof PppLink ? way.cable.carry(packet, this.#world.now) : wireMs;
    if (ms === undefined) return;
    if (way.weather === undefined || way.from === way.to) this.#deliver(way, packet, { ms });
    else this.#venture(way, packet, { ms, weather: way.weather });
  }

  /** What the weather does to it. */
  #venture(
    way: Way,
    packet: Packet,
    { ms, weather }: { readonly ms: number; readonly weather: Weather },
  ): void {
    const { chance } = this.#world;
    const { loss = 0, duplicate = 0, corrupt = 0, jitterMs = 0 } = weather;
    if (loss > 0 && chance.next() < loss) return;
    const isTwin = duplicate > 0 && chance.next() < duplicate;
    for (let copies = isTwin ? 2 : 1; copies > 0; copies -= 1) {
      const lateMs = (copies - 1) * chance.next() * twinMs + chance.next() * jitterMs;
      const isDamaged = corrupt > 0 && chance.next() < corrupt;
      this.#deliver(way, packet, { ms: ms + lateMs, isDamaged });
    }
  }

  /** A packet has left by a line: they keep their order, and are never doubled. */
  #leave(key: string, packet: Packet, { ms, isFirst }: Required<Omit<Transit, "isDamaged">>): void {
    const way = this.#byKey.get(key);
    if (way === undefined || !isOpen(way)) return;
    const { chance } = this.#world;
    const { loss = 0, corrupt = 0 } = way.weather ?? fine;
    if (loss > 0 && chance.next() < loss) return;
    const isDamaged = corrupt > 0 && chance.next() < corrupt;
    this.#deliver(way, packet, { ms, isDamaged, isFirst });
  }

  #deliver(way: Way, packet: Packet, { ms, isDamaged = false, isFirst = false }: Transit): void {
    const { now, chance } = this.#world;
    const delivery = new Delivery(way, packet, now, isFirst);
    if (!isDamaged) {
      this.#world.plan(now + ms, delivery);
      return;
    }
    delivery.damage(chance);
    this.#world.planApart(now + ms, delivery);
  }

  #lines(host: Host): Line[] {
    const cables = this.ports(host).flatMap(({ ways }) => ways.map(({ cable }) => cable));
    return cables.filter((cable) => cable instanceof Line);
  }

  #ways(): Way[] {
    return [...this.#ports.values()].flatMap((ports) => ports.flatMap(({ ways }) => ways));
  }

  #rewire(): void {
    const { hosts } = this.#world;
    const ends = wire(
      hosts.map((host) => ({ name: host.name, media: this.#media.get(host) ?? [] })),
    );
    const known = this.#byKey;
    this.#byKey = new Map();
    this.#ports = new Map();
    this.#cables = new Map();
    for (const [index, from] of hosts.entries()) {
      const media = (this.#media.get(from) ?? []).filter((medium) => !isPing(medium));
      const ports = media.map((medium) => {
        const leavesBy = linkOf(medium);
        const ways = (ends[index]?.get(medium) ?? []).flatMap(({ host, link: arrivesBy }) => {
          const to = hosts[host];
          return to === undefined ? [] : [{ from, to, leavesBy, arrivesBy }];
        });
        return { medium, link: leavesBy, ways: ways.map((way) => this.#way(way, medium, known)) };
      });
      this.#ports.set(from, ports);
      const lines = ports.filter(({ medium }) => isLine(medium));
      this.#cables.set(from, { ports: lines, links: lines.map(({ link }) => link) });
    }
    this.#refresh();
  }

  /** A cable that was there before is the same cable. */
  #way(
    ends: Pick<Way, "from" | "to" | "leavesBy" | "arrivesBy">,
    medium: Medium,
    known: ReadonlyMap<string, Way>,
  ): Way {
    const key = keyOf(ends);
    const cable = known.get(key)?.cable ?? this.#cable(medium, key, ends.from);
    const way = { ...ends, cable, isCut: false, weather: undefined };
    this.#byKey.set(key, way);
    return way;
  }

  #cable(medium: Medium, key: string, from: Host): Line | PppLink | undefined {
    if (medium.kind === "ppp") return new PppLink(medium);
    if (medium.kind !== "serial") return undefined;
    return new Line(this.#world, medium, {
      isAwake: () => from.isUp,
      leave: (packet, transit) => this.#leave(key, packet, transit),
    });
  }

  #refresh(): void {
    for (const way of this.#ways()) {
      const { from, to, leavesBy, arrivesBy } = way;
      way.isCut = [leavesBy, arrivesBy].some((link) =>
        this.#severance.isCut(from.name, to.name, link),
      );
      const own = this.#weather.get(way.leavesBy) ?? this.#weather.get(way.arrivesBy);
      way.weather = roughOf(own ?? this.#climate);
    }
  }
}

function keyOf({ from, to, leavesBy }: Pick<Way, "from" | "to" | "leavesBy">): string {
  return `${from.name}>${to.name} ${leavesBy}`;
}

function isOpen({ isCut, from, to, leavesBy, arrivesBy }: Way): boolean {
  return !isCut && from.kernel.carries(leavesBy) && to.kernel.carries(arrivesBy);
}

/** Undefined for weather in which nothing happens to a packet. */
function roughOf(weather: Weather): Weather | undefined {
  const { loss = 0, duplicate = 0, corrupt = 0, jitterMs = 0 } = weather;
  return loss + duplicate + corrupt + jitterMs > 0 ? weather : undefined;
}
