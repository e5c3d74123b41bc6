// What a virtual router believes: a packet for its vhid becomes an advert, or a reason why not.
//
// The order of the tests is carp.md 5, so that one packet gets the same verdict everywhere.

import type { RouterConfig } from "../../config/router.ts";
import { bytesToAddress, macToText, sameBytes } from "../ipaddress.ts";
import type { Family } from "../ipframe.ts";
import { checksumHolds, decodeAdvert } from "./advert.ts";
import { groupOf, peersOf } from "./destination.ts";
import { RouterDigest } from "./digest.ts";
import type { HeardAdvert } from "./heard.ts";
import type { AdvertReason, CarpPacket } from "./packet.ts";
import { Sealer } from "./seal.ts";
import type { Standpoint } from "./voice.ts";

export type Judged =
  | { readonly ok: true; readonly advert: HeardAdvert }
  | { readonly ok: false; readonly reason: AdvertReason };

export class Ear {
  readonly #vhid: number;
  /** Where adverts of each family go to; undefined: to our own address, there are unicast peers. */
  readonly #groups: Readonly<Record<Family, Uint8Array | undefined>>;
  readonly #digest: RouterDigest;
  readonly #sealer: Sealer | undefined;

  constructor(router: RouterConfig) {
    const target = (family: Family) =>
      peersOf(router, family).length > 0 ? undefined : groupOf(router, family);
    this.#vhid = router.vhid;
    this.#groups = { 4: target(4), 6: target(6) };
    this.#digest = new RouterDigest(router);
    this.#sealer = router.seal === "off" ? undefined : new Sealer(router.password);
  }

  /** Judges a packet that dissect() let pass. Total. Only the digest costs anything. */
  judge(packet: CarpPacket, here: Standpoint): Judged {
    const own = packet.family === 4 ? here.source4 : here.source6;
    const reason = this.#objection(packet, own);
    if (reason !== undefined) return { ok: false, reason };
    const said = decodeAdvert(packet.advert);
    if (!this.#digest.verify(said.counter, said.digest)) return { ok: false, reason: "digest" };
    const verdict = this.#sealer?.judge(packet.advert, packet.source, packet.rest);
    if (verdict?.is === "bad") return { ok: false, reason: "seal" };
    return {
      ok: true,
      advert: {
        family: packet.family,
        from: bytesToAddress(packet.source),
        mac: macToText(packet.sourceMac),
        advbase: said.advbase,
        advskew: said.advskew,
        demote: said.demote,
        counter: said.counter,
        ...(verdict?.is === "good" ? { seal: verdict.seal } : {}),
      },
    };
  }

  /** The digest that an advert with this counter should have: for words about a wrong one. */
  expected(counter: bigint): Uint8Array {
    return this.#digest.sign(counter);
  }

  #objection(packet: CarpPacket, own: Uint8Array | undefined): AdvertReason | undefined {
    const known = own !== undefined && !own.every((byte) => byte === 0);
    if (known && sameBytes(packet.source, own)) return "own";
    if (packet.vhid !== this.#vhid) return "vhid";
    const target = this.#groups[packet.family];
    if (target === undefined) {
      if (isMulticast(packet.destination)) return "destination";
      if (known && !sameBytes(packet.destination, own)) return "destination";
    } else if (!sameBytes(packet.destination, target)) return "destination";
    if (!packet.headerGood) return "header-checksum";
    return checksumHolds(packet.advert) ? undefined : "checksum";
  }
}

function isMulticast(address: Uint8Array): boolean {
  const first = address[0] ?? 0;
  return address.length === 4 ? first >= 224 : first === 0xff;
}
