// The keys of one host as an onlooker knows them from its files: those of now, and those of before, with which
// it may have signed what comes later.

import { trusts } from "../../../src/sim/network/packet.ts";
import type { Keyring } from "../../../src/wire/keyring.ts";

export class Bunch {
  /** All that it has read, the latest last. */
  readonly #rings: Keyring[];
  /** What it checks with. */
  #inUse: Keyring[];
  #readAt = Number.NEGATIVE_INFINITY;
  #isFrozen = false;

  constructor(ring: Keyring) {
    this.#rings = [ring];
    this.#inUse = [ring];
  }

  /** Its file is another. In this very moment, or until it goes on, it may still check by the old one. */
  read(ring: Keyring, now: number): void {
    this.#rings.push(ring);
    this.#inUse.push(ring);
    this.#readAt = now;
  }

  frozen(isFrozen: boolean, now: number): void {
    this.#isFrozen = isFrozen;
    if (!isFrozen) this.#readAt = now;
  }

  /** What that host signed may be let in here. */
  trusts(signer: Bunch, now: number): boolean {
    if (this.#inUse.length > 1 && !this.#isFrozen && now > this.#readAt) {
      this.#inUse = this.#inUse.slice(-1);
    }
    return this.#inUse.some((ours) => signer.#rings.some((theirs) => trusts(ours, theirs)));
  }
}
