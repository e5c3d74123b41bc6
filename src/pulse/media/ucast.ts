// ucast, ucast6 DEVICE PEER: every heartbeat to one peer (heartbeat-wire 14.2).
//
// The sender's address is not checked: the signature is. Lines for several peers share one ear.

import { sockaddrIn, sockaddrIn6 } from "../../../ffi/layout.ts";
import { bindToDevice, bufferSize, close, sendTo, setOption } from "../../../ffi/socket.ts";
import type { Medium } from "../../config/medium.ts";
import type { DatagramCarrier } from "./carrier.ts";
import { indexOf, portEar, udpSocket } from "./udp.ts";

/** IPTOS_LOWDELAY, as 3.0.6 sends. */
const LOW_DELAY = 0x10;

export function openUcast(medium: Extract<Medium, { kind: "ucast" | "ucast6" }>): DatagramCarrier {
  const { device, peer, port } = medium;
  const family = medium.kind === "ucast" ? 4 : 6;
  const destination =
    family === 4 ? sockaddrIn(peer, port) : sockaddrIn6(peer, port, scopeOf(peer, device));
  const fd = udpSocket(family, (mouth) => {
    setOption(mouth, family === 4 ? "ipTos" : "ipv6Tclass", LOW_DELAY);
    bindToDevice(mouth, device);
    bufferSize(mouth, "snd", 256 * 1024);
  });
  return {
    medium,
    ear: portEar(family, device, port),
    send: (packet) => sendTo(fd, packet, destination, `${peer} on ${device}`),
    close: () => close(fd),
  };
}

/** A link-local address means nothing without its interface. */
function scopeOf(peer: string, device: string): number {
  return /^fe[89ab]/i.test(peer) ? indexOf(device) : 0;
}
