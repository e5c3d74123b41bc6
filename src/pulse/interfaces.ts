// What this host's interfaces and addresses are at the moment: a mirror of the kernel's tables.
//
// Filled by one dump, then kept true by the netlink monitor; when the kernel had to drop news, it
// is dumped again. Nobody is told of single events: after each pump() the others look at the state,
// so that an address that came and went in between is no news.

import { RouteMonitor, RouteSocket } from "../../ffi/route.ts";
import {
  type AddressRow,
  addressRow,
  IFF_LOWER_UP,
  IFF_UP,
  type LinkRow,
  linkRow,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from "../../ffi/rtnetlink.ts";
import { Networks } from "./networks.ts";
import { keyOf } from "./place.ts";

/** A link that can carry packets now. */
export function carries(link: LinkRow): boolean {
  return (link.flags & IFF_UP) !== 0 && (link.flags & IFF_LOWER_UP) !== 0;
}

export interface Changes {
  /** Interface names of which something was told: created, removed, up, down, carrier. */
  readonly devices: ReadonlySet<string>;
  /** Keys of addresses that were added, changed or removed; that a lease was renewed is no news. */
  readonly addresses: ReadonlySet<string>;
  /** True when everything was read anew. */
  readonly all: boolean;
}

export class Interfaces {
  readonly route = new RouteSocket();
  readonly networks = new Networks();
  readonly #monitor = new RouteMonitor();
  #links = new Map<number, LinkRow>();
  #addresses = new Map<string, AddressRow[]>();

  constructor() {
    this.#reload();
  }

  /** Readable when there is news. */
  get fd(): number {
    return this.#monitor.fd;
  }

  links(): readonly LinkRow[] {
    return [...this.#links.values()];
  }

  link(index: number): LinkRow | undefined {
    return this.#links.get(index);
  }

  named(name: string): LinkRow | undefined {
    for (const link of this.#links.values()) if (link.name === name) return link;
    return undefined;
  }

  addresses(): readonly AddressRow[] {
    return [...this.#addresses.values()].flat();
  }

  /** Where this address is up: none, one or several interfaces. */
  rows(key: string): readonly AddressRow[] {
    return this.#addresses.get(key) ?? [];
  }

  /** Takes in all queued news. */
  pump(): Changes {
    const devices = new Set<string>();
    const addresses = new Set<string>();
    while (true) {
      const news = this.#monitor.read();
      if (news === "lost") {
        this.#reload();
        return { devices, addresses, all: true };
      }
      if (news.length === 0) return { devices, addresses, all: false };
      for (const message of news) {
        if (message.type === RTM_NEWLINK || message.type === RTM_DELLINK) {
          // An AF_BRIDGE message tells of a port, not of the link's life.
          if (message.body[0] === 7) continue;
          const link = linkRow(message);
          if (link === undefined) continue;
          const before = this.#links.get(link.index);
          if (before !== undefined) devices.add(before.name);
          devices.add(link.name);
          if (message.type === RTM_NEWLINK) this.#links.set(link.index, link);
          else this.#forgetLink(link.index);
          continue;
        }
        const row = addressRow(message);
        if (row === undefined) continue;
        if (message.type === RTM_NEWADDR && this.#isRenewal(row)) continue;
        addresses.add(keyOf(row.address));
        if (message.type === RTM_NEWADDR) this.#put(row);
        if (message.type === RTM_DELADDR) this.#take(row);
      }
    }
  }

  close(): void {
    this.#monitor.close();
    this.route.close();
  }

  #reload(): void {
    this.#links = new Map(this.route.links().map((link) => [link.index, link]));
    this.#addresses = new Map();
    this.networks.clear();
    for (const row of this.route.addresses()) this.#put(row);
  }

  #put(row: AddressRow): void {
    const key = keyOf(row.address);
    this.#addresses.set(key, [...this.#others(key, row), row]);
    this.networks.put(row);
  }

  /** The common case by far. */
  #isRenewal(row: AddressRow): boolean {
    return this.rows(keyOf(row.address)).some((known) => same(known, row) && isAlike(known, row));
  }

  #take(row: AddressRow): void {
    const key = keyOf(row.address);
    const others = this.#others(key, row);
    this.networks.take(row);
    if (others.length === 0) this.#addresses.delete(key);
    else this.#addresses.set(key, others);
  }

  #others(key: string, row: AddressRow): AddressRow[] {
    return this.rows(key).filter((other) => !same(other, row));
  }

  #forgetLink(index: number): void {
    this.#links.delete(index);
    for (const row of this.addresses()) if (row.index === index) this.#take(row);
  }
}

/** All that is told of both but how long they stay. */
function isAlike(one: AddressRow, other: AddressRow): boolean {
  const [a, b] = [one, other].map(({ broadcast }) => broadcast && keyOf(broadcast));
  return one.flags === other.flags && one.label === other.label && a === b;
}

function same(one: AddressRow, other: AddressRow): boolean {
  return one.index === other.index && one.prefix === other.prefix;
}
