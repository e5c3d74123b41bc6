// What the UDP media share: the ears on a port of a device, and the mouth bound to that device.

import { attachFilter, detachFilter, noEcho } from "../../../ffi/filter.ts";
import { interfaceIndex } from "../../../ffi/interface.ts";
import { sockaddrAddress, sockaddrIn, sockaddrIn6 } from "../../../ffi/layout.ts";
import {
  bind,
  bindToDevice,
  bufferSize,
  close,
  familyOf,
  receiveFrom,
  SOCK_DGRAM,
  setOption,
  socket,
} from "../../../ffi/socket.ts";
import { type Ear, type EarSpec, type Heard, RECEIVE_BUFFER } from "./carrier.ts";

/** An open UDP socket, closed again when its setting-up fails. */
export function udpSocket(family: 4 | 6, setUp: (fd: number) => void): number {
  return opened(socket(familyOf(family), SOCK_DGRAM), setUp);
}

/** Runs `setUp` on a new descriptor and closes it when that throws. */
export function opened(fd: number, setUp: (fd: number) => void): number {
  try {
    setUp(fd);
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** The index of an interface that must exist. */
export function indexOf(device: string): number {
  const index = interfaceIndex(device);
  if (index === undefined) throw new Error(`There is no interface "${device}"`);
  return index;
}

/** Listens to everything that arrives on one port of one device, whoever it was sent to. The kernel would bring each
 *  broadcast of this host back as well: its signature would be checked, and then it would be dropped. So it is filtered
 *  until somebody wants to hear just that. */
export function portEar(family: 4 | 6, device: string, port: number): EarSpec {
  return {
    key: `udp${family} ${device} ${port}`,
    open: () => {
      const ear = datagramEar(
        udpSocket(family, (fd) => {
          setOption(fd, "reuseAddr", 1);
          setOption(fd, "reusePort", 1);
          if (family === 6) setOption(fd, "ipv6V6only", 1);
          bindToDevice(fd, device);
          bufferSize(fd, "rcv", RECEIVE_BUFFER);
          attachFilter(fd, noEcho);
          const any = family === 4 ? sockaddrIn("0.0.0.0", port) : sockaddrIn6("::", port);
          bind(fd, any, `udp port ${port} on ${device}`);
        }),
      );
      const hearSelf = (wanted: boolean) =>
        wanted ? detachFilter(ear.fd) : attachFilter(ear.fd, noEcho);
      return { ...ear, hearSelf };
    },
  };
}

const sender = new Uint8Array(28);

/** An ear on a datagram socket. */
export function datagramEar(fd: number): Ear {
  return {
    fd,
    hear(buffer): Heard | undefined {
      const got = receiveFrom(fd, buffer, sender);
      if (got === undefined) return undefined;
      const from = sockaddrAddress(sender);
      // Longer than any packet of heartbeat: cut short by the kernel, so of no use.
      return got > buffer.length ? { from } : { from, packet: buffer.subarray(0, got) };
    },
    close: () => close(fd),
  };
}
