// mcast, mcast6 DEVICE GROUP PORT TTL LOOP: every heartbeat to a group (heartbeat-wire 14.3).
//
// Not bound to the device as bcast is: membership and sending name the interface by its index.

import { sockaddrIn, sockaddrIn6 } from "../../../ffi/layout.ts";
import {
  bind,
  bindToDevice,
  bufferSize,
  close,
  joinGroup,
  multicastInterface,
  sendTo,
  setOption,
} from "../../../ffi/socket.ts";
import type { Medium } from "../../config/medium.ts";
import { type DatagramCarrier, type EarSpec, RECEIVE_BUFFER } from "./carrier.ts";
import { datagramEar, indexOf, udpSocket } from "./udp.ts";

type McastMedium = Extract<Medium, { kind: "mcast" | "mcast6" }>;

export function openMcast(medium: McastMedium): DatagramCarrier {
  const { device, group, port, ttl } = medium;
  const family = medium.kind === "mcast" ? 4 : 6;
  const index = indexOf(device);
  const loop = medium.loop ? 1 : 0;
  const destination = family === 4 ? sockaddrIn(group, port) : sockaddrIn6(group, port, index);
  const fd = udpSocket(family, (mouth) => {
    multicastInterface(mouth, family, index);
    setOption(mouth, family === 4 ? "ipMulticastTtl" : "ipv6MulticastHops", ttl);
    setOption(mouth, family === 4 ? "ipMulticastLoop" : "ipv6MulticastLoop", loop);
    bufferSize(mouth, "snd", 256 * 1024);
  });
  return {
    medium,
    ear: groupEar(medium, index),
    send: (packet) => sendTo(fd, packet, destination, `${group} on ${device}`),
    close: () => close(fd),
  };
}

function groupEar(medium: McastMedium, index: number): EarSpec {
  const { device, group, port } = medium;
  const family = medium.kind === "mcast" ? 4 : 6;
  return {
    key: `mcast ${device} ${group} ${port}`,
    open: () =>
      datagramEar(
        udpSocket(family, (fd) => {
          setOption(fd, "reuseAddr", 1);
          bufferSize(fd, "rcv", RECEIVE_BUFFER);
          // The group may be joined on several devices: each ear hears its own device only.
          bindToDevice(fd, device);
          const where = family === 4 ? sockaddrIn(group, port) : sockaddrIn6(group, port, index);
          bind(fd, where, `udp ${group} port ${port} on ${device}`);
          joinGroup(fd, group, index);
        }),
      ),
  };
}
