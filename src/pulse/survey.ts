// Looks at this host's tables for a list of addresses: where each belongs, and where some are
// already.

import { addressBytes } from "../../ffi/layout.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { AddressResource, PulseResource } from "../config/resource.ts";
import { type Held, heldAt } from "./held.ts";
import type { Interfaces } from "./interfaces.ts";
import { keyOf, place, Tables } from "./place.ts";

/** A record of each address and where it belongs; throws why one has no place. */
export function placeAll(
  resources: readonly AddressResource[],
  interfaces: Interfaces,
  method: ClusterConfig["addressMethod"],
): Held[] {
  const families = new Set(resources.map((resource) => resource.family));
  const tables = new Tables({
    links: interfaces.links(),
    addresses: interfaces.addresses(),
    routes: [...families].flatMap((family) => interfaces.route.routes(family)),
  });
  return resources.map((resource) => {
    const found = place(resource, tables);
    if (typeof found === "string") throw new Error(found);
    return heldAt(resource, found, method);
  });
}

/** Everywhere but at `index` (and on the loopback interface) that this address is up: an earlier
 *  run or somebody else left it there. */
export function leftovers(
  resource: AddressResource,
  index: number | undefined,
  interfaces: Interfaces,
): Held[] {
  const rows = interfaces.rows(keyOf(addressBytes(resource.address)));
  if (rows.every((row) => row.index === index)) return [];
  const tables = new Tables({ links: interfaces.links(), addresses: [], routes: [] });
  return rows
    .filter((row) => row.index !== index && !tables.isLoopback(row.index))
    .map((row) => {
      const device = tables.nameOf(row.index) ?? "";
      const { address, prefix } = row;
      return heldAt(
        resource,
        { index: row.index, device, address, prefix, adopted: true },
        "netlink",
      );
    });
}

/** The interface on which SendArp announces: as its word says, else where the address is up. */
export function interfaceFor(resource: PulseResource, interfaces: Interfaces): number {
  const [row] = interfaces.rows(keyOf(addressBytes(resource.address)));
  const { device } = resource;
  const index = device === undefined ? row?.index : interfaces.named(device)?.index;
  if (index !== undefined) return index;
  throw new Error(`"${resource.word}": no interface for ${resource.address} was found`);
}
