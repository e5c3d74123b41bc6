// IPsrcaddr: the address from which this host speaks by itself (heartbeat-resources 8).
//
// Sets the preferred source of the one default route, and of the route to the address's own
// network; puts back what was there before. Beside each such route stands a fallback with the
// original source and a worse metric (fallback.ts): a leased address that ends takes the changed
// routes along, and the host must stay reachable. An earlier run's fallback tells what was there
// before; without one, the first address of the interface takes the place of what is not known.

import type { Request } from "../../ffi/batch.ts";
import { errnoOf, SysError } from "../../ffi/error.ts";
import { addressBytes, addressText } from "../../ffi/layout.ts";
import { type AddressRow, putRoute, type RouteRow, removeRoute } from "../../ffi/rtnetlink.ts";
import type { PulseResource } from "../config/resource.ts";
import { fallbackOf, type Way, wayKey, ways } from "./fallback.ts";
import type { Interfaces } from "./interfaces.ts";
import { inSubnet, keyOf } from "./place.ts";

interface Speaker {
  readonly text: string;
  readonly address: Uint8Array;
  /** The routes that have, or had, it as their source. */
  readonly ways: ReadonlySet<string>;
}

interface Step {
  readonly route: RouteRow;
  readonly make: Request;
}

const EEXIST = errnoOf("EEXIST");

export class SourceAddress {
  readonly #interfaces: Interfaces;
  /** By resource word; of several for one route, the last one speaks. */
  readonly #held = new Map<string, Speaker>();
  /** The original source of every route that is changed. */
  readonly #before = new Map<string, Uint8Array | undefined>();

  /** Restores the routes that an earlier run changed and the kernel removed since. */
  constructor(interfaces: Interfaces) {
    this.#interfaces = interfaces;
    const steps = this.#ways(4).flatMap((way) => (way.gone ? this.#restore(way, undefined) : []));
    interfaces.route.change(steps.map(({ make }) => make));
  }

  /** Makes the address the preferred source; throws why it cannot. */
  hold(resource: PulseResource): void {
    const address = addressBytes(resource.address);
    const chosen = this.#waysFor(address, resource).filter((way) => !this.#isKernels(way, address));
    const { word, address: text } = resource;
    this.#held.delete(word);
    this.#held.set(word, {
      text,
      address,
      ways: new Set(chosen.map(({ route }) => wayKey(route))),
    });
    this.#carryOut(chosen.flatMap((way) => this.#speak(way, address)));
  }

  /** Puts the routes back as they were; what somebody else changed meanwhile is left alone. */
  drop(resource: PulseResource): void {
    const address = addressBytes(resource.address);
    this.#held.delete(resource.word);
    const others = [...this.#held.values()].filter((one) => this.#isUp(one.address));
    const steps = this.#ways(address.length === 4 ? 4 : 6).flatMap((way) => {
      const heir = others.findLast((one) => one.ways.has(wayKey(way.route)));
      if (heir === undefined) return this.#restore(way, address);
      return way.gone || speaksFrom(way, address) ? this.#speak(way, heir.address) : [];
    });
    this.#carryOut(steps);
  }

  /** Puts everything back; what fails is left as it is. */
  dropAll(): void {
    const all = [...this.#held];
    this.#held.clear();
    for (const [word, { text }] of all) {
      try {
        this.drop({ kind: "srcaddr", word, address: text });
      } catch {
        // The process is about to end: nobody could do better.
      }
    }
  }

  /** The fallback first: at no moment may the host be without a route. */
  #speak(way: Way, address: Uint8Array): Step[] {
    const { route } = way;
    const key = wayKey(route);
    const before = this.#original(way, address);
    this.#before.set(key, before);
    // Somebody may have given the route another gateway since.
    const good = way.fallback !== undefined && same(way.fallback.gateway, route.gateway);
    const fallback = good ? undefined : fallbackOf(route);
    return [
      ...(fallback === undefined ? [] : [put(fallback, before, false)]),
      put(route, address, way.gone),
    ];
  }

  /** The original back, then its fallback away. Nothing for routes that are not ours. */
  #restore(way: Way, address: Uint8Array | undefined): Step[] {
    const { route, fallback, gone } = way;
    const key = wayKey(route);
    const ours = address !== undefined && speaksFrom(way, address);
    const known = fallback !== undefined || this.#before.has(key);
    if (!known && (!ours || this.#isKernels(way, address))) return [];
    const before = this.#original(way, address);
    // When an IPv6 address goes, its routes stay and only lose it as their source.
    const cleared = route.family === 6 && route.source === undefined;
    const back = gone || ours || cleared ? [put(route, before, gone)] : [];
    const foreign = back.length === 0 && route.source !== undefined && !same(route.source, before);
    // Another address speaks, perhaps one that an earlier run held: its drop still needs to know.
    if (foreign) return [];
    this.#before.delete(key);
    const away = (row: RouteRow): Step => ({ route: row, make: (seq) => removeRoute(row, seq) });
    return fallback === undefined ? back : [...back, away(fallback)];
  }

  /** The source that this route had before anybody here changed it. */
  #original(way: Way, address: Uint8Array | undefined): Uint8Array | undefined {
    const { route, fallback } = way;
    if (fallback !== undefined) return fallback.source;
    const known = this.#before.get(wayKey(route));
    const lasts = known === undefined || this.#isUp(known);
    if (this.#before.has(wayKey(route)) && lasts) return known;
    const ours = address !== undefined && speaksFrom(way, address);
    return ours ? this.#primary(route, address) : route.source;
  }

  /** True for the network's route that the kernel made for this very address: it comes and goes
   *  with it. */
  #isKernels(way: Way, address: Uint8Array): boolean {
    return (
      way.route.family === 4 &&
      way.route.prefix > 0 &&
      way.fallback === undefined &&
      !this.#before.has(wayKey(way.route)) &&
      speaksFrom(way, address) &&
      this.#primary(way.route, address) === undefined
    );
  }

  #ways(family: 4 | 6): Way[] {
    return ways(this.#interfaces.route.routes(family).filter((route) => route.type === 1));
  }

  /** The default route and, where there is one, the route to the address's network. */
  #waysFor(address: Uint8Array, resource: PulseResource): Way[] {
    const all = this.#ways(address.length === 4 ? 4 : 6);
    const device =
      resource.device === undefined ? undefined : this.#interfaces.named(resource.device);
    const defaults = all.filter(
      ({ route }) =>
        route.prefix === 0 &&
        route.gateway !== undefined &&
        (device === undefined || route.index === device.index),
    );
    const [only] = defaults;
    if (only === undefined || defaults.length > 1) {
      throw new Error(
        `"${resource.word}" needs exactly one default route: there are ${defaults.length}`,
      );
    }
    if (!this.#isUp(address)) {
      throw new Error(`"${resource.word}": no interface has ${resource.address}`);
    }
    const network = all.find(
      ({ route }) =>
        route.prefix > 0 &&
        route.gateway === undefined &&
        route.index === only.route.index &&
        inSubnet(address, route.destination, route.prefix),
    );
    return network === undefined ? [only] : [only, network];
  }

  /** What the kernel would choose without us: the interface's first address that is not this one. */
  #primary(route: RouteRow, not: Uint8Array): Uint8Array | undefined {
    const inside = (row: AddressRow) =>
      row.index === route.index &&
      row.address.length === not.length &&
      !same(row.address, not) &&
      inSubnet(row.address, route.destination, route.prefix);
    // A default route needs no source of its own: the kernel then takes the gateway's network. Nor
    // do the networks' routes of IPv6.
    if (route.prefix === 0 || route.family === 6) return undefined;
    return this.#interfaces.addresses().find(inside)?.address;
  }

  /** The kernel tells of a new IPv6 address a moment after it is up: what the mirror does not know
   *  yet, the kernel itself does. */
  #isUp(address: Uint8Array): boolean {
    return (
      this.#interfaces.rows(keyOf(address)).length > 0 ||
      this.#interfaces.route.addresses().some((row) => same(row.address, address))
    );
  }

  #carryOut(steps: readonly Step[]): void {
    const results = this.#interfaces.route.change(steps.map(({ make }) => make));
    for (const [index, errno] of results.entries()) {
      // Somebody put another route where a lost one was: theirs counts.
      if (errno === 0 || errno === EEXIST) continue;
      const route = steps[index]?.route;
      const about =
        route === undefined ? "a route" : `${addressText(route.destination)}/${route.prefix}`;
      throw new SysError("change the source of route", errno, about);
    }
  }
}

/** Puts a route in the place of what it was, or back where none is. */
function put(route: RouteRow, source: Uint8Array | undefined, gone: boolean): Step {
  const mode = !gone ? "replace" : route.gateway === undefined ? "beside" : "first";
  return { route, make: (sequence) => putRoute(route, source, mode, sequence) };
}

function speaksFrom(way: Way, address: Uint8Array): boolean {
  return same(way.route.source, address) && !way.gone;
}

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return keyOf(one) === keyOf(other);
}
