// Gratuitous ARP and unsolicited advertisements: bytes out, claims in.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { arpClaim, arpReply, arpRequest } from "../../src/wire/arp.ts";
import { neighbourAdvertisement, neighbourClaim } from "../../src/wire/neighbour.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

// Captured from IPaddr of Heartbeat 3.0.6 on Debian (10.77.0.101 on 02:4c:00:00:00:0b).
const request =
  "ffffffffffff024c0000000b08060001080006040001024c0000000b0a4d00650000000000000a4d0065";
const reply =
  "ffffffffffff024c0000000b08060001080006040002024c0000000b0a4d0065024c0000000b0a4d0065";

test("arpRequest() and arpReply() are the frames that Heartbeat's scripts send", () => {
  const sender = { mac: fromHex("024c0000000b"), address: Uint8Array.of(10, 77, 0, 101) };
  expect(arpRequest(sender)).toEqual(fromHex(request));
  expect(arpReply(sender)).toEqual(fromHex(reply));
});

test("arpClaim() reads who sent a request or reply", () => {
  fc.assert(
    fc.property(bytes(6), bytes(4), (mac, address) => {
      fc.pre(address.some((byte) => byte !== 0));
      expect(arpClaim(arpRequest({ mac, address }))).toEqual({ mac, address });
      expect(arpClaim(arpReply({ mac, address }))).toEqual({ mac, address });
    }),
  );
});

test("arpClaim() sees no claim in a probe", () => {
  const probe = arpRequest({ mac: new Uint8Array(6), address: new Uint8Array(4) });
  expect(arpClaim(probe)).toBeUndefined();
});

test("neighbourAdvertisement() goes to all nodes, overrides, and has a right checksum", () => {
  const mac = fromHex("020000000009");
  const address = fromHex("fd090000000000000000000000000005");
  const frame = neighbourAdvertisement({ mac, address });
  expect(Buffer.from(frame.subarray(0, 58)).toString("hex")).toBe(
    "333300000001" +
      "020000000009" +
      "86dd" +
      "6000000000203aff" +
      "fd090000000000000000000000000005" +
      "ff020000000000000000000000000001" +
      `8800${Buffer.from(frame.subarray(56, 58)).toString("hex")}`,
  );
  expect(frame[58]).toBe(0x20);
  expect(neighbourAdvertisement({ mac, address, router: true })[58]).toBe(0xa0);
  expect(sum(frame)).toBe(0xffff);
});

/** The ones' complement sum over pseudo-header and body: all ones when the checksum is right. */
function sum(frame: Uint8Array): number {
  const words = new DataView(frame.buffer);
  let total = 32 + 58;
  for (let at = 22; at < frame.length; at += 2) total += words.getUint16(at, false);
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  return total;
}

test("neighbourClaim() reads whose address an advertisement tells", () => {
  fc.assert(
    fc.property(bytes(6), bytes(16), (mac, address) => {
      const frame = neighbourAdvertisement({ mac, address });
      expect(neighbourClaim(frame.subarray(54))).toEqual({ mac, address });
    }),
  );
});

test("arpClaim() and neighbourClaim() take any bytes without throwing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (any) => {
      arpClaim(any);
      neighbourClaim(any);
      neighbourClaim(Uint8Array.of(136, 0, ...any));
    }),
  );
});
