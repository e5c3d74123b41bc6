// HMAC by the hashes of the runtime, which are machine code: every packet is signed twice and checked once, and that
// is a quarter of what a message of a client costs in the pulse. The pure one (wire/mac.ts) gives the same digests.
//
// One call for each hash, over a buffer that stays: a hasher object for each packet would hold memory that the
// collector knows nothing of.

import { textToBytes } from "../wire/bytes.ts";
import type { Keyring } from "../wire/keyring.ts";
import { type Hash, type KeyedHash, macBytes } from "../wire/mac.ts";

type HashInto = (bytes: Uint8Array, into: Uint8Array) => unknown;

const hashes = {
  md5: (bytes, into) => Bun.MD5.hash(bytes, into),
  sha1: (bytes, into) => Bun.SHA1.hash(bytes, into),
  sha256: (bytes, into) => Bun.SHA256.hash(bytes, into),
} as const satisfies Record<Hash, HashInto>;

/** Of all three hashes. */
const BLOCK = 64;
/** RFC 2104. */
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Longer than nearly every message; it grows with them. */
const ROOM = 2_048;

/** The same keys, whose digests are made so. */
export function quick(keyring: Keyring): Keyring {
  const keys = keyring.keys.map((key) =>
    key.method === "crc" ? key : { ...key, mac: new Hmac(key.method, textToBytes(key.key)) },
  );
  return { ...keyring, keys };
}

export class Hmac implements KeyedHash {
  readonly #hash: HashInto;
  /** The padded key, and behind it the message. */
  #inner: Uint8Array;
  /** The padded key, and behind it the digest of that. */
  readonly #outer: Uint8Array;
  readonly #digest: Uint8Array;

  constructor(hash: Hash, key: Uint8Array) {
    this.#hash = hashes[hash];
    const length = macBytes(hash);
    const short = new Uint8Array(BLOCK);
    if (key.length > BLOCK) this.#hash(key, short.subarray(0, length));
    else short.set(key);
    this.#inner = new Uint8Array(new ArrayBuffer(BLOCK + ROOM));
    this.#inner.set(short.map((byte) => byte ^ INNER_PAD));
    this.#outer = new Uint8Array(new ArrayBuffer(BLOCK + length));
    this.#outer.set(short.map((byte) => byte ^ OUTER_PAD));
    this.#digest = this.#outer.subarray(BLOCK);
  }

  of(message: Uint8Array): Uint8Array {
    const end = BLOCK + message.length;
    if (end > this.#inner.length) this.#grow(end);
    this.#inner.set(message, BLOCK);
    this.#hash(this.#inner.subarray(0, end), this.#digest);
    const digest = new Uint8Array(this.#digest.length);
    this.#hash(this.#outer, digest);
    return digest;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(new ArrayBuffer(2 * length));
    larger.set(this.#inner.subarray(0, BLOCK));
    this.#inner = larger;
  }
}
