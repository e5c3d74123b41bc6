// Links, addresses and routes as rtnetlink tells them, and the requests that change them.
//
// Values and bytes only. Sources: rtnetlink(7), linux/rtnetlink.h, linux/if_addr.h,
// linux/if_link.h.

import {
  attributes,
  type NetlinkMessage,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  request,
  textOf,
  u32,
  u32Of,
} from "./netlink.ts";

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;

export const IFF_UP = 0x1;
export const IFF_LOOPBACK = 0x8;
export const IFF_LOWER_UP = 0x10000;
export const ARPHRD_ETHER = 1;

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_IFALIAS = 20;
const IFLA_CARRIER_DOWN_COUNT = 48;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_BROADCAST = 4;
const IFA_CACHEINFO = 6;
const IFA_FLAGS = 8;
export const IFA_F_SECONDARY = 0x01;
export const IFA_F_NODAD = 0x02;
export const IFA_F_TENTATIVE = 0x40;
export const IFA_F_PERMANENT = 0x80;
const FOREVER = 0xffff_ffff;

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_CACHEINFO = 12;
const RTA_TABLE = 15;
const RTNH_F_ONLINK = 4;
const RTMSG_SIZE = 12;
const IFINFOMSG_SIZE = 16;
export const RT_TABLE_MAIN = 254;

const AF_INET = 2;
const AF_INET6 = 10;

export interface LinkRow {
  readonly index: number;
  readonly name: string;
  readonly flags: number;
  /** ARPHRD_ETHER and so on. */
  readonly type: number;
  readonly mac: Uint8Array;
  /** What somebody wrote to it ("ip link set … alias"); empty when nobody did. */
  readonly alias: string;
  /** How often its carrier went, as the kernel counts; 0 where it does not (before Linux 4.16). */
  readonly carrierLosses: number;
}

export interface AddressRow {
  readonly index: number;
  readonly family: 4 | 6;
  readonly address: Uint8Array;
  readonly prefix: number;
  readonly flags: number;
  readonly label: string | undefined;
  readonly broadcast: Uint8Array | undefined;
  /** Seconds until the kernel removes it; undefined: never. */
  readonly validSeconds: number | undefined;
}

export interface RouteRow {
  readonly family: 4 | 6;
  readonly table: number;
  /** 1 is unicast. */
  readonly type: number;
  readonly scope: number;
  readonly destination: Uint8Array;
  readonly prefix: number;
  readonly index: number;
  readonly metric: number;
  readonly gateway?: Uint8Array;
  readonly source?: Uint8Array;
  /** The kernel's own description, from which a changed copy is made. */
  readonly raw: Uint8Array;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A link of RTM_NEWLINK or RTM_DELLINK; undefined when the message ends before it tells of one. */
export function linkRow(message: NetlinkMessage): LinkRow | undefined {
  if (message.body.length < IFINFOMSG_SIZE) return undefined;
  const words = view(message.body);
  const found = attributes(message.body, IFINFOMSG_SIZE);
  return {
    type: words.getUint16(2, true),
    index: words.getInt32(4, true),
    flags: words.getUint32(8, true),
    name: textOf(found, IFLA_IFNAME) ?? "",
    mac: (found.get(IFLA_ADDRESS) ?? new Uint8Array(0)).slice(),
    alias: textOf(found, IFLA_IFALIAS) ?? "",
    carrierLosses: u32Of(found, IFLA_CARRIER_DOWN_COUNT) ?? 0,
  };
}

/** An address of RTM_NEWADDR or RTM_DELADDR; undefined for families that hb does not know.
 *  Written out instead of using attributes(): every renewal of every address comes by here. */
export function addressRow(message: NetlinkMessage): AddressRow | undefined {
  const { body } = message;
  const family = body[0];
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const words = view(body);
  let local: Uint8Array | undefined;
  let address: Uint8Array | undefined;
  let label: string | undefined;
  let broadcast: Uint8Array | undefined;
  let valid = FOREVER;
  let flags = body[2] ?? 0;
  for (let at = 8; at + 4 <= body.length; ) {
    const length = words.getUint16(at, true);
    if (length < 4 || at + length > body.length) break;
    const type = words.getUint16(at + 2, true);
    if (type === IFA_LOCAL) local = body.slice(at + 4, at + length);
    else if (type === IFA_ADDRESS) address = body.slice(at + 4, at + length);
    else if (type === IFA_BROADCAST) broadcast = body.slice(at + 4, at + length);
    else if (type === IFA_LABEL) label = textAt(body, at + 4, at + length);
    else if (type === IFA_FLAGS && length >= 8) flags = words.getUint32(at + 4, true);
    else if (type === IFA_CACHEINFO && length >= 12) valid = words.getUint32(at + 8, true);
    at += (length + 3) & ~3;
  }
  const own = local ?? address;
  if (own === undefined) return undefined;
  return {
    family: family === AF_INET ? 4 : 6,
    prefix: body[1] ?? 0,
    flags,
    index: words.getUint32(4, true),
    address: own,
    label,
    broadcast,
    validSeconds: valid === FOREVER ? undefined : valid,
  };
}

function textAt(body: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to && body[at] !== 0; at += 1) {
    text += String.fromCharCode(body[at] ?? 0);
  }
  return text;
}

/** A route of RTM_NEWROUTE with one way out; undefined for families that hb does not know. */
export function routeRow(message: NetlinkMessage): RouteRow | undefined {
  const [family, prefix = 0, , , table = 0, , scope = 0, type = 0] = message.body;
  if (message.body.length < RTMSG_SIZE) return undefined;
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const found = attributes(message.body, RTMSG_SIZE);
  const gateway = found.get(RTA_GATEWAY);
  const source = found.get(RTA_PREFSRC);
  return {
    family: family === AF_INET ? 4 : 6,
    table: u32Of(found, RTA_TABLE) ?? table,
    type,
    scope,
    prefix,
    destination: (found.get(RTA_DST) ?? new Uint8Array(family === AF_INET ? 4 : 16)).slice(),
    index: u32Of(found, RTA_OIF) ?? 0,
    metric: u32Of(found, RTA_PRIORITY) ?? 0,
    ...(gateway === undefined ? {} : { gateway: gateway.slice() }),
    ...(source === undefined ? {} : { source: source.slice() }),
    raw: message.body.slice(),
  };
}

/** Asks for everything of one kind: RTM_GETLINK, RTM_GETADDR or RTM_GETROUTE (main table). */
export function dumpRequest(type: number, family: 0 | 4 | 6, sequence: number): Uint8Array {
  const size = type === RTM_GETLINK ? 16 : type === RTM_GETADDR ? 8 : RTMSG_SIZE;
  const struct = new Uint8Array(size);
  struct[0] = family === 0 ? 0 : family === 4 ? AF_INET : AF_INET6;
  // Only the main table: the local one grows with every address.
  if (type === RTM_GETROUTE) struct[4] = RT_TABLE_MAIN;
  return request({ type, flags: NLM_F_DUMP, sequence, struct });
}

export interface AddressChange {
  readonly index: number;
  readonly address: Uint8Array;
  readonly prefix: number;
  readonly label?: string | undefined;
  readonly broadcast?: Uint8Array | undefined;
  /** Whole seconds until the kernel takes it down; undefined: permanent. */
  readonly leaseSeconds?: number | undefined;
}

function addressStruct(change: AddressChange): Uint8Array {
  const struct = new Uint8Array(8);
  const words = view(struct);
  struct[0] = change.address.length === 4 ? AF_INET : AF_INET6;
  struct[1] = change.prefix;
  words.setUint32(4, change.index, true);
  return struct;
}

/** Puts an address up, or renews it in place when it is there. */
export function putAddress(change: AddressChange, sequence: number): Uint8Array {
  const list: [number, Uint8Array][] = [
    [IFA_LOCAL, change.address],
    [IFA_ADDRESS, change.address],
  ];
  if (change.broadcast !== undefined) list.push([IFA_BROADCAST, change.broadcast]);
  if (change.label !== undefined) {
    list.push([IFA_LABEL, new TextEncoder().encode(`${change.label}\0`)]);
  }
  // A taken-over address must answer at once: no duplicate address detection (its seconds of
  // silence).
  if (change.address.length === 16) list.push([IFA_FLAGS, u32(IFA_F_NODAD)]);
  const seconds = change.leaseSeconds ?? FOREVER;
  // struct ifa_cacheinfo: preferred, valid, created, updated.
  list.push([IFA_CACHEINFO, u32(seconds, seconds, 0, 0)]);
  return request({
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    sequence,
    struct: addressStruct(change),
    attributes: list,
  });
}

/** Takes an address off a link. */
export function removeAddress(change: AddressChange, sequence: number): Uint8Array {
  return request({
    type: RTM_DELADDR,
    flags: 0,
    sequence,
    struct: addressStruct(change),
    attributes: [
      [IFA_LOCAL, change.address],
      [IFA_ADDRESS, change.address],
    ],
  });
}

/** What may be there already when a route is put: it is replaced, or it stays ("first": as the first
 *  of its destination and metric, else not at all; "beside": after the others, as the kernel does
 *  with the networks of its links). */
export type RouteMode = "replace" | "first" | "beside";

const routeModes: Readonly<Record<RouteMode, number>> = {
  replace: NLM_F_REPLACE,
  first: NLM_F_EXCL,
  beside: NLM_F_APPEND,
};

/** Puts this route with another preferred source (undefined: none), at the row's metric. */
export function putRoute(
  route: RouteRow,
  source: Uint8Array | undefined,
  mode: RouteMode,
  sequence: number,
): Uint8Array {
  return request({
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | routeModes[mode],
    sequence,
    ...routeBody(route, source),
  });
}

/** Removes this route, and none with another preferred source or metric. */
export function removeRoute(route: RouteRow, sequence: number): Uint8Array {
  return request({ type: RTM_DELROUTE, flags: 0, sequence, ...routeBody(route, route.source) });
}

function routeBody(
  route: RouteRow,
  source: Uint8Array | undefined,
): { struct: Uint8Array; attributes: [number, Uint8Array][] } {
  const list = [...attributes(route.raw, RTMSG_SIZE)].filter(
    ([type]) => type !== RTA_PREFSRC && type !== RTA_CACHEINFO && type !== RTA_PRIORITY,
  );
  if (route.metric !== 0) list.push([RTA_PRIORITY, u32(route.metric)]);
  if (source !== undefined) list.push([RTA_PREFSRC, source]);
  const struct = route.raw.slice(0, RTMSG_SIZE);
  // The kernel also tells what it found out by itself (no carrier, …), and refuses to be told that.
  const words = view(struct);
  words.setUint32(8, words.getUint32(8, true) & RTNH_F_ONLINK, true);
  return { struct, attributes: list };
}
