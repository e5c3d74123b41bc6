// The 36 bytes of a CARP advertisement (protocol/carp.md 1), the same in IPv4 and IPv6.
//
// The digest is made and judged in digest.ts; here it is 20 bytes like any others.

import { internetChecksum, onesSum } from "../checksum.ts";

/** IP protocol number; VRRP's too (carp.md 1). */
export const IPPROTO_CARP = 112;
/** Required of every advert, so that nobody beyond a router can send one (carp.md 5). */
export const CARP_TTL = 255;
export const ADVERT_BYTES = 36;
export const DIGEST_BYTES = 20;
export const CARP_VERSION = 2;

const ADVERTISEMENT = 1;
/** Length of counter and digest in words of 32 bits. */
const AUTH_WORDS = 7;

export interface CarpAdvert {
  /** 1–255. */
  readonly vhid: number;
  /** Seconds, 0–255. */
  readonly advbase: number;
  /** 1/256 s, 0–255. */
  readonly advskew: number;
  /** OpenBSD's demotion count, 0–255; 0 from everybody else. */
  readonly demote: number;
  /** 64 bits. */
  readonly counter: bigint;
  /** 20 bytes. */
  readonly digest: Uint8Array;
}

/** The advert with its checksum. */
export function encodeAdvert(advert: CarpAdvert): Uint8Array {
  const bytes = new Uint8Array(ADVERT_BYTES);
  const { vhid, advbase, advskew, demote, digest } = advert;
  bytes.set([(CARP_VERSION << 4) | ADVERTISEMENT, vhid, advskew, AUTH_WORDS, demote, advbase]);
  putCounter(bytes, 8, advert.counter);
  bytes.set(digest, 16);
  const sum = internetChecksum(bytes);
  bytes.set([sum >> 8, sum], 6);
  return bytes;
}

/** What 36 bytes say, whatever their version and checksum. The digest is a view of them. */
export function decodeAdvert(bytes: Uint8Array): CarpAdvert {
  return {
    vhid: bytes[1] ?? 0,
    advskew: bytes[2] ?? 0,
    demote: bytes[4] ?? 0,
    advbase: bytes[5] ?? 0,
    counter: counterAt(bytes, 8),
    digest: bytes.subarray(16, ADVERT_BYTES),
  };
}

/** The high half of the first byte. The low half, the type, nobody checks (carp.md 5). */
export function versionOf(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) >> 4;
}

/** True when the CARP checksum holds. The IP header's own is another matter (carp.md 4). */
export function checksumHolds(bytes: Uint8Array): boolean {
  return onesSum(bytes.subarray(0, ADVERT_BYTES)) === 0xffff;
}

/** Writes 64 bits in network order. */
export function putCounter(bytes: Uint8Array, at: number, counter: bigint): void {
  new DataView(bytes.buffer, bytes.byteOffset + at, 8).setBigUint64(0, counter);
}

/** Reads 64 bits in network order. */
export function counterAt(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0);
}
