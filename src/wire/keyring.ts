// The keys of a cluster as authkeys names them: one signs, all verify (heartbeat-wire 3).
// Plain data, so that it travels between the desk and the pulse as JSON.

export type Method = "crc" | "md5" | "sha1" | "sha256";

export interface AuthKey {
  /** Entry number, 0–15. */
  readonly number: number;
  readonly method: Method;
  /** The key as a byte string (one character, one byte); empty for crc. */
  readonly key: string;
}

export interface Keyring {
  /** The number of the entry that signs. It is one of `keys`. */
  readonly active: number;
  readonly keys: readonly AuthKey[];
}
