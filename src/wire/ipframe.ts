// An IP packet in its Ethernet frame: RFC 894, RFC 791, RFC 2464, RFC 8200. No VLAN tags, no IPv6
// extension headers, no fragments put together: what CARP needs, and nothing else.

import { internetChecksum, onesSum } from "./checksum.ts";

export type Family = 4 | 6;

const ETHERNET = 14;
const IPV4 = 20;
const IPV6 = 40;

/** Everything about a frame to send but its payload. */
export interface Envelope {
  readonly destinationMac: Uint8Array;
  readonly sourceMac: Uint8Array;
  /** 4 bytes, or 16: the length says which family the frame is of. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** TOS, or traffic class. */
  readonly tos: number;
  /** IPv4 identification, 0–65535. IPv6 has none. */
  readonly id: number;
  /** TTL, or hop limit. */
  readonly ttl: number;
  readonly protocol: number;
}

/** The whole frame; IPv4 with DF. Not padded to Ethernet's 60 bytes: the device does that. */
export function encodeIpFrame(envelope: Envelope, payload: Uint8Array): Uint8Array {
  const { destinationMac, sourceMac, source, destination } = envelope;
  const isV6 = source.length === 16;
  if (destinationMac.length !== 6 || sourceMac.length !== 6 || source.length !== destination.length)
    throw new RangeError("A frame needs MACs of 6 bytes and two addresses of one family");
  const header = isV6 ? IPV6 : IPV4;
  const bytes = new Uint8Array(ETHERNET + header + payload.length);
  bytes.set(destinationMac);
  bytes.set(sourceMac, 6);
  bytes.set(isV6 ? [0x86, 0xdd] : [0x08, 0x00], 12);
  const ip = bytes.subarray(ETHERNET, ETHERNET + header);
  if (isV6) putIPv6(ip, envelope, payload.length);
  else putIPv4(ip, envelope, payload.length);
  bytes.set(payload, ETHERNET + header);
  return bytes;
}

function putIPv4(ip: Uint8Array, envelope: Envelope, length: number): void {
  const total = IPV4 + length;
  const { tos, id, ttl, protocol, source, destination } = envelope;
  const dontFragment = 0x40;
  ip.set([0x45, tos, total >> 8, total, id >> 8, id, dontFragment, 0, ttl, protocol, 0, 0]);
  ip.set(source, 12);
  ip.set(destination, 16);
  const sum = internetChecksum(ip);
  ip.set([sum >> 8, sum], 10);
}

function putIPv6(ip: Uint8Array, envelope: Envelope, length: number): void {
  const { tos, ttl, protocol, source, destination } = envelope;
  ip.set([0x60 | (tos >> 4), tos << 4, 0, 0, length >> 8, length, protocol, ttl]);
  ip.set(source, 8);
  ip.set(destination, 24);
}

/** A frame that was taken apart. All parts are views of it: they hold as long as it does. */
export interface IpPacket {
  readonly family: Family;
  readonly destinationMac: Uint8Array;
  readonly sourceMac: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly ttl: number;
  readonly protocol: number;
  /** False when the checksum of an IPv4 header is wrong. IPv6 headers have none. */
  readonly headerGood: boolean;
  /** All that follows the IP header, with whatever trails the packet. */
  readonly payload: Uint8Array;
  /** The payload's length by its header; may be more or less than there is. */
  readonly declared: number;
}

/** Takes a frame apart; undefined when it is not IP or ends within the IP header. Total. */
export function decodeIpFrame(bytes: Uint8Array): IpPacket | undefined {
  if (bytes[12] === 0x08 && bytes[13] === 0x00) return decodeIPv4(bytes);
  if (bytes[12] === 0x86 && bytes[13] === 0xdd) return decodeIPv6(bytes);
  return undefined;
}

function decodeIPv4(bytes: Uint8Array): IpPacket | undefined {
  const ip = bytes.subarray(ETHERNET);
  const first = ip[0] ?? 0;
  const header = (first & 15) * 4;
  if (first >> 4 !== 4 || header < IPV4 || ip.length < header) return undefined;
  return {
    family: 4,
    destinationMac: bytes.subarray(0, 6),
    sourceMac: bytes.subarray(6, 12),
    source: ip.subarray(12, 16),
    destination: ip.subarray(16, 20),
    ttl: ip[8] ?? 0,
    protocol: ip[9] ?? 0,
    headerGood: onesSum(ip.subarray(0, header)) === 0xffff,
    payload: ip.subarray(header),
    declared: (((ip[2] ?? 0) << 8) | (ip[3] ?? 0)) - header,
  };
}

function decodeIPv6(bytes: Uint8Array): IpPacket | undefined {
  const ip = bytes.subarray(ETHERNET);
  if (ip.length < IPV6 || (ip[0] ?? 0) >> 4 !== 6) return undefined;
  return {
    family: 6,
    destinationMac: bytes.subarray(0, 6),
    sourceMac: bytes.subarray(6, 12),
    source: ip.subarray(8, 24),
    destination: ip.subarray(24, 40),
    ttl: ip[7] ?? 0,
    protocol: ip[6] ?? 0,
    headerGood: true,
    payload: ip.subarray(IPV6),
    declared: ((ip[4] ?? 0) << 8) | (ip[5] ?? 0),
  };
}
