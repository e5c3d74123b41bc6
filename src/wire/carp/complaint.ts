// ucarp's words about a packet that it drops (carp.md 5); what it drops in silence has none.
//
// Made from the frame, and only when somebody reads them: a flood of bad packets must not cost words.

import { bytesToHex } from "../bytes.ts";
import { bytesToAddress } from "../ipaddress.ts";
import { decodeIpFrame } from "../ipframe.ts";
import { ADVERT_BYTES, type CarpAdvert, decodeAdvert, versionOf } from "./advert.ts";
import type { Ear } from "./ear.ts";
import type { AdvertReason } from "./packet.ts";

export interface Complaint {
  readonly level: "warn" | "debug";
  readonly text: string;
}

/** What to say about a frame that dissect() or judge() gave this reason for; undefined: nothing. */
export function complaint(
  reason: AdvertReason,
  frame: Uint8Array,
  ear: Pick<Ear, "expected">,
): Complaint | undefined {
  const ip = decodeIpFrame(frame);
  if (ip === undefined || ip.payload.length < ADVERT_BYTES) return undefined;
  const said = decodeAdvert(ip.payload.subarray(0, ADVERT_BYTES));
  switch (reason) {
    case "ttl":
      return { level: "warn", text: `Bad TTL: [${ip.ttl}]` };
    case "version":
      return { level: "warn", text: `Bad version: [${versionOf(ip.payload)}]` };
    case "vhid":
      return { level: "debug", text: `Ignoring vhid: [${said.vhid}]` };
    case "destination": {
      const group = bytesToAddress(ip.destination);
      return { level: "debug", text: `Ignoring different multicast ip: [${group}]` };
    }
    case "header-checksum":
    case "checksum":
      return { level: "warn", text: "Bad IP checksum" };
    case "digest":
      return { level: "warn", text: badDigest(said, ear.expected(said.counter)) };
    case "seal": {
      const from = bytesToAddress(ip.source);
      return { level: "warn", text: `Bad seal from ${from}: the advert was changed on its way` };
    }
    default:
      return undefined;
  }
}

function badDigest({ digest }: CarpAdvert, expected: Uint8Array): string {
  const [ours, theirs] = [expected, digest].map((each) => bytesToHex(each.subarray(0, 4)));
  const advice = "Check vhid, password and virtual IP address";
  return `Bad digest - md2=[${ours}...] md=[${theirs}...] - ${advice}`;
}
