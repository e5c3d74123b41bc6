// Sockets as verbs: make, bind, send, receive, set. Everything is non-blocking and close-on-exec.
//
// What can happen every day (nothing to read, no room to send) is a value; the rest is thrown.

import { errnoOf, SysError } from "./error.ts";
import { AF_INET, AF_INET6, AF_UNIX, interfaceName, ipMreqn, ipv6Mreq } from "./layout.ts";
import { c, check, errno, within } from "./libc.ts";

export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_TRUNC = 0x20;
const F_SETFD = 2;
const F_DUPFD_CLOEXEC = 1030;
const FD_CLOEXEC = 1;

const EAGAIN = errnoOf("EAGAIN");
const EINTR = errnoOf("EINTR");

/** A socket option by level and name, as in asm-generic/socket.h, linux/in.h, linux/in6.h. */
export const option = {
  reuseAddr: [1, 2],
  broadcast: [1, 6],
  dontRoute: [1, 5],
  sndBuf: [1, 7],
  rcvBuf: [1, 8],
  reusePort: [1, 15],
  bindToDevice: [1, 25],
  sndBufForce: [1, 32],
  rcvBufForce: [1, 33],
  ipTos: [0, 1],
  ipTtl: [0, 2],
  ipMulticastIf: [0, 32],
  ipMulticastTtl: [0, 33],
  ipMulticastLoop: [0, 34],
  ipAddMembership: [0, 35],
  ipMulticastAll: [0, 49],
  ipv6UnicastHops: [41, 16],
  ipv6MulticastIf: [41, 17],
  ipv6MulticastHops: [41, 18],
  ipv6MulticastLoop: [41, 19],
  ipv6JoinGroup: [41, 20],
  ipv6V6only: [41, 26],
  ipv6MulticastAll: [41, 29],
  ipv6Tclass: [41, 67],
  icmpFilter: [255, 1],
  icmp6Filter: [58, 1],
  packetIgnoreOutgoing: [263, 23],
  netlinkStrictCheck: [270, 12],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export type Option = keyof typeof option;

/** A new socket; it never blocks and is not inherited. */
export function socket(family: number, type: number, protocol = 0): number {
  within("protocol", protocol, 0, 65_535);
  return check("open", c.socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol), "a socket");
}

/** Both ends of an AF_UNIX SOCK_SEQPACKET pair. The first is ours (close-on-exec, non-blocking when
 *  `nonBlocking`); the second may be inherited by a child. */
export function socketpair(nonBlocking = false): [number, number] {
  const both = new Int32Array(2);
  const flags = SOCK_SEQPACKET | (nonBlocking ? SOCK_NONBLOCK : 0);
  check("open", c.socketpair(AF_UNIX, flags, 0, both), "a socket pair");
  const [ours = -1, theirs = -1] = both;
  check("set", c.fcntl(ours, F_SETFD, FD_CLOEXEC), "close-on-exec");
  return [ours, theirs];
}

/** A second descriptor of the same socket; it is not inherited. */
export function duplicate(fd: number): number {
  return check("duplicate", c.fcntl(fd, F_DUPFD_CLOEXEC, 0), `descriptor ${fd}`);
}

export function close(fd: number): void {
  check("close", c.close(within("fd", fd, 0, 0x7fff_ffff)), `descriptor ${fd}`);
}

export function bind(fd: number, address: Uint8Array, about: string): void {
  check("bind", c.bind(fd, address, address.byteLength), about);
}

/** Sets an option whose value is an int. */
export function setOption(fd: number, name: Option, value: number): void {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, within(name, value, -1, 0x7fff_ffff), true);
  setOptionBytes(fd, name, bytes);
}

/** Sets an option whose value is a struct. */
export function setOptionBytes(fd: number, name: Option, bytes: Uint8Array): void {
  const [level, number] = option[name];
  check("set", c.setsockopt(fd, level, number, bytes, bytes.byteLength), `socket option ${name}`);
}

/** Reads an option whose value is an int. */
export function getOption(fd: number, name: Option): number {
  const [level, number] = option[name];
  const value = new Int32Array(1);
  const length = new Uint32Array([4]);
  check("read", c.getsockopt(fd, level, number, value, length), `socket option ${name}`);
  return value[0] ?? 0;
}

/** All traffic of this socket leaves and arrives on one interface. */
export function bindToDevice(fd: number, device: string): void {
  const [level, number] = option.bindToDevice;
  const name = interfaceName(device);
  check("bind a socket to device", c.setsockopt(fd, level, number, name, name.length), device);
}

/** Joins a multicast group on the interface with this index. */
export function joinGroup(fd: number, group: string, index: number): void {
  if (group.includes(":")) setOptionBytes(fd, "ipv6JoinGroup", ipv6Mreq(group, index));
  else setOptionBytes(fd, "ipAddMembership", ipMreqn(group, index));
}

/** Sends multicast by the interface with this index. */
export function multicastInterface(fd: number, family: 4 | 6, index: number): void {
  if (family === 6) setOption(fd, "ipv6MulticastIf", index);
  else setOptionBytes(fd, "ipMulticastIf", ipMreqn("0.0.0.0", index));
}

/** Room for bursts: the kernel's limit is passed over when permitted, else used up. */
export function bufferSize(fd: number, direction: "snd" | "rcv", bytes: number): void {
  try {
    setOption(fd, `${direction}BufForce`, bytes);
  } catch {
    setOption(fd, `${direction}Buf`, bytes);
  }
}

/** Sends to an address. False when the kernel has no room now. */
export function sendTo(fd: number, bytes: Uint8Array, address: Uint8Array, about: string): boolean {
  const sent = c.sendto(
    fd,
    bytes,
    bytes.byteLength,
    MSG_DONTWAIT | MSG_NOSIGNAL,
    address,
    address.byteLength,
  );
  return Number(sent) !== -1 || mayRetry("send to", about);
}

/** Sends on a connected socket (a socket pair's end). False when there is no room now. */
export function send(fd: number, bytes: Uint8Array): boolean {
  const sent = c.send(fd, bytes, bytes.byteLength, MSG_DONTWAIT | MSG_NOSIGNAL);
  return Number(sent) !== -1 || mayRetry("send on", `descriptor ${fd}`);
}

function mayRetry(call: string, about: string): false {
  const number = errno();
  if (number === EAGAIN || number === EINTR) return false;
  throw new SysError(call, number, about);
}

/** How many bytes arrived in `buffer`; 0 for an empty datagram or the end; undefined when there is
 *  nothing to read. A datagram longer than the buffer tells its full length. */
export function receive(fd: number, buffer: Uint8Array): number | undefined {
  const got = Number(c.recv(fd, buffer, buffer.byteLength, MSG_DONTWAIT | MSG_TRUNC));
  return got === -1 ? nothing(fd) : got;
}

const fromLength = new Uint32Array(1);

/** As receive(), and `from` is filled with the sender's sockaddr. */
export function receiveFrom(fd: number, buffer: Uint8Array, from: Uint8Array): number | undefined {
  fromLength[0] = from.byteLength;
  const flags = MSG_DONTWAIT | MSG_TRUNC;
  const got = Number(c.recvfrom(fd, buffer, buffer.byteLength, flags, from, fromLength));
  return got === -1 ? nothing(fd) : got;
}

function nothing(fd: number): undefined {
  const number = errno();
  if (number === EAGAIN || number === EINTR) return undefined;
  throw new SysError("receive on", number, `descriptor ${fd}`);
}

/** The port that the kernel chose or we bound. */
export function localPort(fd: number): number {
  const address = new Uint8Array(28);
  const length = new Uint32Array([28]);
  check("read", c.getsockname(fd, address, length), "a socket's name");
  return new DataView(address.buffer).getUint16(2, false);
}

/** The family's number for 4 and 6. */
export function familyOf(family: 4 | 6): number {
  return family === 4 ? AF_INET : AF_INET6;
}
