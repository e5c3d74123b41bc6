// The digest of an advert: HMAC-SHA1 with the password over vhid, addresses and counter (carp.md 2).
//
// It covers neither the timing nor the demotion: the seal (seal.ts) does. Everything but the counter is
// the same for every advert of a router, so the HMAC begins after it.

import { textToBytes } from "../bytes.ts";
import { addressToBytes, compareBytes } from "../ipaddress.ts";
import { Mac } from "../mac.ts";
import { putCounter } from "./advert.ts";

/** The longest password in bytes: ucarp's and BSD's buffers of 20 end with a NUL (carp.md 2). */
export const PASSWORD_MAX = 19;

/** What all members of a virtual router must agree on. */
export interface Secret {
  readonly vhid: number;
  /** Byte string (one character, one byte) of at most PASSWORD_MAX bytes. */
  readonly password: string;
  readonly addresses: readonly { readonly address: string }[];
}

export interface DigestManners {
  /** OpenBSD signs without the link-local addresses of a router, and takes both (carp.md 2). */
  readonly withoutLinkLocal: boolean;
}

export class RouterDigest {
  /** The first one signs; each of them verifies. */
  readonly #macs: readonly Mac[];
  readonly #counter = new Uint8Array(8);

  constructor(secret: Secret, manners: DigestManners = { withoutLinkLocal: false }) {
    const all = secret.addresses.map(({ address }) => addressToBytes(address)).map(withoutScope);
    const some = all.filter((address) => !isLinkLocal(address));
    const sets = some.length === all.length || some.length === 0 ? [all] : [all, some];
    if (manners.withoutLinkLocal) sets.reverse();
    this.#macs = sets.map((set) => macOf(secret, set));
  }

  /** The 20 bytes to send with this counter. */
  sign(counter: bigint): Uint8Array {
    const [signer] = this.#macs;
    if (signer === undefined) throw new Error("Bug: a router's digest has no state");
    return this.#finish(signer, counter);
  }

  /** True when a member of this router made the digest. Takes the same time wherever it differs. */
  verify(counter: bigint, digest: Uint8Array): boolean {
    return this.#macs.some((mac) => sameDigest(this.#finish(mac, counter), digest));
  }

  #finish(mac: Mac, counter: bigint): Uint8Array {
    putCounter(this.#counter, 0, counter);
    return mac.of(this.#counter);
  }
}

/** Over version, type, vhid, the addresses (IPv4 first, each family in ascending order), and then the counter. */
function macOf({ password, vhid }: Secret, addresses: readonly Uint8Array[]): Mac {
  const order = (a: Uint8Array, b: Uint8Array) => a.length - b.length || compareBytes(a, b);
  const beginning = [Uint8Array.of(2, 1, vhid), ...addresses.toSorted(order)];
  return new Mac("sha1", passwordBytes(password), beginning);
}

/** The key's bytes. HMAC pads with zeros, as the 20-byte buffers of ucarp and BSD do. */
export function passwordBytes(password: string): Uint8Array {
  const bytes = textToBytes(password);
  if (bytes.length > PASSWORD_MAX) throw new RangeError("A CARP password has at most 19 bytes");
  return bytes;
}

function isLinkLocal(address: Uint8Array): boolean {
  return address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
}

/** BSD keeps the interface's number within link-local addresses; it is not part of the digest. */
function withoutScope(address: Uint8Array): Uint8Array {
  if (!isLinkLocal(address)) return address;
  const bare = address.slice();
  bare.fill(0, 2, 4);
  return bare;
}

/** Equality whose time depends on the lengths only: a forger learns nothing from it. */
export function sameDigest(ours: Uint8Array, theirs: Uint8Array): boolean {
  if (ours.length !== theirs.length) return false;
  let difference = 0;
  for (let i = 0; i < ours.length; i++) difference |= (ours[i] ?? 0) ^ (theirs[i] ?? 0);
  return difference === 0;
}
