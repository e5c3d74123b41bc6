// A frame with a CARP advert in it, as far as it can be judged without knowing the virtual router.
//
// The tests and their order are carp.md 5; their words name the counters.

import { decodeIpFrame, type IpPacket } from "../ipframe.ts";
import { ADVERT_BYTES, CARP_TTL, CARP_VERSION, IPPROTO_CARP, versionOf } from "./advert.ts";

/** Why a frame is dropped. Counters are kept by these words. */
export type AdvertReason =
  /** Of another protocol than CARP. */
  | "protocol"
  /** No whole IP header, or the 36 bytes are not all there; a VRRP packet, for instance. */
  | "size"
  /** It came over a router, or was made by somebody who cannot do better. */
  | "ttl"
  | "version"
  /** No virtual router of this number here. */
  | "vhid"
  /** Our own, come back. */
  | "own"
  /** To another group than the router's; or to the group where it has unicast peers; or the reverse. */
  | "destination"
  /** Of the IPv4 header. */
  | "header-checksum"
  /** Of the CARP part. */
  | "checksum"
  /** Made with another password, or for another set of addresses. */
  | "digest"
  /** Its seal is broken. */
  | "seal";

export interface CarpPacket extends IpPacket {
  readonly vhid: number;
  /** The 36 bytes. */
  readonly advert: Uint8Array;
  /** What follows them within the IP packet: a seal, perhaps. */
  readonly rest: Uint8Array;
}

export type Dissected =
  | { readonly ok: true; readonly packet: CarpPacket }
  | { readonly ok: false; readonly reason: "protocol" | "size" | "ttl" | "version" };

/** Takes a frame apart: views of it, which hold as long as it does. Total: no bytes make it throw. */
export function dissect(frame: Uint8Array): Dissected {
  const ip = decodeIpFrame(frame);
  if (ip === undefined) return { ok: false, reason: "size" };
  if (ip.protocol !== IPPROTO_CARP) return { ok: false, reason: "protocol" };
  if (ip.payload.length < ADVERT_BYTES) return { ok: false, reason: "size" };
  if (ip.ttl !== CARP_TTL) return { ok: false, reason: "ttl" };
  if (versionOf(ip.payload) !== CARP_VERSION) return { ok: false, reason: "version" };
  // Peers do not look at the length in the IP header, so only the seal depends on it.
  const end = Math.max(ADVERT_BYTES, Math.min(ip.declared, ip.payload.length));
  return {
    ok: true,
    packet: {
      ...ip,
      vhid: ip.payload[1] ?? 0,
      advert: ip.payload.subarray(0, ADVERT_BYTES),
      rest: ip.payload.subarray(ADVERT_BYTES, end),
    },
  };
}
