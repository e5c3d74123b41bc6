// The C structs that cross the boundary, as bytes: little-endian Linux on x86-64 and arm64.
//
// Builders return fresh arrays of exactly sizeof(struct); each has a golden byte test. Sources: the
// kernel's uapi headers (linux/if.h, linux/in.h, linux/if_packet.h, linux/netlink.h) and man pages.

import ipaddr from "ipaddr.js";
import { within } from "./libc.ts";

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

export const sizeOf = {
  sockaddr_in: 16,
  sockaddr_in6: 28,
  sockaddr_ll: 20,
  sockaddr_nl: 12,
  ifreq: 40,
  ip_mreqn: 12,
  ipv6_mreq: 20,
  pollfd: 8,
  timespec: 16,
  itimerspec: 32,
  icmp_filter: 4,
  icmp6_filter: 32,
  watchdog_info: 40,
} as const;

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The bytes of an address in text: 4 or 16. A zone ("%eth0") is not part of them. */
export function addressBytes(text: string): Uint8Array {
  const quad = quadBytes(text);
  if (quad !== undefined) return quad;
  const bare = text.replace(/%.*$/, "");
  if (!ipaddr.IPv6.isValid(bare)) throw new RangeError(`"${text}" is not an IP address`);
  return Uint8Array.from(ipaddr.IPv6.parse(bare).toByteArray());
}

/** Dotted quads by hand: a thousand of them are parsed while clients wait for their addresses. */
function quadBytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || part > 3) return undefined;
      bytes[part] = value;
      part += 1;
      digits = 0;
      value = 0;
      continue;
    }
    value = value * 10 + code - ZERO;
    // A leading zero might mean octal: refused.
    if (code < ZERO || code > NINE || value > 255 || (digits > 0 && value < 10)) return undefined;
    digits += 1;
  }
  return part === 4 ? bytes : undefined;
}

/** Canonical text of 4 or 16 address bytes. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  return ipaddr.fromByteArray([...bytes]).toString();
}

function addressOf(text: string, length: 4 | 16): Uint8Array {
  const bytes = addressBytes(text);
  if (bytes.length === length) return bytes;
  throw new RangeError(`"${text}" is not an IPv${length === 4 ? 4 : 6} address`);
}

/** struct sockaddr_in: family, port and address in network order, 8 zero bytes. */
export function sockaddrIn(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(sizeOf.sockaddr_in);
  view(bytes).setUint16(0, AF_INET, true);
  view(bytes).setUint16(2, within("port", port, 0, 65_535), false);
  bytes.set(addressOf(address, 4), 4);
  return bytes;
}

/** struct sockaddr_in6; `scope` is the interface index of a link-local address, else 0. */
export function sockaddrIn6(address: string, port: number, scope = 0): Uint8Array {
  const bytes = new Uint8Array(sizeOf.sockaddr_in6);
  view(bytes).setUint16(0, AF_INET6, true);
  view(bytes).setUint16(2, within("port", port, 0, 65_535), false);
  bytes.set(addressOf(address, 16), 8);
  view(bytes).setUint32(24, within("scope", scope, 0, 0xffff_ffff), true);
  return bytes;
}

/** struct sockaddr_ll: where a frame leaves, or what a packet socket listens to. */
export function sockaddrLl(options: {
  protocol: number;
  index: number;
  mac?: Uint8Array;
}): Uint8Array {
  const mac = options.mac ?? new Uint8Array(0);
  const bytes = new Uint8Array(sizeOf.sockaddr_ll);
  view(bytes).setUint16(0, AF_PACKET, true);
  view(bytes).setUint16(2, within("protocol", options.protocol, 0, 65_535), false);
  view(bytes).setInt32(4, within("index", options.index, 0, 0x7fff_ffff), true);
  bytes[11] = within("mac length", mac.length, 0, 8);
  bytes.set(mac, 12);
  return bytes;
}

/** struct sockaddr_nl with the kernel's choice of port and these multicast groups. */
export function sockaddrNl(groups: number): Uint8Array {
  const bytes = new Uint8Array(sizeOf.sockaddr_nl);
  view(bytes).setUint16(0, AF_NETLINK, true);
  view(bytes).setUint32(8, within("groups", groups, 0, 0xffff_ffff), true);
  return bytes;
}

/** The address inside a sockaddr_in or sockaddr_in6 that the kernel filled in; empty otherwise. */
export function sockaddrAddress(bytes: Uint8Array): Uint8Array {
  const family = view(bytes).getUint16(0, true);
  if (family === AF_INET) return bytes.slice(4, 8);
  if (family === AF_INET6) return bytes.slice(8, 24);
  return new Uint8Array(0);
}

/** Port of a sockaddr_in or sockaddr_in6. */
export function sockaddrPort(bytes: Uint8Array): number {
  return view(bytes).getUint16(2, false);
}

/** struct ifreq with a name (at most 15 bytes) and a union of 24 bytes. */
export function ifreq(name: string, union: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(sizeOf.ifreq);
  bytes.set(interfaceName(name));
  if (union.length > 24) throw new RangeError("The union of an ifreq has only 24 bytes");
  bytes.set(union, 16);
  return bytes;
}

/** An interface name as bytes: 1 to 15, no slash, no blank, as the kernel demands. */
export function interfaceName(name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length >= 1 && bytes.length <= 15 && !/[\s/\0]/.test(name)) return bytes;
  throw new RangeError(`"${name}" is not an interface name`);
}

/** struct ip_mreqn: a group and the interface index it is joined on. */
export function ipMreqn(group: string, index: number): Uint8Array {
  const bytes = new Uint8Array(sizeOf.ip_mreqn);
  bytes.set(addressOf(group, 4), 0);
  view(bytes).setInt32(8, within("index", index, 0, 0x7fff_ffff), true);
  return bytes;
}

/** struct ipv6_mreq. */
export function ipv6Mreq(group: string, index: number): Uint8Array {
  const bytes = new Uint8Array(sizeOf.ipv6_mreq);
  bytes.set(addressOf(group, 16), 0);
  view(bytes).setInt32(16, within("index", index, 0, 0x7fff_ffff), true);
  return bytes;
}

/** struct itimerspec that fires once at an absolute moment; 0 disarms. Never a negative time. */
export function itimerspecOnce(atMs: number): Uint8Array {
  const bytes = new Uint8Array(sizeOf.itimerspec);
  const nanoseconds = BigInt(Math.round(Math.max(0, atMs) * 1e6));
  view(bytes).setBigInt64(16, nanoseconds / 1_000_000_000n, true);
  view(bytes).setBigInt64(24, nanoseconds % 1_000_000_000n, true);
  return bytes;
}

/** struct icmp_filter: lets through only these ICMP types. */
export function icmpFilter(...types: number[]): Uint8Array {
  let blocked = 0xffff_ffff;
  for (const type of types) blocked &= ~(1 << within("type", type, 0, 31));
  const bytes = new Uint8Array(sizeOf.icmp_filter);
  view(bytes).setUint32(0, blocked >>> 0, true);
  return bytes;
}

/** struct icmp6_filter: lets through only these ICMPv6 types. */
export function icmp6Filter(...types: number[]): Uint8Array {
  const bytes = new Uint8Array(sizeOf.icmp6_filter).fill(0xff);
  for (const type of types) {
    const word = (within("type", type, 0, 255) >> 5) * 4;
    const blocked = view(bytes).getUint32(word, true);
    view(bytes).setUint32(word, (blocked & ~(1 << (type & 31))) >>> 0, true);
  }
  return bytes;
}

/** What a watchdog says of itself (WDIOC_GETSUPPORT). */
export interface WatchdogSupport {
  readonly identity: string;
  readonly firmware: number;
  /** The WDIOF flags of linux/watchdog.h that are set, by their names in lower case. */
  readonly features: readonly string[];
}

const watchdogFeatures: readonly (readonly [bit: number, name: string])[] = [
  [0x0001, "overheat"],
  [0x0002, "fanfault"],
  [0x0004, "extern1"],
  [0x0008, "extern2"],
  [0x0010, "powerunder"],
  [0x0020, "cardreset"],
  [0x0040, "powerover"],
  [0x0080, "settimeout"],
  [0x0100, "magicclose"],
  [0x0200, "pretimeout"],
  [0x0400, "alarmonly"],
  [0x8000, "keepaliveping"],
];

/** Reads a struct watchdog_info: flags, firmware version, 32 bytes of name. */
export function watchdogInfo(bytes: Uint8Array): WatchdogSupport {
  const options = view(bytes).getUint32(0, true);
  const name = bytes.subarray(8, sizeOf.watchdog_info);
  const end = name.indexOf(0);
  return {
    identity: new TextDecoder().decode(end === -1 ? name : name.subarray(0, end)).trim(),
    firmware: view(bytes).getUint32(4, true),
    features: watchdogFeatures.filter(([bit]) => (options & bit) !== 0).map(([, each]) => each),
  };
}
