// Puts addresses on their interfaces and takes them off again: the kernel's part, in batches.
//
// Nothing is remembered here: that is the address book's part.

import { errnoOf, reasonOf, SysError } from "../../ffi/error.ts";
import { putAlias, removeAlias, setUp } from "../../ffi/interface.ts";
import { addressText } from "../../ffi/layout.ts";
import { IFF_UP } from "../../ffi/rtnetlink.ts";
import type { AddressResource } from "../config/resource.ts";
import { describe, type Held, netmask, put, remove } from "./held.ts";
import type { Interfaces } from "./interfaces.ts";

/** What these errors ask to be gone is gone. */
const gone = new Set([errnoOf("EADDRNOTAVAIL"), errnoOf("ENODEV"), errnoOf("ESRCH")]);

/** Puts all of them up, or renews those that are; undefined, or why the first of them failed. */
export function raise(
  batch: readonly Held[],
  leaseSeconds: (resource: AddressResource) => number | undefined,
  interfaces: Interfaces,
): string | undefined {
  try {
    for (const index of new Set(batch.map((held) => held.place.index))) {
      const link = interfaces.link(index);
      if (link !== undefined && (link.flags & IFF_UP) === 0) setUp(link.name);
    }
    for (const held of batch) {
      if (held.method === "ioctl" && !isUp(held, interfaces)) makeAlias(held);
    }
  } catch (error) {
    return reasonOf(error);
  }
  const leased = batch.filter((held) => held.method === "netlink");
  const results = interfaces.route.change(
    leased.map((held) => put(held, leaseSeconds(held.resource))),
  );
  const failed = results.findIndex((errno) => errno !== 0);
  const held = leased[failed];
  if (held === undefined) return undefined;
  return new SysError("put up", results[failed] ?? 0, describe(held)).message;
}

/** Takes all of them down; what could not be. What is not up is no failure. */
export function lower(batch: readonly Held[], interfaces: Interfaces): string[] {
  const failures: string[] = [];
  for (const held of batch) {
    const { label } = held.place;
    try {
      if (held.method === "ioctl" && label !== undefined) removeAlias(label);
    } catch (error) {
      if (!(error instanceof SysError) || !gone.has(error.errno)) failures.push(reasonOf(error));
    }
  }
  const leased = batch.filter((held) => held.method === "netlink");
  const results = interfaces.route.change(leased.map(remove));
  for (const [index, held] of leased.entries()) {
    const errno = results[index] ?? 0;
    if (errno === 0 || gone.has(errno)) continue;
    failures.push(new SysError("take down", errno, describe(held)).message);
  }
  return failures;
}

/** True when the kernel has it on the interface where it belongs. */
export function isUp(held: Held, interfaces: Interfaces): boolean {
  return interfaces.rows(held.key).some((row) => row.index === held.place.index);
}

function makeAlias(held: Held): void {
  const { label, address, prefix, broadcast } = held.place;
  if (label === undefined) return;
  putAlias({
    label,
    address: addressText(address),
    netmask: netmask(prefix),
    ...(broadcast === undefined ? {} : { broadcast: addressText(broadcast) }),
  });
}
