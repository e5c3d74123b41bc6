// Who claims an address: ARP frames and neighbour advertisements of anybody on the network.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { arpClaim, arpOfUcarp, arpReply, arpRequest } from "../../../src/wire/arp.ts";
import { hexToBytes } from "../../../src/wire/bytes.ts";
import { neighbourAdvertisement, neighbourClaim } from "../../../src/wire/neighbour.ts";
import { GOLDEN } from "../../wire/capture.ts";
import { must, mustEqual, type Target } from "./target.ts";

const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
const address = Uint8Array.of(10, 0, 0, 10);

export const arp: Target = {
  name: "arp",
  covers: "wire/arp arpClaim()",
  corpus: () => [
    arpRequest({ mac, address }),
    ...[
      ...readFileSync(join(GOLDEN, "arp/arp.txt"), "latin1").matchAll(/^hex ([0-9a-f]+)$/gm),
    ].flatMap(([, hex]) => hexToBytes(hex ?? "") ?? []),
  ],
  tokens: ["\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01", "\x00\x02", "\x00\x00\x00\x00"],
  bytesMax: 2_048,
  run(input) {
    const claim = arpClaim(input);
    if (claim === undefined) return "none";
    must(claim.mac.length === 6 && claim.address.length === 4, "a claim has its MAC and address");
    for (const encode of [arpRequest, arpReply, arpOfUcarp]) {
      mustEqual(arpClaim(encode(claim)), claim, "what claims is understood as it was sent");
    }
    return `${input[21]}`;
  },
};

export const neighbour: Target = {
  name: "neighbour",
  covers: "wire/neighbour neighbourClaim()",
  corpus: () => {
    const sender = { mac, address: Uint8Array.from({ length: 16 }, (_, at) => at) };
    return [neighbourAdvertisement(sender).subarray(54), neighbourAdvertisement(sender)];
  },
  tokens: ["\x88\x00", "\x02\x01", "\x02\x00", "\x01\x01", "\x02\xff"],
  bytesMax: 2_048,
  run(input) {
    const claim = neighbourClaim(input);
    if (claim === undefined) return "none";
    must(claim.mac.length === 6 && claim.address.length === 16, "a claim has its MAC and address");
    const frame = neighbourAdvertisement(claim);
    mustEqual(
      neighbourClaim(frame.subarray(54)),
      claim,
      "what claims is understood as it was sent",
    );
    return "claim";
  },
};
