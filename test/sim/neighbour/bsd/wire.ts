// CARP bytes as the protocol page describes them, written down a second time: the model of a BSD host must
// not share its mistakes with the program under test.
//
// Sources: docs/protocol/carp.md 1, 2, 4, 5, 15.

import { createHmac } from "node:crypto";
import { isIPv4 } from "node:net";
import type { BsdShape } from "./shape.ts";

export interface Advert {
  readonly family: 4 | 6;
  readonly from: string;
  readonly advbase: number;
  readonly advskew: number;
  readonly demote: number;
  readonly counter: bigint;
}

/** The bytes of an address. */
export function addressBytes(text: string): Buffer {
  if (isIPv4(text)) return Buffer.from(text.split(".").map(Number));
  const [head = "", tail] = text.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":"));
  const [front, back] = [words(head), words(tail ?? "")];
  const zeros = Array<string>(8 - front.length - back.length).fill("0");
  const all = tail === undefined ? front : [...front, ...zeros, ...back];
  return Buffer.from(all.map((word) => word.padStart(4, "0")).join(""), "hex");
}

/** "0a4d0001" for IPv4, 32 digits for IPv6: enough to compare, and to print. */
function hostOf(bytes: Buffer): string {
  return bytes.length === 4
    ? [...bytes].join(".")
    : bytes.toString("hex").replace(/(....)(?!$)/g, "$1:");
}

function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) total += bytes.readUInt16BE(at);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

/** Link-local addresses are left out by OpenBSD (carp.md 2). */
function digest(shape: BsdShape, counter: Buffer, withLinkLocal: boolean): Buffer {
  const all = shape.addresses.filter((each) => withLinkLocal || !/^fe[89ab]/i.test(each));
  const inOrder = (family: (address: string) => boolean) =>
    all.filter(family).map(addressBytes).sort(Buffer.compare);
  const parts = [
    Buffer.of(2, 1, shape.vhid),
    ...inOrder((address) => isIPv4(address)),
    ...inOrder((address) => !isIPv4(address)),
    counter,
  ];
  const key = Buffer.alloc(20);
  Buffer.from(shape.pass).copy(key, 0, 0, 19);
  return createHmac("sha1", key).update(Buffer.concat(parts)).digest();
}

function carpPart(shape: BsdShape, advert: Omit<Advert, "from" | "family">): Buffer {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(advert.counter);
  const bytes = Buffer.concat([
    Buffer.of(0x21, shape.vhid, advert.advskew, 7, advert.demote, advert.advbase, 0, 0),
    counter,
    digest(shape, counter, shape.kernel === "freebsd"),
  ]);
  bytes.writeUInt16BE(~sum(bytes) & 0xffff, 6);
  return bytes;
}

function macBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll(":", ""), "hex");
}

/** A whole frame. `id` is the IP identification of OpenBSD; FreeBSD sends 0. */
export function frameOf(shape: BsdShape, advert: Omit<Advert, "from">, id: number): Buffer {
  const carp = carpPart(shape, advert);
  const source = Buffer.of(0, 0, 0x5e, 0, 1, shape.vhid);
  if (advert.family === 6) {
    const head = Buffer.alloc(8);
    head[0] = 0x60;
    head.writeUInt16BE(carp.length, 4);
    head[6] = 112;
    head[7] = 255;
    const ends = [addressBytes(shape.source6 ?? "::"), addressBytes("ff02::12")];
    const ether = [macBytes("333300000012"), source, Buffer.of(0x86, 0xdd)];
    return Buffer.concat([...ether, head, ...ends, carp]);
  }
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip[1] = shape.kernel === "openbsd" ? 0x10 : 0xe0;
  ip.writeUInt16BE(20 + carp.length, 2);
  ip.writeUInt16BE(shape.kernel === "openbsd" ? id : 0, 4);
  ip[6] = 0x40;
  ip[8] = 255;
  ip[9] = 112;
  addressBytes(shape.source4).copy(ip, 12);
  addressBytes(shape.peer ?? "224.0.0.18").copy(ip, 16);
  ip.writeUInt16BE(~sum(ip) & 0xffff, 10);
  const to = shape.peer === undefined ? "01005e000012" : (shape.peerMac ?? "ffffffffffff");
  return Buffer.concat([macBytes(to), source, Buffer.of(8, 0), ip, carp]);
}

/** Reads a frame with BSD's tests in BSD's order; a string says which one failed, undefined that the frame
 *  is nobody's business. OpenBSD looks at the TTL first, FreeBSD does not mind it with a peer. */
export function readFrame(shape: BsdShape, frame: Buffer): Advert | string | undefined {
  const isV6 = frame.readUInt16BE(12) === 0x86dd;
  const header = isV6 ? 40 : ((frame[14] ?? 0) & 15) * 4;
  if (frame.length < 14 + header || frame[isV6 ? 20 : 23] !== 112) return undefined;
  const ttl = frame[isV6 ? 21 : 22];
  const from = isV6 ? frame.subarray(22, 38) : frame.subarray(26, 30);
  const to = isV6 ? frame.subarray(38, 54) : frame.subarray(30, 34);
  if (from.equals(addressBytes(isV6 ? (shape.source6 ?? "::") : shape.source4))) return undefined;
  // The IP stack judges the header and takes what is for this host or for a group that it is in.
  if (!isV6 && sum(frame.subarray(14, 14 + header)) !== 0xffff) return "header";
  const multicast = isV6 ? to[0] === 0xff : (to[0] ?? 0) >= 224;
  if (!multicast && !to.equals(addressBytes(shape.source4))) return undefined;
  const unicastOnly = shape.peer !== undefined && !isV6;
  if (multicast === unicastOnly) return "destination";

  const carp = frame.subarray(14 + header, 14 + header + 36);
  const ttlMatters = !(shape.kernel === "freebsd" && shape.peer !== undefined);
  if (shape.kernel === "openbsd" && ttl !== 255) return "ttl";
  if (carp.length < 36) return "length";
  if (sum(carp) !== 0xffff) return "checksum";
  if (carp[1] !== shape.vhid) return "vhid";
  if ((carp[0] ?? 0) >> 4 !== 2) return "version";
  if (ttlMatters && ttl !== 255) return "ttl";
  const counter = carp.subarray(8, 16);
  const theirs = carp.subarray(16, 36);
  const accepted = shape.kernel === "openbsd" ? [true, false] : [true];
  if (!accepted.some((all) => digest(shape, counter, all).equals(theirs))) return "digest";
  return {
    family: isV6 ? 6 : 4,
    from: hostOf(from),
    advbase: carp[5] ?? 0,
    advskew: carp[2] ?? 0,
    demote: carp[4] ?? 0,
    counter: counter.readBigUInt64BE(),
  };
}
