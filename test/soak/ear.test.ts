// What the wire told: numbers that are missing, pauses between heartbeats, packets in pieces of a stream.

import { expect, test } from "bun:test";
import { Speaker } from "./ear.ts";
import { PcapReader } from "./pcap.ts";

function speech(numbers: readonly number[], generation = "1", speaker = new Speaker(100)) {
  for (const seq of numbers) speaker.said({ type: "hb_groups", seq, generation }, 0);
  return speaker;
}

test.each([
  ["that follow each other", [1, 2, 3], { gaps: 0, again: 0 }],
  ["with two left out", [1, 4], { gaps: 2, again: 0 }],
  ["with one that comes late", [1, 3, 2, 4], { gaps: 0, again: 0 }],
  ["with one said twice", [1, 2, 2, 3], { gaps: 0, again: 1 }],
] as const)("Speaker counts numbers %s", (_, numbers, counts) => {
  expect(speech(numbers).take()).toMatchObject(counts);
});

test("Speaker begins anew with a new life, and keeps what the old one left out", () => {
  const speaker = speech([1, 3]);
  expect(speech([1, 2], "2", speaker).take()).toMatchObject({ gaps: 1, again: 0 });
});

test("Speaker counts heartbeats that are missing in a pause, and forgets the longest when asked", () => {
  const speaker = new Speaker(100);
  for (const [i, atMs] of [0, 100, 400, 498].entries()) {
    speaker.said({ type: "status", seq: i + 1, generation: "1" }, atMs);
  }
  speaker.said({ type: "NS_rexmit", seq: Number.NaN, generation: "1" }, 499);
  const counts = { heartbeats: 4, missed: 2, longestMs: 300, asks: 1, gaps: 0, packets: 5 };
  expect(speaker.take()).toMatchObject(counts);
  expect(speaker.take()).toMatchObject({ ...counts, longestMs: 0 });
});

/** What tcpdump writes: a file header, and for each packet a header and an Ethernet frame. */
function capture(payloads: readonly string[]): Uint8Array {
  const parts = [new Uint8Array(24)];
  for (const [i, payload] of payloads.entries()) {
    const frame = new Uint8Array(14 + 20 + 8 + payload.length);
    frame.set([0x45], 14);
    frame.set([17], 14 + 9);
    frame.set([10, 77, 0, 11], 14 + 12);
    frame.set([0, 8 + payload.length], 14 + 20 + 4);
    frame.set(new TextEncoder().encode(payload), 14 + 28);
    const header = new DataView(new ArrayBuffer(16));
    header.setUint32(0, 1 + i, true);
    header.setUint32(4, 500, true);
    header.setUint32(8, frame.length, true);
    parts.push(new Uint8Array(header.buffer), frame);
  }
  return new Uint8Array(Buffer.concat(parts));
}

test.each([1, 7, 64, 10_000])("PcapReader finds packets in pieces of %d bytes", (size) => {
  const reader = new PcapReader();
  const bytes = capture(["one", "another"]);
  const heard = [];
  for (let at = 0; at < bytes.length; at += size) {
    heard.push(...reader.push(bytes.subarray(at, at + size)));
  }
  const texts = heard.map(({ payload }) => new TextDecoder().decode(payload));
  expect(texts).toEqual(["one", "another"]);
  expect(heard.map(({ atMs }) => atMs)).toEqual([1_000.5, 2_000.5]);
  expect(heard.map(({ from }) => from)).toEqual(["10.77.0.11", "10.77.0.11"]);
});
