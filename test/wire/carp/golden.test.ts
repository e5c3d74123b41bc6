// Every captured frame of ucarp 1.5.2 and of a FreeBSD firewall is understood, believed, and made again byte for
// byte; every crafted one gets the verdict that ucarp gave.

import { describe, expect, test } from "bun:test";
import { bytesToHex } from "../../../src/wire/bytes.ts";
import { CARP_TTL, decodeAdvert, IPPROTO_CARP } from "../../../src/wire/carp/advert.ts";
import { complaint } from "../../../src/wire/carp/complaint.ts";
import { Ear } from "../../../src/wire/carp/ear.ts";
import { type AdvertReason, dissect } from "../../../src/wire/carp/packet.ts";
import { CARP_TOS, Voice } from "../../../src/wire/carp/voice.ts";
import { addressToBytes } from "../../../src/wire/ipaddress.ts";
import { encodeIpFrame } from "../../../src/wire/ipframe.ts";
import { bytes, REACTIONS, router, VECTORS, vector } from "./vector.ts";

test("there are captures", () => {
  expect(VECTORS.length).toBe(25);
  expect(REACTIONS.length).toBe(47);
});

describe.each(VECTORS)("%s", (file) => {
  const { config, frames } = vector(file);
  const adverts = frames.filter((frame) => frame.fields.carp !== undefined);
  const ours = router(config);

  test("dissect() and judge() believe every advert and read its fields", () => {
    const ear = new Ear(ours);
    expect(adverts.length).toBeGreaterThan(0);
    for (const { hex, fields } of adverts) {
      const dissected = dissect(bytes(hex));
      if (!dissected.ok) throw new Error(dissected.reason);
      const judged = ear.judge(dissected.packet, { mac: bytes("020000000009") });
      expect(judged).toEqual({
        ok: true,
        advert: {
          family: 4,
          from: fields.ip?.src ?? "",
          mac: fields.eth_src,
          advbase: fields.carp?.advbase ?? -1,
          advskew: fields.carp?.advskew ?? -1,
          demote: fields.carp?.demote ?? -1,
          counter: BigInt(fields.carp?.counter ?? -1),
        },
      });
    }
  });

  test("frames() makes every advert again, byte for byte", () => {
    const voice = new Voice(ours);
    const from = { mac: bytes(config.mac), source4: addressToBytes(config.srcip) };
    for (const { hex, fields } of adverts) {
      const { advbase, advskew, demote, counter } = fields.carp ?? fail();
      const said = { advbase, advskew, demote, counter: BigInt(counter) };
      const { id, tos } = fields.ip ?? fail();
      if (tos === CARP_TOS) {
        expect(voice.frames(said, from, id).map(bytesToHex)).toEqual([hex]);
        continue;
      }
      // Another program's type of service is not ours to send, but the rest of the frame is.
      const envelope = {
        destinationMac: bytes(fields.eth_dst),
        sourceMac: bytes(fields.eth_src),
        source: from.source4,
        destination: addressToBytes(config.mcastip),
        tos,
        id,
        ttl: CARP_TTL,
        protocol: IPPROTO_CARP,
      };
      expect(bytesToHex(encodeIpFrame(envelope, voice.payload(said, from.source4)))).toBe(hex);
    }
  });
});

/** What ucarp calls it, by our word for it. */
const VERDICT: Readonly<Record<AdvertReason | "accepted", string>> = {
  accepted: "accepted",
  ttl: "bad_ttl",
  version: "bad_version",
  vhid: "other_vhid",
  destination: "other_group",
  "header-checksum": "bad_checksum",
  checksum: "bad_checksum",
  digest: "bad_digest",
  size: "too_short",
  own: "dropped_silently",
  protocol: "dropped_silently",
  seal: "never",
};

function verdictOf(local: (typeof REACTIONS)[number]["local"], frame: Uint8Array) {
  const dissected = dissect(frame);
  if (!dissected.ok) return dissected.reason;
  const here = { mac: bytes("020000000001"), source4: addressToBytes(local.srcip) };
  const judged = new Ear(router(local)).judge(dissected.packet, here);
  return judged.ok ? "accepted" : judged.reason;
}

describe("judge() on the frames of reactions.json", () => {
  test.each(REACTIONS.map((reaction) => [reaction.name, reaction] as const))(
    "gives ucarp's verdict on %s",
    (name, { local, frame_hex, verdict, log }) => {
      const frame = bytes(frame_hex);
      const ours = verdictOf(local, frame);
      // ucarp says nothing at all of a frame that ends with the IP header; to us it is short as well.
      expect(VERDICT[ours]).toBe(name === "cut-to-ip-header" ? "too_short" : verdict);
      const said = log.find((line) => /Bad /.test(line));
      const words = ours === "accepted" ? undefined : wordsOf(ours, local, frame);
      if (said !== undefined) expect(`[WARNING] ${words?.text}`).toBe(said);
      else expect(words?.level).not.toBe("warn");
    },
  );
});

function wordsOf(
  reason: AdvertReason,
  local: (typeof REACTIONS)[number]["local"],
  frame: Uint8Array,
) {
  return complaint(reason, frame, new Ear(router(local)));
}

test("decodeAdvert() reads the digest of the FreeBSD capture", () => {
  const [first] = vector("bsd-real.json").frames;
  const dissected = dissect(bytes(first?.hex ?? ""));
  if (!dissected.ok) throw new Error(dissected.reason);
  expect(bytesToHex(decodeAdvert(dissected.packet.advert).digest)).toBe(
    "db894a44db44e04954f8bae9401eb4059db6c977",
  );
});

function fail(): never {
  throw new Error("The capture lacks a field");
}
