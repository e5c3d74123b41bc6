// The digests that sign messages: POSIX CRC-32 without the appended length, and HMAC (heartbeat-wire 3.1).
//
// `sha256` is hb's own: HMAC-SHA256 by the same construction, unknown to Heartbeat 3.

import { bytesToHex, textToBytes } from "./bytes.ts";
import type { AuthKey } from "./keyring.ts";
import { type Hash, Mac, macBytes } from "./mac.ts";

/** CRC-32/CKSUM: most significant bit first, polynomial 0x04c11db7, start 0, final complement. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** The checksum of the bytes, 0 to 0xffffffff. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) {
    crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ (bytes[i] ?? 0)] ?? 0);
  }
  return ~crc >>> 0;
}

/** The token that `key` gives the bytes: lower-case hex; crc has no leading zeros. */
export function token(key: AuthKey, bytes: Uint8Array): string {
  if (key.method === "crc") return crc32(bytes).toString(16);
  return bytesToHex((key.mac ?? macOf(key, key.method)).of(bytes));
}

/** How many digits a token has; undefined where that depends on the bytes. */
export function tokenLength({ method }: AuthKey): number | undefined {
  return method === "crc" ? undefined : 2 * macBytes(method);
}

/** One for each key: it has swallowed the key already, which is half the work for short messages. */
const MACS = new WeakMap<AuthKey, Mac>();

function macOf(key: AuthKey, method: Hash): Mac {
  const known = MACS.get(key);
  if (known !== undefined) return known;
  const mac = new Mac(method, textToBytes(key.key));
  MACS.set(key, mac);
  return mac;
}

/** Equality whose time depends on the lengths only: a forger learns nothing from it. */
export function sameToken(ours: string, theirs: string): boolean {
  if (ours.length !== theirs.length) return false;
  let difference = 0;
  for (let i = 0; i < ours.length; i++) difference |= ours.charCodeAt(i) ^ theirs.charCodeAt(i);
  return difference === 0;
}
