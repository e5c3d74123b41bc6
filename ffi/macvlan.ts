// Interfaces with a MAC address of their own on top of another one: macvlan links, by rtnetlink.
// Sources: rtnetlink(7), ip-link(8), linux/if_link.h.

import { NLM_F_CREATE, NLM_F_EXCL, request, u32 } from "./netlink.ts";
import { IFF_UP, RTM_DELLINK, RTM_NEWLINK } from "./rtnetlink.ts";

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_LINK = 5;
const IFLA_LINKINFO = 18;
const IFLA_IFALIAS = 20;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_MACVLAN_MODE = 1;
/** Not private: there the kernel keeps from the parent what another host says to a group with the same MAC.
 *  Two masters of one virtual router would never hear each other. */
const MACVLAN_MODE_BRIDGE = 4;

const text = new TextEncoder();

/** One attribute, padded, as it stands inside of another one. */
function nested(...list: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const parts = list.map(([type, value]) => {
    const bytes = new Uint8Array((4 + value.length + 3) & ~3);
    const words = new DataView(bytes.buffer);
    words.setUint16(0, 4 + value.length, true);
    words.setUint16(2, type, true);
    bytes.set(value, 4);
    return bytes;
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** struct ifinfomsg: family, type, index, flags, which flags to change. */
function ifinfomsg(index: number, flags: number, change: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const words = new DataView(bytes.buffer);
  words.setInt32(4, index, true);
  words.setUint32(8, flags, true);
  words.setUint32(12, change, true);
  return bytes;
}

export interface MacvlanSpec {
  /** At most 15 bytes. */
  readonly name: string;
  /** Index of the interface that carries it. */
  readonly parent: number;
  readonly mac: Uint8Array;
}

/** Makes a macvlan that is down; fails (EEXIST) when the name is taken. */
export function addMacvlan(spec: MacvlanSpec, sequence: number): Uint8Array {
  const data = nested([IFLA_MACVLAN_MODE, u32(MACVLAN_MODE_BRIDGE)]);
  const info = nested([IFLA_INFO_KIND, text.encode("macvlan")], [IFLA_INFO_DATA, data]);
  return request({
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    sequence,
    struct: ifinfomsg(0, 0, 0),
    attributes: [
      [IFLA_IFNAME, text.encode(`${spec.name}\0`)],
      [IFLA_LINK, u32(spec.parent)],
      [IFLA_ADDRESS, spec.mac],
      [IFLA_LINKINFO, info],
    ],
  });
}

/** Writes the alias of a link, which tells whose it is: `ip link` shows it. */
export function nameLink(index: number, alias: string, sequence: number): Uint8Array {
  const attributes = [[IFLA_IFALIAS, text.encode(alias)]] as const;
  return request({
    type: RTM_NEWLINK,
    flags: 0,
    sequence,
    struct: ifinfomsg(index, 0, 0),
    attributes,
  });
}

/** Sets a link up. */
export function raiseLink(index: number, sequence: number): Uint8Array {
  return request({
    type: RTM_NEWLINK,
    flags: 0,
    sequence,
    struct: ifinfomsg(index, IFF_UP, IFF_UP),
  });
}

/** Sets a link down. */
export function lowerLink(index: number, sequence: number): Uint8Array {
  return request({ type: RTM_NEWLINK, flags: 0, sequence, struct: ifinfomsg(index, 0, IFF_UP) });
}

/** Removes a link, and its addresses with it. */
export function removeLink(index: number, sequence: number): Uint8Array {
  return request({ type: RTM_DELLINK, flags: 0, sequence, struct: ifinfomsg(index, 0, 0) });
}
