// Where adverts of a virtual router go, and which MAC they carry (carp.md 1, 15).

import type { RouterConfig } from "../../config/router.ts";
import { addressToBytes } from "../ipaddress.ts";
import type { Family } from "../ipframe.ts";

/** Hosts with IPv6 addresses to share listen here (carp.md 15). */
export const CARP_GROUP_V6 = "ff02::12";

const BROADCAST_MAC = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** Adverts leave in each family of which the router shares an address, IPv4 first. */
export function familiesOf(router: Pick<RouterConfig, "addresses">): readonly Family[] {
  return ([4, 6] as const).filter((family) =>
    router.addresses.some((address) => address.family === family),
  );
}

/** The unicast peers of a family; none: it speaks to the group. */
export function peersOf(router: Pick<RouterConfig, "peers">, family: Family): readonly string[] {
  return router.peers.filter((peer) => peer.includes(":") === (family === 6));
}

export function groupOf(router: Pick<RouterConfig, "multicast">, family: Family): Uint8Array {
  return addressToBytes(family === 4 ? router.multicast : CARP_GROUP_V6);
}

/** The Ethernet address that a group's packets are sent to (RFC 1112 6.4, RFC 2464 7). */
export function multicastMac(group: Uint8Array): Uint8Array {
  if (group.length === 16) return Uint8Array.of(0x33, 0x33, ...group.subarray(12));
  const [, second = 0, third = 0, fourth = 0] = group;
  return Uint8Array.of(0x01, 0x00, 0x5e, second & 0x7f, third, fourth);
}

export function destinationMac(
  router: Pick<RouterConfig, "broadcast" | "multicast">,
  family: Family,
): Uint8Array {
  return router.broadcast ? BROADCAST_MAC : multicastMac(groupOf(router, family));
}

/** The virtual MAC that BSD answers with for its addresses; VRRP's too. */
export function virtualMac(vhid: number): Uint8Array {
  return Uint8Array.of(0, 0, 0x5e, 0, 1, vhid);
}

/** The Ethernet source of adverts. Receivers do not look at it, switches do. */
export function sourceMac(
  router: Pick<RouterConfig, "sourceMac" | "vhid">,
  interfaceMac: Uint8Array,
): Uint8Array {
  switch (router.sourceMac) {
    case "ucarp":
      return Uint8Array.of(0, 0, 0x5e, 0, 0, router.vhid);
    case "bsd":
      return virtualMac(router.vhid);
    case "interface":
      return interfaceMac;
  }
}
