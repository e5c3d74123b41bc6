// Addresses as text and as the bytes that travel; MAC addresses too.

import ipaddr from "ipaddr.js";

/** 4 or 16 bytes in network order. The configuration has checked the text. */
export function addressToBytes(text: string): Uint8Array {
  return Uint8Array.from(ipaddr.parse(text).toByteArray());
}

/** The canonical text of 4 or 16 bytes (RFC 5952 for IPv6). */
export function bytesToAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  return new ipaddr.IPv6(Array.from(bytes)).toRFC5952String();
}

/** "00:00:5e:00:00:2a". */
export function macToText(mac: Uint8Array): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** Octet by octet, the first one first: below zero when `a` comes before `b`. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return compareBytes(a, b) === 0;
}
