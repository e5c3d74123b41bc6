// bcast (and udp) DEVICE: every heartbeat to the device's broadcast address (heartbeat-wire 14.1).

import { broadcastAddress, interfaceAddress } from "../../../ffi/interface.ts";
import { sockaddrIn } from "../../../ffi/layout.ts";
import { bindToDevice, bufferSize, close, sendTo, setOption } from "../../../ffi/socket.ts";
import type { Medium } from "../../config/medium.ts";
import type { DatagramCarrier } from "./carrier.ts";
import { portEar, udpSocket } from "./udp.ts";

const UNSET = "0.0.0.0";
const LIMITED = "255.255.255.255";

/** Where broadcasts on this device go. A device without a broadcast address of its own (but with an
 *  address) is given the limited broadcast. */
export function broadcastOf(device: string): string {
  const address = broadcastAddress(device);
  if (address !== UNSET) return address;
  interfaceAddress(device);
  return LIMITED;
}

export function openBcast(medium: Extract<Medium, { kind: "bcast" }>): DatagramCarrier {
  const { device, port } = medium;
  const broadcast = broadcastOf(device);
  const destination = sockaddrIn(broadcast, port);
  const fd = udpSocket(4, (mouth) => {
    setOption(mouth, "broadcast", 1);
    setOption(mouth, "dontRoute", 1);
    bindToDevice(mouth, device);
    bufferSize(mouth, "snd", 256 * 1024);
  });
  return {
    medium,
    ear: portEar(4, device, port),
    send: (packet) => sendTo(fd, packet, destination, `${broadcast} on ${device}`),
    stale: () => now(device) !== broadcast,
    close: () => close(fd),
  };
}

function now(device: string): string {
  try {
    return broadcastOf(device);
  } catch {
    return "none";
  }
}
