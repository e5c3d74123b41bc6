// The classic interface ioctls, for those who configure addresses the way ifconfig does: alias
// labels such as "eth0:0", which no lease can be put on. Source: netdevice(7), linux/sockios.h.

import { errnoOf, SysError } from "./error.ts";
import { AF_INET, addressText, ifreq, sockaddrIn } from "./layout.ts";
import { c, check } from "./libc.ts";
import { close, SOCK_DGRAM, socket } from "./socket.ts";

const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const SIOCGIFADDR = 0x8915;
const SIOCSIFADDR = 0x8916;
const SIOCGIFBRDADDR = 0x8919;
const SIOCSIFBRDADDR = 0x891a;
const SIOCSIFNETMASK = 0x891c;
const SIOCGIFMTU = 0x8921;
const SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;
const IFF_UP = 1;

function control(request: number, argument: Uint8Array, about: string): Uint8Array {
  const fd = socket(AF_INET, SOCK_DGRAM);
  try {
    check("ask about", c.ioctl(fd, request, argument), about);
    return argument;
  } finally {
    close(fd);
  }
}

/** Address bytes in the sockaddr_in of an ifreq's union. */
function addressOf(request: Uint8Array): string {
  return addressText(request.slice(20, 24));
}

/** The interface's index; undefined when there is no such interface. */
export function interfaceIndex(device: string): number | undefined {
  try {
    const answer = control(SIOCGIFINDEX, ifreq(device), device);
    return new DataView(answer.buffer).getInt32(16, true);
  } catch (error) {
    if (error instanceof SysError && error.errno === errnoOf("ENODEV")) return undefined;
    throw error;
  }
}

/** IFF_UP (1), IFF_LOOPBACK (8), IFF_RUNNING (0x40) and so on. */
export function interfaceFlags(device: string): number {
  return new DataView(control(SIOCGIFFLAGS, ifreq(device), device).buffer).getUint16(16, true);
}

/** The largest packet that the interface sends, in bytes. */
export function interfaceMtu(device: string): number {
  return new DataView(control(SIOCGIFMTU, ifreq(device), device).buffer).getInt32(16, true);
}

/** The kind of an interface (ARPHRD_ETHER is 1) and its link address, "00:00:5e:00:01:2a". */
export function interfaceHardware(device: string): { readonly type: number; readonly mac: string } {
  const answer = control(SIOCGIFHWADDR, ifreq(device), device);
  const bytes = [...answer.slice(18, 24)];
  return {
    type: new DataView(answer.buffer).getUint16(16, true),
    mac: bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":"),
  };
}

/** The first IPv4 address of an interface or alias. */
export function interfaceAddress(device: string): string {
  return addressOf(control(SIOCGIFADDR, ifreq(device), `the address of ${device}`));
}

/** The broadcast address of an interface ("0.0.0.0" when it has none). */
export function broadcastAddress(device: string): string {
  return addressOf(control(SIOCGIFBRDADDR, ifreq(device), `the broadcast address of ${device}`));
}

/** Makes the alias `label` ("eth0:0") with this address, or changes it. */
export function putAlias(options: {
  readonly label: string;
  readonly address: string;
  readonly netmask: string;
  readonly broadcast?: string;
}): void {
  const { label, address, netmask, broadcast } = options;
  control(SIOCSIFADDR, ifreq(label, sockaddrIn(address, 0)), `${address} on ${label}`);
  control(SIOCSIFNETMASK, ifreq(label, sockaddrIn(netmask, 0)), `netmask ${netmask} on ${label}`);
  if (broadcast !== undefined) {
    const request = ifreq(label, sockaddrIn(broadcast, 0));
    control(SIOCSIFBRDADDR, request, `broadcast ${broadcast} on ${label}`);
  }
}

/** Removes the alias: to the kernel, an alias that is set down. */
export function removeAlias(label: string): void {
  if (!label.includes(":")) throw new RangeError(`"${label}" is not an alias`);
  const request = control(SIOCGIFFLAGS, ifreq(label), label);
  const flags = new DataView(request.buffer);
  flags.setInt16(16, flags.getInt16(16, true) & ~IFF_UP, true);
  control(SIOCSIFFLAGS, request, label);
}

/** Sets an interface up. */
export function setUp(device: string): void {
  const request = control(SIOCGIFFLAGS, ifreq(device), device);
  const flags = new DataView(request.buffer);
  flags.setInt16(16, flags.getInt16(16, true) | IFF_UP, true);
  control(SIOCSIFFLAGS, request, device);
}
