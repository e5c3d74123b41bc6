// Which networks an interface is in, by the addresses that are on it: kept while they come and go, so that
// the place of an address is found without a look at all the others.

import type { AddressRow } from "../../ffi/rtnetlink.ts";
import { inSubnet, keyOf, networkOf } from "./place.ts";

interface Network {
  /** Its addresses here, the first one first. */
  readonly rows: Map<string, AddressRow>;
}

export class Networks {
  readonly #byIndex = new Map<number, Map<string, Network>>();

  put(row: AddressRow): void {
    // The address of a host alone is no network.
    if (row.prefix >= row.address.length * 8) return;
    const networks = this.#byIndex.get(row.index) ?? new Map<string, Network>();
    this.#byIndex.set(row.index, networks);
    const name = nameOf(row);
    const network = networks.get(name) ?? { rows: new Map() };
    networks.set(name, network);
    network.rows.set(keyOf(row.address), row);
  }

  take(row: AddressRow): void {
    const networks = this.#byIndex.get(row.index);
    const name = nameOf(row);
    const network = networks?.get(name);
    network?.rows.delete(keyOf(row.address));
    if (network?.rows.size === 0) networks?.delete(name);
  }

  clear(): void {
    this.#byIndex.clear();
  }

  /** The first address of the smallest network of this interface that the address belongs to. */
  around(index: number, address: Uint8Array): AddressRow | undefined {
    let found: AddressRow | undefined;
    for (const { rows } of this.#byIndex.get(index)?.values() ?? []) {
      const [row] = rows.values();
      if (row === undefined || row.prefix <= (found?.prefix ?? -1)) continue;
      if (inSubnet(address, row.address, row.prefix)) found = row;
    }
    return found;
  }
}

function nameOf({ prefix, address }: AddressRow): string {
  return `${prefix}/${keyOf(networkOf(address, prefix))}`;
}
