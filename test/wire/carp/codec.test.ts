// What the captures do not show: IPv6, several addresses, unicast peers, checksums one by one; and what must hold
// for all values and all bytes.

import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import type { RouterAddress } from "../../../src/config/router.ts";
import { bytesToHex } from "../../../src/wire/bytes.ts";
import { decodeAdvert, encodeAdvert, versionOf } from "../../../src/wire/carp/advert.ts";
import { RouterDigest } from "../../../src/wire/carp/digest.ts";
import { Ear } from "../../../src/wire/carp/ear.ts";
import { dissect } from "../../../src/wire/carp/packet.ts";
import { type Standpoint, Voice } from "../../../src/wire/carp/voice.ts";
import { onesSum } from "../../../src/wire/checksum.ts";
import { addressToBytes, bytesToAddress } from "../../../src/wire/ipaddress.ts";
import { decodeIpFrame, encodeIpFrame } from "../../../src/wire/ipframe.ts";
import { bytes, router } from "./vector.ts";

const CONFIG = { vhid: 42, pass: "love", addr: "10.77.0.252" };
const SAID = { advbase: 1, advskew: 100, demote: 3, counter: 0x0102030405060708n };
const FROM: Standpoint = {
  mac: bytes("020000000003"),
  source4: addressToBytes("10.77.0.3"),
  source6: addressToBytes("fe80::3"),
};
const HERE: Standpoint = {
  mac: bytes("020000000001"),
  source4: addressToBytes("10.77.0.1"),
  source6: addressToBytes("fe80::1"),
};

function addresses(...all: readonly string[]): RouterAddress[] {
  return all.map((address) => ({ family: address.includes(":") ? 6 : 4, address }));
}

/** What the reader says, by the address that he answers to. */
function verdict(frame: Uint8Array, also: Parameters<typeof router>[1] = {}, here = HERE) {
  const dissected = dissect(frame);
  if (!dissected.ok) return dissected.reason;
  const judged = new Ear(router(CONFIG, also)).judge(dissected.packet, here);
  return judged.ok ? judged.advert.from : judged.reason;
}

function said(also: Parameters<typeof router>[1] = {}, from = FROM): Uint8Array[] {
  return new Voice(router(CONFIG, also)).frames(SAID, from, 7);
}

const uint8 = fc.nat(255);
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 });

describe("decodeAdvert()", () => {
  test("gives back what encodeAdvert() was given", () => {
    const advert = fc.record({
      vhid: uint8,
      advbase: uint8,
      advskew: uint8,
      demote: uint8,
      counter: fc.bigInt(0n, 2n ** 64n - 1n),
      digest: fc.uint8Array({ minLength: 20, maxLength: 20 }),
    });
    fc.assert(
      fc.property(advert, (value) => {
        const encoded = encodeAdvert(value);
        expect(decodeAdvert(encoded)).toEqual(value);
        expect(versionOf(encoded)).toBe(2);
        expect(onesSum(encoded)).toBe(0xffff);
      }),
    );
  });
});

describe("decodeIpFrame()", () => {
  test("gives back what encodeIpFrame() was given, in both families", () => {
    const frame = fc.constantFrom(4, 16).chain((length) =>
      fc.record({
        destinationMac: mac,
        sourceMac: mac,
        source: fc.uint8Array({ minLength: length, maxLength: length }),
        destination: fc.uint8Array({ minLength: length, maxLength: length }),
        tos: uint8,
        id: fc.nat(0xffff),
        ttl: uint8,
        protocol: uint8,
        payload: fc.uint8Array({ maxLength: 100 }),
      }),
    );
    fc.assert(
      fc.property(frame, ({ payload, ...envelope }) => {
        const found = decodeIpFrame(encodeIpFrame(envelope, payload));
        expect(found).toMatchObject({
          destinationMac: envelope.destinationMac,
          sourceMac: envelope.sourceMac,
          source: envelope.source,
          destination: envelope.destination,
          ttl: envelope.ttl,
          protocol: envelope.protocol,
          headerGood: true,
          payload,
          declared: payload.length,
        });
      }),
    );
  });

  test("finds every single wrong bit of an IPv4 header", () => {
    const [frame = fail()] = said();
    for (let bit = 14 * 8 + 8; bit < 34 * 8; bit++) {
      const copy = frame.slice();
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeIpFrame(copy)?.headerGood).toBe(false);
    }
  });
});

describe("RouterDigest", () => {
  function expected(hashed: readonly string[]): string {
    const mac = createHmac("sha1", Buffer.concat([Buffer.from("love"), Buffer.alloc(16)]));
    mac.update(Buffer.from("02012a", "hex"));
    for (const address of hashed) mac.update(addressToBytes(address));
    return mac.update(Buffer.from("0102030405060708", "hex")).digest("hex");
  }

  test("hashes IPv4 before IPv6, each in ascending order, whatever order they are listed in", () => {
    const listed = addresses("2001:db8::2", "10.77.0.252", "9.200.0.1", "2001:db8::1", "192.0.2.1");
    const digest = new RouterDigest({ vhid: 42, password: "love", addresses: listed });
    expect(bytesToHex(digest.sign(SAID.counter))).toBe(
      expected(["9.200.0.1", "10.77.0.252", "192.0.2.1", "2001:db8::1", "2001:db8::2"]),
    );
  });

  const mixed = addresses("10.77.0.252", "fe80:7::42", "2001:db8::1");
  const secret = { vhid: 42, password: "love", addresses: mixed };
  const all = expected(["10.77.0.252", "2001:db8::1", "fe80::42"]);
  const global = expected(["10.77.0.252", "2001:db8::1"]);

  test("hashes a link-local address without its scope", () => {
    expect(bytesToHex(new RouterDigest(secret).sign(SAID.counter))).toBe(all);
  });

  test("leaves link-local addresses out where OpenBSD does, and takes both forms anyway", () => {
    const bsd = new RouterDigest(secret, { withoutLinkLocal: true });
    expect(bytesToHex(bsd.sign(SAID.counter))).toBe(global);
    for (const digest of [bsd, new RouterDigest(secret)]) {
      expect(digest.verify(SAID.counter, bytes(all))).toBe(true);
      expect(digest.verify(SAID.counter, bytes(global))).toBe(true);
      expect(digest.verify(SAID.counter + 1n, bytes(global))).toBe(false);
    }
  });

  test("signs with the link-local addresses when there are no others", () => {
    const only = { ...secret, addresses: addresses("fe80::42") };
    const bsd = new RouterDigest(only, { withoutLinkLocal: true });
    expect(bytesToHex(bsd.sign(SAID.counter))).toBe(expected(["fe80::42"]));
  });

  test("takes a password of 19 bytes and refuses one of 20", () => {
    const make = (length: number) => new RouterDigest({ ...secret, password: "x".repeat(length) });
    expect(make(19).sign(1n)).toHaveLength(20);
    expect(() => make(20)).toThrow(RangeError);
  });

  test("differs in every bit-sized change of the counter", () => {
    const digest = new RouterDigest(secret);
    const good = digest.sign(SAID.counter);
    for (let bit = 0n; bit < 64n; bit++)
      expect(digest.verify(SAID.counter ^ (1n << bit), good)).toBe(false);
  });
});

describe("frames()", () => {
  const both = { addresses: addresses("10.77.0.252", "2001:db8::252") };

  test("speaks IPv6 to ff02::12 with the same 36 bytes", () => {
    const [v4 = fail(), v6 = fail()] = said({ ...both, sourceMac: "bsd" });
    expect(bytesToHex(v6.subarray(0, 54))).toBe(
      ["333300000012", "00005e00012a", "86dd", "61000000", "0024", "70", "ff"].join("") +
        ["fe80000000000000", "0000000000000003", "ff02000000000000", "0000000000000012"].join(""),
    );
    expect(v6.subarray(54)).toEqual(v4.subarray(34));
    expect([verdict(v4, both), verdict(v6, both)]).toEqual(["10.77.0.3", "fe80::3"]);
  });

  test("speaks in the families of the addresses for which the interface has a source", () => {
    const { mac, source4, source6 } = FROM;
    if (source4 === undefined || source6 === undefined) throw new Error("no source");
    const kinds = (also: Parameters<typeof router>[1], from: Standpoint) =>
      said(also, from).map((frame) => bytesToHex(frame.subarray(12, 14)));
    expect(kinds(both, FROM)).toEqual(["0800", "86dd"]);
    expect(kinds(both, { mac, source6 })).toEqual(["86dd"]);
    expect(kinds(both, { mac, source4 })).toEqual(["0800"]);
    expect(kinds({}, FROM)).toEqual(["0800"]);
    expect(kinds({ addresses: addresses("2001:db8::252") }, FROM)).toEqual(["86dd"]);
  });

  test("leaves a family with unicast peers to whoever knows their MACs", () => {
    const frames = said({ ...both, peers: ["10.77.0.1"] });
    expect(frames.map((frame) => bytesToHex(frame.subarray(12, 14)))).toEqual(["86dd"]);
  });

  test.each([
    ["ucarp", "00005e00002a"],
    ["bsd", "00005e00012a"],
    ["interface", "020000000003"],
  ] as const)("sends from the MAC that %s names", (sourceMac, hex) => {
    const [frame = fail()] = said({ sourceMac });
    expect(bytesToHex(frame.subarray(6, 12))).toBe(hex);
  });
});

describe("judge()", () => {
  function toPeer(destination: string): Uint8Array {
    const envelope = {
      destinationMac: HERE.mac,
      sourceMac: FROM.mac,
      source: FROM.source4 ?? fail(),
      destination: addressToBytes(destination),
      tos: 16,
      id: 0,
      ttl: 255,
      protocol: 112,
    };
    const voice = new Voice(router(CONFIG));
    return encodeIpFrame(envelope, voice.payload(SAID, envelope.source));
  }

  test("takes unicast adverts from peers, and the group's only without peers", () => {
    const peers = { peers: ["10.77.0.3"] };
    expect(verdict(toPeer("10.77.0.1"), peers)).toBe("10.77.0.3");
    expect(verdict(toPeer("10.77.0.1"))).toBe("destination");
    expect(verdict(toPeer("224.0.0.18"), peers)).toBe("destination");
    expect(verdict(toPeer("10.77.0.2"), peers)).toBe("destination");
    expect(verdict(toPeer("224.0.0.18"))).toBe("10.77.0.3");
    const nowhere = { mac: HERE.mac };
    expect(verdict(toPeer("10.77.0.2"), peers, nowhere)).toBe("10.77.0.3");
    expect(verdict(toPeer("224.0.0.18"), peers, nowhere)).toBe("destination");
  });

  test("does not take the advert of another virtual router", () => {
    const [frame = fail()] = said();
    expect(verdict(frame, { vhid: 43 })).toBe("vhid");
  });

  test("does not take 0.0.0.0 for its own address, for others without one send from it as well", () => {
    const nowhere = { mac: FROM.mac, source4: new Uint8Array(4) };
    const [frame = fail()] = said({}, nowhere);
    expect(verdict(frame, {}, nowhere)).toBe("0.0.0.0");
  });

  test("tells two errors that cancel each other from none", () => {
    // ucarp sums the header and the advert together and would take this one (carp.md 4).
    const [frame = fail()] = said();
    const copy = frame.slice();
    const add = (at: number, change: number) => {
      const word = (((copy[at] ?? 0) << 8) | (copy[at + 1] ?? 0)) + change;
      copy.set([word >> 8, word & 255], at);
    };
    add(18, 1);
    add(34 + 16, -1);
    expect(onesSum(copy.subarray(14))).toBe(0xffff);
    expect(verdict(copy)).toBe("header-checksum");
  });

  test("changes its verdict, or hears the same, for every single wrong bit of the 36 bytes", () => {
    const [frame = fail()] = said();
    for (let bit = 34 * 8; bit < 70 * 8; bit++) {
      const copy = frame.slice();
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(["version", "vhid", "checksum"]).toContain(verdict(copy));
    }
  });

  test("believes no advert that was cut, or of which one byte was changed", () => {
    const [good = fail()] = said();
    for (let length = 0; length < good.length; length++)
      expect(verdict(good.subarray(0, length))).toBe("size");
    // The MACs and the type of service prove nothing, and are not looked at.
    const place = fc.integer({ min: 16, max: good.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
        const copy = good.slice();
        copy[at] = (copy[at] ?? 0) ^ change;
        expect(verdict(copy)).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  test("throws at no bytes whatsoever, and believes none of them", () => {
    const heads = fc.constantFrom(
      "",
      "01005e00001200005e00002a0800",
      "33330000001200005e00002a86dd",
    );
    const noise = fc.uint8Array({ maxLength: 130 });
    fc.assert(
      fc.property(heads, noise, (head, rest) => {
        expect(verdict(Uint8Array.of(...bytes(head), ...rest))).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 3000 },
    );
  });
});

test("bytesToAddress() gives back what addressToBytes() was given", () => {
  for (const text of [
    "0.0.0.0",
    "255.255.255.255",
    "10.77.0.1",
    "::",
    "fe80::1",
    "2001:db8::1:0:0:1",
  ])
    expect(bytesToAddress(addressToBytes(text))).toBe(text);
});

function fail(): never {
  throw new Error("There is no such frame");
}
