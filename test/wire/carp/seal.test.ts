// The seal: what it proves, and that nobody who does not know it notices it.

import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { bytesToHex } from "../../../src/wire/bytes.ts";
import { ADVERT_BYTES } from "../../../src/wire/carp/advert.ts";
import { Ear } from "../../../src/wire/carp/ear.ts";
import { dissect } from "../../../src/wire/carp/packet.ts";
import { SEAL_BYTES, Sealer } from "../../../src/wire/carp/seal.ts";
import { Voice } from "../../../src/wire/carp/voice.ts";
import { onesSum } from "../../../src/wire/checksum.ts";
import { addressToBytes } from "../../../src/wire/ipaddress.ts";
import { bytes, router } from "./vector.ts";

const CONFIG = { vhid: 42, pass: "love", addr: "10.77.0.252" };
const SAID = { advbase: 1, advskew: 50, demote: 0, counter: 1000n };
const SEAL = { sender: "0123456789abcdef", number: 7n };
const FROM = { mac: bytes("020000000003"), source4: addressToBytes("10.77.0.3") };
const HERE = { mac: bytes("020000000001"), source4: addressToBytes("10.77.0.1") };

/** Where the parts of a frame with a seal begin. */
const CARP = 34;
const BEHIND = CARP + ADVERT_BYTES;

function sealedFrame(said = SAID, seal = SEAL): Uint8Array {
  const [frame] = new Voice(router(CONFIG)).frames({ ...said, seal }, FROM, 1);
  if (frame === undefined) throw new Error("The voice said nothing");
  return frame;
}

function verdict(frame: Uint8Array, also: Parameters<typeof router>[1] = {}) {
  const dissected = dissect(frame);
  if (!dissected.ok) return dissected.reason;
  const judged = new Ear(router(CONFIG, also)).judge(dissected.packet, HERE);
  return judged.ok ? (judged.advert.seal ?? "unsealed") : judged.reason;
}

/** The frame with other bytes at a place, and both checksums made good again. */
function forged(frame: Uint8Array, at: number, ...others: readonly number[]): Uint8Array {
  const copy = frame.slice();
  copy.set(others, at);
  for (const [from, to, sum] of [
    [CARP, BEHIND, CARP + 6],
    [14, CARP, 24],
  ] as const) {
    copy.set([0, 0], sum);
    const missing = ~onesSum(copy.subarray(from, to)) & 0xffff;
    copy.set([missing >> 8, missing & 255], sum);
  }
  return copy;
}

describe("judge() on sealed adverts", () => {
  test("gives the sender and the number that were sealed", () => {
    expect(verdict(sealedFrame())).toEqual(SEAL);
    const largest = { sender: "ffffffffffffffff", number: 2n ** 64n - 1n };
    expect(verdict(sealedFrame(SAID, largest))).toEqual(largest);
  });

  test("says that an advert without a seal, or with other bytes behind it, is unsealed", () => {
    const bare = sealedFrame().subarray(0, BEHIND);
    expect(verdict(bare)).toBe("unsealed");
    expect(verdict(Uint8Array.of(...bare, 0, 0, 0, 0, 0, 0))).toBe("unsealed");
  });

  test("does not look for a seal beyond the length in the IP header", () => {
    const frame = sealedFrame();
    expect(verdict(forged(frame, 16, 0, 56))).toBe("unsealed");
  });

  test("ignores a seal of a later version", () => {
    const frame = sealedFrame();
    frame[BEHIND + 2] = 2;
    expect(verdict(frame)).toBe("unsealed");
  });

  test("ignores every seal when the router says so", () => {
    const frame = sealedFrame();
    frame[BEHIND + 12] = 9;
    expect(verdict(frame)).toBe("seal");
    expect(verdict(frame, { seal: "off" })).toBe("unsealed");
  });

  test.each([
    ["another skew", CARP + 2, [0]],
    ["another base", CARP + 5, [0]],
    ["another demotion", CARP + 4, [1]],
    ["another type", CARP, [0x22]],
    ["another source address", 26, [10, 77, 0, 9]],
    ["another sender", BEHIND + 4, [0xff]],
    ["another number", BEHIND + 19, [8]],
    ["a wrong length", BEHIND + 3, [36]],
    ["another digest of its own", BEHIND + 20, [0, 0, 0, 0]],
  ] as const)("refuses %s, though both checksums are good", (_what, at, others) => {
    expect(verdict(forged(sealedFrame(), at, ...others))).toBe("seal");
  });

  test("refuses a seal that was cut short", () => {
    const whole = sealedFrame();
    for (let length = BEHIND + 3; length < whole.length; length++)
      expect(verdict(whole.subarray(0, length))).toBe("seal");
  });

  test("refuses the seal of another advert of the same router", () => {
    const other = sealedFrame({ ...SAID, advskew: 51 });
    const mixed = Uint8Array.of(...sealedFrame().subarray(0, BEHIND), ...other.subarray(BEHIND));
    expect(verdict(mixed)).toBe("seal");
  });
});

describe("seal()", () => {
  const advert = sealedFrame().subarray(CARP, BEHIND);

  test("is the documented bytes", () => {
    const key = createHmac("sha256", "love").update("hb carp seal 1").digest();
    const head = Buffer.from(`68620126${SEAL.sender}0000000000000007`, "hex");
    const mac = createHmac("sha256", key)
      .update(head)
      .update(Buffer.of(4, 10, 77, 0, 3))
      .update(advert)
      .digest("hex");
    const sealed = new Sealer("love").seal(advert, FROM.source4, SEAL);
    expect(sealed.length).toBe(SEAL_BYTES);
    expect(bytesToHex(sealed).slice(0, 72)).toBe(head.toString("hex") + mac.slice(0, 32));
  });

  test("sums to zero whatever it holds, so that a checksum over all bytes still holds", () => {
    const hex = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(bytesToHex);
    fc.assert(
      fc.property(hex, fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(255), (sender, number, advskew) => {
        const frame = sealedFrame({ ...SAID, advskew }, { sender, number });
        expect(onesSum(frame.subarray(BEHIND)) % 0xffff).toBe(0);
        expect(onesSum(frame.subarray(CARP))).toBe(0xffff);
        expect(onesSum(frame.subarray(14))).toBe(0xffff);
        expect(verdict(frame)).toEqual({ sender, number });
      }),
    );
  });

  test("refuses a sender that is not 16 hex digits", () => {
    const sealer = new Sealer("love");
    for (const sender of ["", "0123", "0123456789abcdeg", "0123456789abcdef01"])
      expect(() => sealer.seal(advert, FROM.source4, { sender, number: 1n })).toThrow(RangeError);
  });
});
