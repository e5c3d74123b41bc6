// Looks at this host's tables for a list of addresses: where each belongs, and where some are
// already.

import { addressBytes } from "../../ffi/layout.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { AddressResource, PulseResource } from "../config/resource.ts";
import { type Held, heldAt } from "./held.ts";
import type { Interfaces } from "./interfaces.ts";
import { broadcastFor, keyOf, type Place, place, Tables } from "./place.ts";

/** A record of each address and where it belongs; throws why one has no place. */
export function placeAll(
  resources: readonly AddressResource[],
  interfaces: Interfaces,
  method: ClusterConfig["addressMethod"],
): Held[] {
  const direct = resources.map((resource) => placeDirectly(resource, interfaces));
  if (direct.every((found) => found !== undefined)) {
    return resources.flatMap((resource, i) => {
      const found = direct[i];
      return found === undefined ? [] : [heldAt(resource, found, method)];
    });
  }
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

/** The place of an address whose word tells the interface, and that is nowhere yet, without a look at
 *  the whole of the kernel's tables; undefined when that must be looked at. Two hundred virtual routers
 *  take over one by one, and the last one's clients wait for all of them. */
function placeDirectly(resource: AddressResource, interfaces: Interfaces): Place | undefined {
  const { device, agent, label } = resource;
  // IPaddr chooses a free alias.
  if (device === undefined || agent === "IPaddr") return undefined;
  const address = addressBytes(resource.address);
  const link = interfaces.named(device);
  if (link === undefined || interfaces.rows(keyOf(address)).length > 0) return undefined;
  const neighbour = interfaces.networks.around(link.index, address);
  const prefix = resource.prefix ?? neighbour?.prefix;
  if (prefix === undefined) return undefined;
  const broadcast = broadcastFor(resource, { address, prefix, neighbour });
  return { index: link.index, device, address, prefix, adopted: false, broadcast, label };
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
