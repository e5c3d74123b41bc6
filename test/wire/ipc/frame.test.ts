import { expect, test } from "bun:test";
import { BODY_MAX, FrameReader, frame } from "../../../src/wire/ipc/frame.ts";

const BODY = new TextEncoder().encode(">>>\nt=hbapi-req\n<<<\n\0");
const HEADER = [0x15, 0, 0, 0, 0xcd, 0xab, 0, 0];

test("frame() puts the length and the magic number before the body", () => {
  expect([...frame(BODY)]).toEqual([...HEADER, ...BODY]);
});

test("frame() refuses a body that would make a client abort", () => {
  expect(() => frame(new Uint8Array(BODY_MAX + 1))).toThrow(RangeError);
  expect(frame(new Uint8Array(BODY_MAX)).length).toBe(BODY_MAX + 8);
});

test("FrameReader reads frames that come a byte at a time", () => {
  const reader = new FrameReader();
  const bodies = [...frame(BODY)].flatMap((byte) => reader.push(Uint8Array.of(byte)) ?? []);
  expect(bodies).toEqual([BODY]);
});

test("FrameReader reads several frames in one piece, and the rest of the last one later", () => {
  const reader = new FrameReader();
  const all = Buffer.concat([frame(BODY), frame(new Uint8Array(0)), frame(BODY)]);
  expect(reader.push(all.subarray(0, 40))).toEqual([BODY, new Uint8Array(0)]);
  expect(reader.push(all.subarray(40))).toEqual([BODY]);
});

test("FrameReader keeps a body that the runtime's buffer no longer has", () => {
  const reader = new FrameReader();
  const piece = Buffer.concat([frame(BODY), frame(BODY).subarray(0, 12)]);
  const bodies = reader.push(piece);
  const rest = frame(BODY).subarray(12);
  piece.fill(0xff);
  expect(bodies).toEqual([BODY]);
  expect(reader.push(rest)).toEqual([BODY]);
});

test.each([
  ["another magic number", [0x15, 0, 0, 0, 0xce, 0xab, 0, 0]],
  ["a negative length", [0xff, 0xff, 0xff, 0xff, 0xcd, 0xab, 0, 0]],
  ["a length above the longest", [1, 0, 4, 0, 0xcd, 0xab, 0, 0]],
])("FrameReader gives up a stream with %s", (_, header) => {
  expect(new FrameReader().push(Uint8Array.from(header))).toBeUndefined();
});
