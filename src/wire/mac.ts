// HMAC with one key for many messages. What does not depend on the message is done once, and nothing is made
// anew for each: fresh states with their buffers weigh many times what a heartbeat does.

import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";

const hashes = { md5, sha1, sha256 } as const;

export type Hash = keyof typeof hashes;

/** How long a digest is. */
export function macBytes(hash: Hash): number {
  return hashes[hash].outputLen;
}

/** What has swallowed a key, and tells the digest of one message after another. */
export interface KeyedHash {
  of(message: Uint8Array): Uint8Array;
}

type State = ReturnType<typeof hmac.create>;

export class Mac implements KeyedHash {
  /** Has swallowed the key, and what every message begins with. */
  readonly #ready: State;
  /** Becomes the one above for each message. */
  readonly #work: State;
  readonly #digest: Uint8Array;

  constructor(hash: Hash, key: Uint8Array, beginning: readonly Uint8Array[] = []) {
    this.#ready = hmac.create(hashes[hash], key);
    for (const part of beginning) this.#ready.update(part);
    this.#work = hmac.create(hashes[hash], key);
    this.#digest = new Uint8Array(macBytes(hash));
  }

  /** The digest of the message that these parts make up. */
  of(...parts: readonly Uint8Array[]): Uint8Array {
    const work = this.#ready._cloneInto(this.#work);
    for (const part of parts) work.update(part);
    work.digestInto(this.#digest);
    return this.#digest.slice();
  }
}
