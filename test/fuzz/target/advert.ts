// CARP adverts: frames as anybody can send them, and adverts of members that were changed on their way.

import type { RouterConfig } from "../../../src/config/router.ts";
import { bytesToHex } from "../../../src/wire/bytes.ts";
import { complaint } from "../../../src/wire/carp/complaint.ts";
import { Ear, type Judged } from "../../../src/wire/carp/ear.ts";
import { dissect } from "../../../src/wire/carp/packet.ts";
import { SEAL_BYTES } from "../../../src/wire/carp/seal.ts";
import { type Utterance, Voice } from "../../../src/wire/carp/voice.ts";
import { encodeIpFrame } from "../../../src/wire/ipframe.ts";
import { plainRouter } from "../../plainrouter.ts";
import { Choices } from "./choice.ts";
import { carpFrames } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

const routers: readonly [RouterConfig, ...RouterConfig[]] = [
  plainRouter,
  { ...plainRouter, seal: "require" },
  { ...plainRouter, dialect: "bsd", seal: "off", addresses: both() },
  { ...plainRouter, addresses: both() },
  { ...plainRouter, peers: ["10.77.0.2", "fe80::2"], addresses: both() },
  { ...plainRouter, vhid: 255, broadcast: true, password: "\xff".repeat(19) },
];

function both(): RouterConfig["addresses"] {
  return [
    { family: 4, address: "10.77.0.252" },
    { family: 6, address: "fd00::252" },
    { family: 6, address: "fe80::5e00:100" },
  ];
}

const ears = routers.map((router) => new Ear(router));
const voices = routers.map((router) => new Voice(router));
const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
const here = { mac, source4: Uint8Array.of(10, 77, 0, 1), source6: linkLocal(1) };
const there = { mac, source4: Uint8Array.of(10, 77, 0, 9), source6: linkLocal(9) };

function linkLocal(last: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([0xfe, 0x80]);
  bytes[15] = last;
  return bytes;
}

function judge(frame: Uint8Array, which: number): Judged {
  const taken = dissect(frame);
  const ear = ears[which];
  if (!taken.ok || ear === undefined) return { ok: false, reason: taken.ok ? "own" : taken.reason };
  const judged = ear.judge(taken.packet, here);
  if (!judged.ok) complaint(judged.reason, frame, ear);
  return judged;
}

/** Whole frames, also of real ucarp and BSD hosts. */
export const carp: Target = {
  name: "carp",
  covers: "wire/carp dissect(), Ear, complaint(); wire/ipframe",
  corpus: () => [...carpFrames(), ...[0, 2, 3, 5].flatMap((which) => said(which, plain))],
  tokens: [
    "\x08\x00\x45",
    "\x86\xdd\x60",
    "\xff\x70",
    "\x21\x2a",
    "hb\x01\x26",
    "\xe0\x00\x00\x12",
  ],
  bytesMax: 2_048,
  run(input) {
    const verdicts = routers.map((_, which) => {
      const judged = judge(input, which);
      if (!judged.ok) return judged.reason;
      must(/^[0-9a-f:.]+$/.test(judged.advert.from), "the sender of an advert has an address");
      return judged.advert.seal === undefined ? "bare" : "sealed";
    });
    return verdicts.join(" ");
  },
};

const plain: Utterance = { advbase: 1, advskew: 0, demote: 0, counter: 7n };

function said(which: number, utterance: Utterance): Uint8Array[] {
  return voices[which]?.frames(utterance, there, 1) ?? [];
}

/** What a member says, as bytes decide: it is heard as it was said, and changed by a byte it is not. */
export const advert: Target = {
  name: "advert",
  covers: "wire/carp Voice, Ear, Sealer",
  corpus: () => [
    Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1, 9, 9, 9, 9, 9, 9, 9, 9, 0, 50, 1),
    Uint8Array.of(3, 0, 26, 9, 255, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 80, 255),
  ],
  tokens: [],
  bytesMax: 64,
  run(input) {
    const choices = new Choices(input);
    const which = choices.pick([0, 1, 2, 3, 5]);
    const pace = { advbase: choices.byte(), advskew: choices.byte(), demote: choices.byte() };
    const utterance: Utterance = { ...pace, counter: choices.bigint() };
    const isSealed = choices.below(2) === 1;
    const seal = { sender: bytesToHex(choices.bytes(8)), number: choices.bigint() };
    const frames = said(which, isSealed ? { ...utterance, seal } : utterance);
    const [at, flip] = [choices.word(), choices.byte()];
    return frames
      .map((frame) => onItsWay(frame, which, { utterance, isSealed, seal, at, flip }))
      .join(" ");
  },
};

interface Sent {
  readonly utterance: Utterance;
  readonly isSealed: boolean;
  readonly seal: { readonly sender: string; readonly number: bigint };
  readonly at: number;
  readonly flip: number;
}

function onItsWay(frame: Uint8Array, which: number, sent: Sent): string {
  const { utterance, isSealed, seal } = sent;
  const sees = routers[which]?.seal !== "off";
  const judged = judge(frame, which);
  must(judged.ok, `a member is believed: ${judged.ok ? "" : judged.reason}`);
  const { advbase, advskew, demote, counter } = judged.advert;
  mustEqual({ advbase, advskew, demote, counter }, utterance, "an advert is heard as it was said");
  mustEqual(
    judged.advert.seal,
    isSealed && sees ? seal : undefined,
    "a seal is read as it was made",
  );
  if (sent.flip === 0 || !isSealed || !sees) return "said";
  return changed(frame, which, sent);
}

/** One byte of source, advert or seal is another one: then no seal is good, whatever checksums say. */
function changed(frame: Uint8Array, which: number, { at, flip }: Sent): string {
  const isV6 = frame[12] === 0x86;
  const header = isV6 ? 54 : 34;
  const bytes = frame.slice();
  const source = isV6 ? 22 : 26;
  const length = (isV6 ? 16 : 4) + 36 + SEAL_BYTES - 2;
  const place = at % length;
  // The forger makes the checksum anew: there nothing is changed.
  const inAdvert = place - (isV6 ? 16 : 4);
  if (inAdvert === 6 || inAdvert === 7) return "checksum";
  const offset = place < (isV6 ? 16 : 4) ? source + place : header + inAdvert;
  bytes[offset] = (bytes[offset] ?? 0) ^ flip;
  const judged = judge(whole(bytes, isV6), which);
  must(!judged.ok || judged.advert.seal === undefined, "a changed advert bears no good seal");
  return judged.ok ? "bare" : judged.reason;
}

/** The same with all checksums right, as a forger makes them. */
function whole(frame: Uint8Array, isV6: boolean): Uint8Array {
  const ip = frame.subarray(14);
  const payload = ip.slice(isV6 ? 40 : 20);
  payload.set([0, 0], 6);
  let sum = 0;
  for (let at = 0; at < 36; at += 2) sum += ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  payload.set([(~sum >> 8) & 0xff, ~sum & 0xff], 6);
  return encodeIpFrame(
    {
      destinationMac: frame.subarray(0, 6),
      sourceMac: frame.subarray(6, 12),
      source: isV6 ? ip.subarray(8, 24) : ip.subarray(12, 16),
      destination: isV6 ? ip.subarray(24, 40) : ip.subarray(16, 20),
      tos: 0x10,
      id: 1,
      ttl: isV6 ? (ip[7] ?? 0) : (ip[8] ?? 0),
      protocol: 112,
    },
    payload,
  );
}
