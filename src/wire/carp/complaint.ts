// ucarp's words about a packet that it drops (carp.md 5); what it drops in silence has none.
//
// Made only when somebody reads them: a flood of bad packets must not cost words.

import { bytesToHex } from "../bytes.ts";
import { bytesToAddress } from "../ipaddress.ts";
import { decodeAdvert, versionOf } from "./advert.ts";
import type { Ear } from "./ear.ts";
import type { AdvertReason, CarpPacket } from "./packet.ts";

export interface Complaint {
  readonly level: "warn" | "debug";
  readonly text: string;
}

/** What to say about a packet that judge() gave this reason for; undefined: nothing. */
export function complaint(
  reason: AdvertReason,
  packet: CarpPacket,
  ear: Pick<Ear, "expected">,
): Complaint | undefined {
  switch (reason) {
    case "ttl":
      return { level: "warn", text: `Bad TTL: [${packet.ttl}]` };
    case "version":
      return { level: "warn", text: `Bad version: [${versionOf(packet.advert)}]` };
    case "vhid":
      return { level: "debug", text: `Ignoring vhid: [${packet.vhid}]` };
    case "destination": {
      const group = bytesToAddress(packet.destination);
      return { level: "debug", text: `Ignoring different multicast ip: [${group}]` };
    }
    case "header-checksum":
    case "checksum":
      return { level: "warn", text: "Bad IP checksum" };
    case "digest": {
      const ours = head(ear.expected(packet));
      const theirs = head(decodeAdvert(packet.advert).digest);
      const text = `Bad digest - md2=[${ours}...] md=[${theirs}...] - Check vhid, password and virtual IP address`;
      return { level: "warn", text };
    }
    case "seal": {
      const from = bytesToAddress(packet.source);
      return { level: "warn", text: `Bad seal from ${from}: somebody changed the advert` };
    }
    default:
      return undefined;
  }
}

function head(digest: Uint8Array): string {
  return bytesToHex(digest.subarray(0, 4));
}
