import { expect, test } from "bun:test";
import fc from "fast-check";
import { FrameReader, frameBytesMax, frames } from "../../src/core/frame.ts";

test("frames() and FrameReader give back any JSON value, several in a row", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 }), (values) => {
      const reader = new FrameReader<unknown>();
      const got = values.flatMap((value) => frames(value).map((packet) => reader.push(packet)));
      const expected = values.map((value) => JSON.parse(JSON.stringify(value)));
      expect(got.filter((value) => value !== undefined)).toEqual(expected);
    }),
  );
});

test("frames() cuts a long text, even inside a character, and FrameReader joins it", () => {
  const value = { text: "ü€𝄞".repeat(40_000) };
  const packets = frames(value);
  expect(packets.length).toBeGreaterThan(5);
  for (const packet of packets) expect(packet.length).toBeLessThanOrEqual(frameBytesMax + 1);

  const reader = new FrameReader<typeof value>();
  const buffer = new Uint8Array(frameBytesMax + 1);
  let joined: typeof value | undefined;
  for (const packet of packets) {
    buffer.set(packet);
    joined = reader.push(buffer.subarray(0, packet.length));
  }
  expect(joined).toEqual(value);
});

test("frames() never makes an empty packet, which would look like end-of-file", () => {
  for (const value of ["", 0, null, [], {}]) {
    for (const packet of frames(value)) expect(packet.length).toBeGreaterThan(1);
  }
});

test.each(["", "x{}", ".{"])("FrameReader.push() throws on %p", (bytes) => {
  const reader = new FrameReader<unknown>();
  expect(() => reader.push(new TextEncoder().encode(bytes))).toThrow();
});
