// The seal: bytes behind a CARP advert that prove who sent it, when, and with which timing (docs/carp-seal.md).
//
// CARP's own digest covers neither advbase nor advskew nor demotion, and legal peers send constant or
// random counters: a recorded advert can be played again with other timing. ucarp and BSD look at the
// first 36 bytes alone. The seal sums to zero, so that a checksum over all bytes holds as well.
//
//    0 magic "hb"   2 version 1   3 length of the seal   4 sender   12 number   20 HMAC   36 balance

import { bytesToHex, hexToBytes, textToBytes } from "../bytes.ts";
import { internetChecksum } from "../checksum.ts";
import { Mac } from "../mac.ts";
import { ADVERT_BYTES, counterAt, putCounter } from "./advert.ts";
import { passwordBytes, sameDigest } from "./digest.ts";
import type { HeardSeal } from "./heard.ts";

export const SEAL_BYTES = 38;

const MAGIC = [0x68, 0x62] as const;
const VERSION = 1;
const SENDER = 4;
const NUMBER = 12;
const MAC = 20;
/** HMAC-SHA256 cut to its first half, as RFC 2104 5 allows. */
const MAC_BYTES = 16;
const BALANCE = MAC + MAC_BYTES;

/** Keeps the seal's key apart from CARP's own, which is the password itself. */
const LABEL = textToBytes("hb carp seal 1");

/** "good": here it is. "none": no seal, or not one of our version. "bad": its digest or form is wrong. */
export type SealVerdict =
  | { readonly is: "good"; readonly seal: HeardSeal }
  | { readonly is: "none" }
  | { readonly is: "bad" };

export class Sealer {
  readonly #mac: Mac;

  constructor(password: string) {
    this.#mac = new Mac("sha256", new Mac("sha256", passwordBytes(password)).of(LABEL));
  }

  /** The seal of these 36 bytes when they leave from this source address (4 or 16 bytes). */
  seal(advert: Uint8Array, source: Uint8Array, { sender, number }: HeardSeal): Uint8Array {
    const senderBytes = hexToBytes(sender);
    if (senderBytes?.length !== 8) throw new RangeError("A seal's sender has 16 hex digits");
    const bytes = new Uint8Array(SEAL_BYTES);
    bytes.set([...MAGIC, VERSION, SEAL_BYTES]);
    bytes.set(senderBytes, SENDER);
    putCounter(bytes, NUMBER, number);
    bytes.set(this.#digest(advert, source, bytes), MAC);
    const balance = internetChecksum(bytes);
    bytes.set([balance >> 8, balance], BALANCE);
    return bytes;
  }

  /** Judges what follows the 36 bytes within the IP packet. Total. */
  judge(advert: Uint8Array, source: Uint8Array, rest: Uint8Array): SealVerdict {
    if (rest[0] !== MAGIC[0] || rest[1] !== MAGIC[1] || rest[2] !== VERSION) return { is: "none" };
    if (rest.length < SEAL_BYTES) return { is: "bad" };
    // The balance only pleases checksums over the whole packet; nothing of worth hangs on it.
    const mac = rest.subarray(MAC, MAC + MAC_BYTES);
    if (!sameDigest(this.#digest(advert, source, rest), mac)) return { is: "bad" };
    const sender = bytesToHex(rest.subarray(SENDER, NUMBER));
    return { is: "good", seal: { sender, number: counterAt(rest, NUMBER) } };
  }

  /** Over the head of the seal, the source address with its length, and the whole CARP part. */
  #digest(advert: Uint8Array, source: Uint8Array, seal: Uint8Array): Uint8Array {
    const length = Uint8Array.of(source.length);
    const signed = advert.subarray(0, ADVERT_BYTES);
    return this.#mac.of(seal.subarray(0, MAC), length, source, signed).subarray(0, MAC_BYTES);
  }
}
