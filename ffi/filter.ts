// Classic BPF programs on sockets: the kernel drops what nobody here wants before it is queued.
// Sources: socket(7), bpf(4) of the BSDs, linux/filter.h.

import { ptr } from "bun:ffi";
import { errnoOf, SysError } from "./error.ts";
import { c, check, errno, within } from "./libc.ts";

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_DETACH_FILTER = 27;
const ENOENT = errnoOf("ENOENT");
const SOCK_FILTER = 8;
const SOCK_FPROG = 16;
/** BPF_MAXINSNS. */
const INSTRUCTIONS_MAX = 4_096;

/** struct sock_filter: code, jump if true, jump if false, operand. */
export type Instruction = readonly [code: number, jt: number, jf: number, k: number];

const LOAD_BYTE = 0x30;
const JUMP_EQUAL = 0x15;
const RETURN = 0x06;
/** SKF_AD_OFF + SKF_AD_PKTTYPE: for whom the frame is. */
const PACKET_TYPE = 0xffff_f004;
/** Another host's MAC, or a VLAN that this host is not in: the kernel has taken its tag off by now. */
const PACKET_OTHERHOST = 3;
/** A copy that the kernel made for this host of what this host sent to all or to a group. */
const PACKET_LOOPBACK = 5;
const WHOLE = 0xffff_ffff;

/** Lets through frames for this host (or a group, or all) whose byte at this offset has this value. */
export function byteFilter(offset: number, value: number): readonly Instruction[] {
  within("offset", offset, 0, 0xffff);
  within("value", value, 0, 255);
  return [
    [LOAD_BYTE, 0, 0, PACKET_TYPE],
    [JUMP_EQUAL, 3, 0, PACKET_OTHERHOST],
    [LOAD_BYTE, 0, 0, offset],
    [JUMP_EQUAL, 0, 1, value],
    [RETURN, 0, 0, WHOLE],
    [RETURN, 0, 0, 0],
  ];
}

/** Lets through everything but what this host sent itself. */
export const noEcho: readonly Instruction[] = [
  [LOAD_BYTE, 0, 0, PACKET_TYPE],
  [JUMP_EQUAL, 1, 0, PACKET_LOOPBACK],
  [RETURN, 0, 0, WHOLE],
  [RETURN, 0, 0, 0],
];

/** An array of struct sock_filter. */
export function filterBytes(program: readonly Instruction[]): Uint8Array {
  within("instructions", program.length, 1, INSTRUCTIONS_MAX);
  // Its own storage: the kernel is given a pointer to it inside a struct.
  const bytes = new Uint8Array(new ArrayBuffer(program.length * SOCK_FILTER));
  const words = new DataView(bytes.buffer);
  for (const [index, [code, jt, jf, k]] of program.entries()) {
    const at = index * SOCK_FILTER;
    words.setUint16(at, within("code", code, 0, 0xffff), true);
    words.setUint8(at + 2, within("jt", jt, 0, 255));
    words.setUint8(at + 3, within("jf", jf, 0, 255));
    words.setUint32(at + 4, within("k", k, 0, WHOLE), true);
  }
  return bytes;
}

/** From now on only what the program lets through is queued to the socket. */
export function attachFilter(fd: number, program: readonly Instruction[]): void {
  const filter = filterBytes(program);
  // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
  const head = new Uint8Array(new ArrayBuffer(SOCK_FPROG));
  const words = new DataView(head.buffer);
  words.setUint16(0, program.length, true);
  words.setBigUint64(8, BigInt(ptr(filter)), true);
  const result = c.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, head, head.byteLength);
  // Used once more, so that the program outlives the call that reads it by its address.
  check("attach", result, `a filter of ${filter.byteLength} bytes`);
}

/** From now on everything is queued to the socket, whether it had a filter or not. */
export function detachFilter(fd: number): void {
  const unused = new Uint8Array(4);
  const result = c.setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, unused, unused.byteLength);
  const code = result === -1 ? errno() : 0;
  if (code !== 0 && code !== ENOENT) throw new SysError("detach", code, "a filter");
}
