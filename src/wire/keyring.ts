// The keys of a cluster as authkeys names them: one signs, all verify (heartbeat-wire 3).
// Plain data, so that it travels between the desk and the pulse as JSON.

import type { KeyedHash } from "./mac.ts";

export type Method = "crc" | "md5" | "sha1" | "sha256";

export interface AuthKey {
  /** Entry number, 0–15. */
  readonly number: number;
  readonly method: Method;
  /** The key as a byte string (one character, one byte); empty for crc. */
  readonly key: string;
  /** A quicker way to the digests of this key, which a process has for itself (pulse/hmac.ts). */
  readonly mac?: KeyedHash;
}

export interface Keyring {
  /** The number of the entry that signs. It is one of `keys`. */
  readonly active: number;
  readonly keys: readonly AuthKey[];
}
