// ICMP echoes of ping nodes: the raw socket hears every reply that comes to this host.

import { Admission } from "../../../src/pulse/admission.ts";
import { Echoes } from "../../../src/pulse/echoes.ts";
import {
  echoReply,
  echoRequest,
  type PingMedium,
  pingMessage,
} from "../../../src/pulse/media/ping.ts";
import type { Port } from "../../../src/pulse/port.ts";
import { seal } from "../../../src/wire/packet.ts";
import { keys } from "./sample.ts";
import { must, type Target } from "./target.ts";

const media: readonly PingMedium[] = [
  { kind: "ping", name: "10.0.0.254", address: "10.0.0.254" },
  { kind: "ping_group", name: "routers", addresses: ["10.0.0.1", "10.0.0.254"] },
  { kind: "ping6", name: "fd00::1", address: "fd00::1" },
];

/** Of a port, only its medium is asked for. */
const ports = new Set(media.map((medium) => ({ medium }) as Port));
const from4 = Uint8Array.of(10, 0, 0, 254);
const from6 = Uint8Array.of(0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** Stands for this process in inputs, which must be the same in every process. */
const placeholder = [0x68, 0x62] as const;
const identity = process.pid & 0xffff;

/** The first byte says which family; behind it what the socket gives. */
function replies(): Uint8Array[] {
  return media.map((medium, index) => {
    const family = medium.kind === "ping6" ? 6 : 4;
    const icmp = echoRequest(
      family,
      5 + index,
      seal(pingMessage(medium, 1_700_000_000), keys, "classic"),
    );
    icmp[0] = family === 4 ? 0 : 129;
    icmp.set(placeholder, 4);
    const ip = family === 4 ? [0x45, ...new Array<number>(19).fill(0)] : [];
    return Uint8Array.from([family, ...ip, ...icmp]);
  });
}

export const echo: Target = {
  name: "echo",
  covers: "pulse/media/ping echoReply(), pulse/echoes",
  corpus: replies,
  tokens: ["\x45", "\x4f", "hb", "\x81\x00", "routers", "ping_group", "ping6"],
  bytesMax: 65_536,
  run(input) {
    const family = input[0] === 6 ? 6 : 4;
    const bytes = input.slice(1);
    const header = family === 4 ? ((bytes[0] ?? 0) & 15) * 4 : 0;
    if (bytes[header + 4] === placeholder[0] && bytes[header + 5] === placeholder[1]) {
      bytes.set([identity & 0xff, identity >> 8], header + 4);
    }
    let delivered = 0;
    const admission = new Admission(keys, () => {});
    const echoes = new Echoes(admission, () => delivered++);
    const heard = { ...echoReply(family, bytes), from: family === 4 ? from4 : from6 };
    for (let again = 0; again < 3; again++) echoes.take(ports, heard);
    must(delivered <= 3, "a reply speaks for one node");
    const counts = admission.views().map(({ rejected }) => Object.keys(rejected).join(","));
    return `${heard.packet !== undefined} ${delivered} ${[...new Set(counts)].join(" ")}`;
  },
};
