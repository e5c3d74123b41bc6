// The digests that sign messages: POSIX CRC-32 without the appended length, and HMAC (heartbeat-wire 3.1).
//
// `sha256` is hb's own: HMAC-SHA256 by the same construction, unknown to Heartbeat 3.

import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, textToBytes } from "./bytes.ts";
import type { AuthKey } from "./keyring.ts";

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
  return bytesToHex(prepared(key, key.method).clone().update(bytes).digest());
}

/** How many digits a token has; undefined where that depends on the bytes. */
export function tokenLength({ method }: AuthKey): number | undefined {
  switch (method) {
    case "crc":
      return undefined;
    case "md5":
      return 2 * md5.outputLen;
    case "sha1":
      return 2 * sha1.outputLen;
    case "sha256":
      return 2 * sha256.outputLen;
  }
}

/** HMAC states that have swallowed their key already: half the work for short messages. */
const PREPARED = new WeakMap<AuthKey, ReturnType<typeof hmac.create>>();

function prepared(key: AuthKey, method: "md5" | "sha1" | "sha256") {
  const known = PREPARED.get(key);
  if (known !== undefined) return known;
  const hash = { md5, sha1, sha256 }[method];
  const fresh = hmac.create(hash, textToBytes(key.key));
  PREPARED.set(key, fresh);
  return fresh;
}

/** Equality whose time depends on the lengths only: a forger learns nothing from it. */
export function sameToken(ours: string, theirs: string): boolean {
  if (ours.length !== theirs.length) return false;
  let difference = 0;
  for (let i = 0; i < ours.length; i++) difference |= ours.charCodeAt(i) ^ theirs.charCodeAt(i);
  return difference === 0;
}
