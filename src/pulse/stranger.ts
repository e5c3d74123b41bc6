// Addresses of the configuration that are on this host without being ours to hold: told once each. What an
// earlier run left is no stranger: the core adopts it or takes it down, or its lease ends.
//
// And those that a real server behind a load balancer keeps on its loopback interface: they leave
// it while the address is held here, and come back after (IPaddr2's lvs_support).

import { addressBytes } from "../../ffi/layout.ts";
import type { RouteSocket } from "../../ffi/route.ts";
import { type AddressRow, IFF_LOOPBACK, putAddress, removeAddress } from "../../ffi/rtnetlink.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { AddressResource } from "../config/resource.ts";
import { leaseSeconds } from "../core/lease.ts";
import type { Held } from "./held.ts";
import type { Changes } from "./interfaces.ts";
import type { LinksHost } from "./links.ts";
import { keyOf } from "./place.ts";

export class Stranger {
  readonly #host: LinksHost;
  /** Every address that the groups know, by its bytes. */
  #configured = new Map<string, AddressResource>();
  /** How long hb's own leases last here. */
  #leaseSeconds = 0;
  readonly #told = new Set<string>();
  /** Words of what an earlier run left up, until it is held or gone. */
  readonly #left: Set<string>;
  readonly #lifted = new Map<string, AddressRow>();

  constructor(config: ClusterConfig, host: LinksHost, left: readonly string[]) {
    this.#host = host;
    this.#left = new Set(left);
    this.reconfigure(config);
  }

  reconfigure(config: ClusterConfig): void {
    this.#configured = new Map(
      config.groups
        .flatMap((group) => group.resources)
        .flatMap((one) =>
          one.kind === "address" ? [[keyOf(addressBytes(one.address)), one] as const] : [],
        ),
    );
    this.#leaseSeconds = leaseSeconds(config) ?? 0;
  }

  /** Tells of addresses that are up though `isHeld` knows nothing of them. */
  look(changes: Changes, isHeld: (key: string) => boolean): void {
    const keys = changes.all ? this.#configured.keys() : changes.addresses;
    for (const key of keys) {
      const resource = this.#configured.get(key);
      if (resource === undefined) continue;
      const { address, word } = resource;
      const devices = this.#devicesOf(key);
      if (devices.length === 0 || isHeld(key)) {
        this.#told.delete(key);
        this.#left.delete(word);
        continue;
      }
      if (this.#told.has(key) || this.#left.has(word)) continue;
      this.#told.add(key);
      const text = `${address} is up on ${devices.join(", ")}, but this node does not hold it`;
      this.#host.log("warn", text, "stranger");
    }
  }

  /** Takes an address off the loopback interface and remembers it. */
  liftOff(row: AddressRow, route: RouteSocket): void {
    const [errno] = route.change([(sequence) => removeAddress(row, sequence)]);
    if (errno === 0) this.#lifted.set(keyOf(row.address), row);
  }

  /** Gives the loopback interface back what was lifted off for these. */
  putDown(dropped: readonly Held[], route: RouteSocket): void {
    const rows = dropped.flatMap(({ key }) => this.#lifted.get(key) ?? []);
    if (rows.length === 0) return;
    route.change(rows.map((row) => (sequence) => putAddress(row, sequence)));
    for (const row of rows) this.#lifted.delete(keyOf(row.address));
  }

  /** Where it is up to stay. A lease of hb's own that nobody renews is no configuration of this host. */
  #devicesOf(key: string): string[] {
    const { interfaces } = this.#host;
    return interfaces.rows(key).flatMap(({ index, validSeconds = Number.POSITIVE_INFINITY }) => {
      const link = interfaces.link(index);
      const isLoopback = link !== undefined && (link.flags & IFF_LOOPBACK) !== 0;
      if (link === undefined || isLoopback || validSeconds <= this.#leaseSeconds) return [];
      return [link.name];
    });
  }
}
