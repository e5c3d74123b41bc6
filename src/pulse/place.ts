// Where an address of haresources belongs on this host: interface, prefix, broadcast, label.
//
// Pure: a function of the word and of the kernel's tables. What the word says wins; the rest is
// found as the address scripts find it, from the route to the address (heartbeat-resources 8).

import { addressBytes, addressText } from "../../ffi/layout.ts";
import {
  type AddressRow,
  IFF_LOOPBACK,
  type LinkRow,
  type RouteRow,
  RT_TABLE_MAIN,
} from "../../ffi/rtnetlink.ts";
import type { AddressResource } from "../config/resource.ts";

const UNICAST = 1;
/** IFNAMSIZ less the final NUL. */
const LABEL_MAX = 15;
const FALLBACK_DEVICE = "eth0";

export interface Place {
  readonly index: number;
  readonly device: string;
  readonly address: Uint8Array;
  readonly prefix: number;
  readonly broadcast?: Uint8Array | undefined;
  readonly label?: string | undefined;
  /** The address is on this interface already. */
  readonly adopted: boolean;
  /** The address is on the loopback interface (load-balanced real server) and must leave it
   *  first. */
  readonly loopback?: AddressRow | undefined;
}

/** The kernel's tables, made ready once for many addresses. */
export class Tables {
  readonly links: readonly LinkRow[];
  readonly routes: readonly RouteRow[];
  /** One row for each network of each interface: the first address in it. */
  readonly networks: readonly AddressRow[];
  readonly #rows = new Map<string, AddressRow[]>();
  readonly #labels: Set<string>;

  constructor(tables: {
    readonly links: readonly LinkRow[];
    readonly addresses: readonly AddressRow[];
    readonly routes: readonly RouteRow[];
    /** Labels promised to addresses that are not up. */
    readonly labels?: Iterable<string>;
  }) {
    this.links = tables.links;
    this.routes = tables.routes
      .filter(
        (route) => route.table === RT_TABLE_MAIN && route.type === UNICAST && route.index !== 0,
      )
      .sort((one, other) => other.prefix - one.prefix || one.metric - other.metric);
    this.#labels = new Set(tables.labels);
    const networks = new Map<string, AddressRow>();
    for (const row of tables.addresses) {
      const key = keyOf(row.address);
      this.#rows.set(key, [...(this.#rows.get(key) ?? []), row]);
      if (row.label !== undefined) this.#labels.add(row.label);
      const name = `${row.index}/${row.prefix}/${keyOf(networkOf(row.address, row.prefix))}`;
      if (row.prefix < row.address.length * 8 && !networks.has(name)) networks.set(name, row);
    }
    this.networks = [...networks.values()].sort((one, other) => other.prefix - one.prefix);
  }

  rows(address: Uint8Array): readonly AddressRow[] {
    return this.#rows.get(keyOf(address)) ?? [];
  }

  nameOf(index: number): string | undefined {
    return this.links.find((link) => link.index === index)?.name;
  }

  isLoopback(index: number): boolean {
    const link = this.links.find((candidate) => candidate.index === index);
    return link !== undefined && (link.flags & IFF_LOOPBACK) !== 0;
  }

  /** The first free alias of an interface, from now on taken; none when the name would be too
   *  long. */
  alias(device: string): string | undefined {
    for (let number = 0; ; number += 1) {
      const label = `${device}:${number}`;
      if (label.length > LABEL_MAX) return undefined;
      if (this.#labels.has(label)) continue;
      this.#labels.add(label);
      return label;
    }
  }
}

/** Text by which address bytes can be looked up. */
export function keyOf(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, address.byteLength).toString("hex");
}

/** The address with its host part cleared. */
export function networkOf(address: Uint8Array, prefix: number): Uint8Array {
  return address.map((byte, at) => byte & ~(0xff >> Math.min(8, Math.max(0, prefix - at * 8))));
}

/** True when the first `prefix` bits of both addresses are the same. */
export function inSubnet(address: Uint8Array, network: Uint8Array, prefix: number): boolean {
  if (address.length !== network.length) return false;
  for (let bit = 0; bit < prefix; bit += 8) {
    const mask = prefix - bit >= 8 ? 0xff : (0xff00 >> (prefix - bit)) & 0xff;
    const at = bit / 8;
    if (((address[at] ?? 0) & mask) !== ((network[at] ?? 0) & mask)) return false;
  }
  return true;
}

/** The place of an address, or the reason why there is none. */
export function place(resource: AddressResource, tables: Tables): Place | string {
  const address = addressBytes(resource.address);
  const rows = tables.rows(address);
  const there =
    rows.find((row) => tables.nameOf(row.index) === resource.device) ??
    rows.find((row) => !tables.isLoopback(row.index));
  if (there !== undefined) return adopted(there, tables);

  const found = deviceFor(resource, address, tables);
  if (typeof found === "string") return found;
  const { link, route } = found;
  const neighbour = tables.networks.find(
    (row) => row.index === link.index && inSubnet(address, row.address, row.prefix),
  );
  const prefix = resource.prefix ?? neighbour?.prefix ?? route?.prefix ?? address.length * 8;
  const broadcast = broadcastFor(resource, { address, prefix, neighbour });
  const label = labelFor(resource, link.name, tables);
  const loopback = tables.isLoopback(link.index) ? undefined : rows[0];
  return {
    index: link.index,
    device: link.name,
    address,
    prefix,
    adopted: false,
    broadcast,
    label,
    loopback,
  };
}

function adopted(row: AddressRow, tables: Tables): Place {
  return {
    index: row.index,
    device: tables.nameOf(row.index) ?? "",
    address: row.address,
    prefix: row.prefix,
    adopted: true,
    broadcast: row.broadcast,
    label: row.label,
  };
}

function deviceFor(
  resource: AddressResource,
  address: Uint8Array,
  tables: Tables,
): { link: LinkRow; route?: RouteRow } | string {
  const matching = tables.routes.filter((route) =>
    inSubnet(address, route.destination, route.prefix),
  );
  if (resource.device !== undefined) {
    const link = tables.links.find((candidate) => candidate.name === resource.device);
    if (link === undefined) {
      return `There is no interface "${resource.device}" for ${resource.address}`;
    }
    const route = matching.find(
      (candidate) => isOnLink(candidate) && candidate.index === link.index,
    );
    return route === undefined ? { link } : { link, route };
  }
  const usable = matching.filter((route) => !tables.isLoopback(route.index));
  for (const route of usable) {
    // The default route tells the interface but no network: then the word must tell the prefix.
    if (route.prefix === 0 && resource.prefix === undefined) continue;
    const link = tables.links.find((candidate) => candidate.index === route.index);
    if (link === undefined) continue;
    return isOnLink(route) ? { link, route } : { link };
  }
  const fallback = tables.links.find((link) => link.name === FALLBACK_DEVICE);
  if (resource.agent === "IPaddr" && fallback !== undefined) return { link: fallback };
  return whyNowhere(resource, tables, usable.length > 0);
}

function isOnLink(route: RouteRow): boolean {
  return route.gateway === undefined && route.prefix > 0;
}

function whyNowhere(resource: AddressResource, tables: Tables, byDefault: boolean): string {
  const networks = tables.networks
    .filter((row) => row.family === resource.family && !tables.isLoopback(row.index))
    .slice(0, 8)
    .map((row) => `${tables.nameOf(row.index)} ${addressText(row.address)}/${row.prefix}`);
  const looked = networks.length === 0 ? "no interface is in any network" : networks.join(", ");
  return byDefault
    ? `Only the default route leads to ${resource.address}: name its prefix and interface (${looked})`
    : `No interface's network or route leads to ${resource.address} (looked at: ${looked})`;
}

/** What the word says, else what its neighbours have, else the all-ones address. */
export function broadcastFor(
  resource: AddressResource,
  place: { address: Uint8Array; prefix: number; neighbour: AddressRow | undefined },
): Uint8Array | undefined {
  const { address, prefix, neighbour } = place;
  if (resource.broadcast !== undefined) return addressBytes(resource.broadcast);
  const inherited = neighbour?.prefix === prefix ? neighbour.broadcast : undefined;
  return inherited ?? broadcastOf(address, prefix);
}

/** The all-ones address of an IPv4 network; none for IPv6 and for prefixes 31 and 32. */
export function broadcastOf(address: Uint8Array, prefix: number): Uint8Array | undefined {
  if (address.length !== 4 || prefix > 30) return undefined;
  return address.map((byte, at) => byte | (0xff >> Math.min(8, Math.max(0, prefix - at * 8))));
}

/** IPaddr makes aliases eth0:0, eth0:1 …; the others only where the word names one. */
function labelFor(resource: AddressResource, device: string, tables: Tables): string | undefined {
  if (resource.family === 6) return undefined;
  if (resource.label !== undefined) return resource.label;
  return resource.agent === "IPaddr" ? tables.alias(device) : undefined;
}
