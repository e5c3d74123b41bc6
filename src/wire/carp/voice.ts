// What a virtual router says: from its timing and counter to whole frames.
//
// Everything that stays the same is made once: 255 routers may speak many times a second.

import type { RouterConfig } from "../../config/router.ts";
import { encodeIpFrame, type Family } from "../ipframe.ts";
import { CARP_TTL, encodeAdvert, IPPROTO_CARP } from "./advert.ts";
import { destinationMac, familiesOf, groupOf, peersOf, sourceMac } from "./destination.ts";
import { RouterDigest } from "./digest.ts";
import type { HeardSeal } from "./heard.ts";
import { Sealer } from "./seal.ts";

/** Low delay: what ucarp and OpenBSD send. FreeBSD sends 0xe0; nobody looks (carp.md 1). */
export const CARP_TOS = 0x10;

export interface Utterance {
  readonly advbase: number;
  readonly advskew: number;
  readonly demote: number;
  readonly counter: bigint;
  /** Absent: not sealed. */
  readonly seal?: HeardSeal;
}

/** Where the router stands: what it sends from. */
export interface Standpoint {
  /** Of the interface. */
  readonly mac: Uint8Array;
  /** 4 bytes; absent: no IPv4 adverts leave. Zeros are legal, FreeBSD does so without an address. */
  readonly source4?: Uint8Array;
  /** 16 bytes, link-local; absent: no IPv6 adverts leave. */
  readonly source6?: Uint8Array;
}

interface Group {
  readonly family: Family;
  readonly destinationMac: Uint8Array;
  readonly destination: Uint8Array;
}

export class Voice {
  readonly families: readonly Family[];
  readonly #router: RouterConfig;
  readonly #digest: RouterDigest;
  readonly #sealer: Sealer;
  /** The families that speak to their group, with what its frames have in common. */
  readonly #groups: readonly Group[];

  constructor(router: RouterConfig) {
    this.#router = router;
    this.families = familiesOf(router);
    this.#groups = this.families
      .filter((family) => peersOf(router, family).length === 0)
      .map((family) => ({
        family,
        destinationMac: destinationMac(router, family),
        destination: groupOf(router, family),
      }));
    this.#digest = new RouterDigest(router, { withoutLinkLocal: router.dialect === "bsd" });
    this.#sealer = new Sealer(router.password);
  }

  /** The IP payload: the 36 bytes, and the seal behind them. `source` is the packet's own, 4 or 16 bytes:
   *  the seal covers it. */
  payload(said: Utterance, source: Uint8Array): Uint8Array {
    const digest = this.#digest.sign(said.counter);
    const advert = encodeAdvert({ ...said, vhid: this.#router.vhid, digest });
    if (said.seal === undefined) return advert;
    const seal = this.#sealer.seal(advert, source, said.seal);
    const both = new Uint8Array(advert.length + seal.length);
    both.set(advert);
    both.set(seal, advert.length);
    return both;
  }

  /** One frame to the group in each family that has a source and no unicast peers. `id` is the IPv4
   *  identification, 0–65535: random for each advert. */
  frames(said: Utterance, from: Standpoint, id: number): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (const { family, ...ends } of this.#groups) {
      const source = family === 4 ? from.source4 : from.source6;
      if (source === undefined) continue;
      const envelope = {
        ...ends,
        sourceMac: sourceMac(this.#router, from.mac),
        source,
        tos: CARP_TOS,
        id,
        ttl: CARP_TTL,
        protocol: IPPROTO_CARP,
      };
      frames.push(encodeIpFrame(envelope, this.payload(said, source)));
    }
    return frames;
  }
}
