// Signatures: "NUMBER TOKEN", made with the active entry, checked with the entry that they name
// (heartbeat-wire 3.2, 3.3).
//
// Heartbeat 3 checks with the named entry's method but its own active secret; naming entry and
// secret alike accepts everything that it accepts rightly, and more.

import { sameToken, token, tokenLength } from "./digest.ts";
import type { AuthKey, Keyring } from "./keyring.ts";

export type Verdict = "good" | "unknown-key" | "signature";

/** Signs the bytes with the active entry. The keyring must hold it; the configuration saw to that. */
export function sign(bytes: Uint8Array, keyring: Keyring): string {
  const key = active(keyring);
  return `${key.number} ${token(key, bytes)}`;
}

/** How long signatures are; undefined where that depends on the bytes. */
export function signatureLength(keyring: Keyring): number | undefined {
  const key = active(keyring);
  const length = tokenLength(key);
  return length && `${key.number} `.length + length;
}

/** Judges a signature of the bytes. */
export function verify(bytes: Uint8Array, signature: string, keyring: Keyring): Verdict {
  const parts = /^([0-9]{1,3}) ([0-9a-f]{1,128})$/.exec(signature);
  if (parts === null) return "signature";
  const key = entry(keyring, Number(parts[1]));
  if (key === undefined) return "unknown-key";
  return sameToken(token(key, bytes), parts[2] ?? "") ? "good" : "signature";
}

function active(keyring: Keyring): AuthKey {
  const key = entry(keyring, keyring.active);
  if (key === undefined) throw new Error(`Bug: no key has the active number ${keyring.active}`);
  return key;
}

function entry(keyring: Keyring, number: number): AuthKey | undefined {
  return keyring.keys.find((key) => key.number === number);
}
