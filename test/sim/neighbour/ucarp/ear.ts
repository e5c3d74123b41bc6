// What ucarp 1.5.2 makes of a frame: the tests of docs/protocol/carp.md 5 in their order, and the words about
// what fails. Written a second time, with another implementation of HMAC than the program under test has.

import { createHmac } from "node:crypto";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";

/** The words of test/golden/carp/reactions.json. */
export type Verdict =
  | "accepted"
  | "dropped_silently"
  | "too_short"
  | "bad_ttl"
  | "bad_version"
  | "other_vhid"
  | "other_group"
  | "bad_checksum"
  | "bad_digest";

export interface Hearer {
  readonly vhid: number;
  readonly password: string;
  /** The virtual address. */
  readonly address: string;
  /** ucarp's -s. */
  readonly source: string;
  readonly multicast: string;
}

export interface Hearing {
  readonly verdict: Verdict;
  /** What it logs as a warning. */
  readonly words?: string;
  readonly advert?: HeardAdvert;
}

const ethernet = 14;
const carpBytes = 36;

export function hear(frame: Uint8Array, own: Hearer): Hearing {
  const bytes = Buffer.from(frame);
  if (bytes.length <= 34) return { verdict: "dropped_silently" };
  const from = dotted(bytes.subarray(26, 30));
  if (from === own.source || bytes[23] !== 112) return { verdict: "dropped_silently" };
  const header = ((bytes[ethernet] ?? 0) & 15) * 4;
  const carp = bytes.subarray(ethernet + header, ethernet + header + carpBytes);
  if (carp.length < carpBytes) return { verdict: "too_short" };
  const ttl = bytes[22];
  if (ttl !== 255) return { verdict: "bad_ttl", words: `Bad TTL: [${ttl}]` };
  const version = (carp[0] ?? 0) >> 4;
  if (version !== 2) return { verdict: "bad_version", words: `Bad version: [${version}]` };
  if (carp[1] !== own.vhid) return { verdict: "other_vhid" };
  if (dotted(bytes.subarray(30, 34)) !== own.multicast) return { verdict: "other_group" };
  // One sum over header and adverts: two errors that cancel each other pass.
  if (sum(bytes.subarray(ethernet, ethernet + header + carpBytes)) !== 0xffff) {
    return { verdict: "bad_checksum", words: "Bad IP checksum" };
  }
  const counter = carp.subarray(8, 16);
  const ours = digest(own, counter);
  const theirs = carp.subarray(16, carpBytes);
  if (!ours.equals(theirs)) return { verdict: "bad_digest", words: complaint(ours, theirs) };
  return {
    verdict: "accepted",
    advert: {
      family: 4,
      from,
      mac: bytes.toString("hex", 6, 12).replace(/(..)(?!$)/g, "$1:"),
      advbase: carp[5] ?? 0,
      advskew: carp[2] ?? 0,
      demote: carp[4] ?? 0,
      counter: counter.readBigUInt64BE(),
    },
  };
}

function complaint(ours: Buffer, theirs: Buffer): string {
  const [md2, md] = [ours, theirs].map((each) => each.toString("hex", 0, 4));
  const advice = "Check vhid, password and virtual IP address";
  return `Bad digest - md2=[${md2}...] md=[${md}...] - ${advice}`;
}

function digest({ vhid, password, address }: Hearer, counter: Buffer): Buffer {
  const key = Buffer.alloc(20);
  key.write(password, 0, 19, "latin1");
  const octets = address.split(".").map(Number);
  const message = Buffer.concat([Buffer.of(2, 1, vhid, ...octets), counter]);
  return createHmac("sha1", key).update(message).digest();
}

/** Ones' complement, of whole words. */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) total += bytes.readUInt16BE(at);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

function dotted(bytes: Buffer): string {
  return [...bytes].join(".");
}
