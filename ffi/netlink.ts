// Netlink messages as bytes: headers, attributes, and taking a datagram apart. Sources: netlink(7),
// rtnetlink(7), linux/netlink.h. Not the sockets: those are in route.ts.

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_OVERRUN = 4;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_MULTI = 0x2;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
export const NLM_F_DUMP = 0x300;

const HEADER = 16;
const NLA_TYPE_MASK = 0x3fff;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** What follows the header. Shares the datagram's memory. */
  readonly body: Uint8Array;
}

export type Attributes = ReadonlyMap<number, Uint8Array>;

function align(length: number): number {
  return (length + 3) & ~3;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 32 bit value in host order, as most attributes want it. */
export function u32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const words = view(bytes);
  for (let at = 0; at < values.length; at += 1) words.setUint32(4 * at, values[at] ?? 0, true);
  return bytes;
}

/** One request: header, fixed struct, attributes, each padded to 4 bytes. */
export function request(options: {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly struct: Uint8Array;
  readonly attributes?: readonly (readonly [type: number, value: Uint8Array])[];
}): Uint8Array {
  const attributes = options.attributes ?? [];
  let length = HEADER + align(options.struct.length);
  for (const [, value] of attributes) length += align(4 + value.length);
  const bytes = new Uint8Array(length);
  const words = view(bytes);
  words.setUint32(0, length, true);
  words.setUint16(4, options.type, true);
  words.setUint16(6, options.flags | NLM_F_REQUEST, true);
  words.setUint32(8, options.sequence, true);
  bytes.set(options.struct, HEADER);
  let at = HEADER + align(options.struct.length);
  for (const [type, value] of attributes) {
    words.setUint16(at, 4 + value.length, true);
    words.setUint16(at + 2, type, true);
    bytes.set(value, at + 4);
    at += align(4 + value.length);
  }
  return bytes;
}

/** Makes the request at this offset one that is acknowledged also when it succeeds. */
export function acknowledged(bytes: Uint8Array, at: number): void {
  const words = view(bytes);
  words.setUint16(at + 6, words.getUint16(at + 6, true) | NLM_F_ACK, true);
}

/** The messages of one datagram. What does not fit ends the list: the kernel never sends such. */
export function messages(datagram: Uint8Array): NetlinkMessage[] {
  const found: NetlinkMessage[] = [];
  const words = view(datagram);
  let at = 0;
  while (at + HEADER <= datagram.length) {
    const length = words.getUint32(at, true);
    if (length < HEADER || at + length > datagram.length) break;
    found.push({
      type: words.getUint16(at + 4, true),
      flags: words.getUint16(at + 6, true),
      sequence: words.getUint32(at + 8, true),
      body: datagram.subarray(at + HEADER, at + length),
    });
    at += align(length);
  }
  return found;
}

/** The attributes behind a fixed struct of `offset` bytes; the last of a type wins. */
export function attributes(body: Uint8Array, offset: number): Attributes {
  const found = new Map<number, Uint8Array>();
  const words = view(body);
  let at = align(offset);
  while (at + 4 <= body.length) {
    const length = words.getUint16(at, true);
    if (length < 4 || at + length > body.length) break;
    found.set(words.getUint16(at + 2, true) & NLA_TYPE_MASK, body.subarray(at + 4, at + length));
    at += align(length);
  }
  return found;
}

/** An attribute of 32 bits; undefined when absent or short. */
export function u32Of(attributes: Attributes, type: number): number | undefined {
  const bytes = attributes.get(type);
  return bytes !== undefined && bytes.length >= 4 ? view(bytes).getUint32(0, true) : undefined;
}

/** An attribute that is a NUL-terminated string. */
export function textOf(attributes: Attributes, type: number): string | undefined {
  const bytes = attributes.get(type);
  if (bytes === undefined) return undefined;
  return new TextDecoder().decode(bytes).replace(/\0.*$/, "");
}

/** errno of an NLMSG_ERROR (0 is an acknowledgement); undefined for any other message. */
export function errorOf(message: NetlinkMessage): number | undefined {
  if (message.type !== NLMSG_ERROR || message.body.length < 4) return undefined;
  return -view(message.body).getInt32(0, true);
}
