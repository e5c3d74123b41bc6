// Netlink messages as bytes, and that no datagram whatsoever breaks the readers.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { attributes, errorOf, messages, request, textOf, u32, u32Of } from "../../ffi/netlink.ts";
import { addressRow, linkRow, putAddress, routeRow } from "../../ffi/rtnetlink.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("request() pads attributes to four bytes and counts the padding", () => {
  const bytes = request({
    type: 16,
    flags: 4,
    sequence: 7,
    struct: Uint8Array.of(1, 2),
    attributes: [
      [3, new TextEncoder().encode("eth0\0")],
      [8, u32(5)],
    ],
  });
  expect(hex(bytes)).toBe(
    "28000000100005000700000000000000" +
      "01020000" +
      "090003006574683000000000" +
      "0800080005000000",
  );
  const [message] = messages(bytes);
  const found = attributes(message?.body ?? new Uint8Array(0), 2);
  expect([textOf(found, 3), u32Of(found, 8), u32Of(found, 9)]).toEqual(["eth0", 5, undefined]);
});

test("putAddress() asks to create or replace, with label, broadcast, no DAD and a lifetime", () => {
  const four = putAddress(
    {
      index: 2,
      address: Uint8Array.of(10, 0, 0, 5),
      prefix: 24,
      label: "eth0:0",
      broadcast: Uint8Array.of(10, 0, 0, 255),
      leaseSeconds: 6,
    },
    1,
  );
  expect(hex(four)).toBe(
    "500000001400010501000000000000000218000002000000" +
      "080002000a00000508000100" +
      "0a00000508000400" +
      "0a0000ff0b000300657468303a300000" +
      "1400060006000000060000000000000000000000",
  );
  const six = putAddress({ index: 2, address: new Uint8Array(16), prefix: 64 }, 1);
  expect(hex(six)).toContain("0800080002000000");
  expect(hex(six)).toContain("14000600ffffffffffffffff");
});

test("addressRow() reads back what putAddress() writes", () => {
  const [message] = messages(
    putAddress(
      { index: 3, address: Uint8Array.of(10, 0, 0, 5), prefix: 24, label: "eth0", leaseSeconds: 9 },
      1,
    ),
  );
  if (message === undefined) throw new Error("No message");
  expect(addressRow(message)).toEqual({
    index: 3,
    family: 4,
    address: Uint8Array.of(10, 0, 0, 5),
    prefix: 24,
    flags: 0,
    label: "eth0",
    broadcast: undefined,
    validSeconds: 9,
  });
});

test("messages() and attributes() take any bytes without throwing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const message of messages(bytes)) {
        errorOf(message);
        attributes(message.body, 8);
        addressRow(message.body.length >= 8 ? message : { ...message, body: new Uint8Array(8) });
      }
    }),
  );
});

test("linkRow(), addressRow() and routeRow() take a message that ends within its struct for none", () => {
  for (let length = 0; length < 8; length++) {
    const message = { type: 16, flags: 0, sequence: 1, body: new Uint8Array(length).fill(2) };
    expect([linkRow(message), addressRow(message), routeRow(message)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  }
});

test("linkRow(), addressRow() and routeRow() take any attributes behind a whole struct", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(2, 10), (tail, family) => {
      const body = new Uint8Array(16 + tail.length);
      body[0] = family;
      body.set(tail, 16);
      const message = { type: 16, flags: 0, sequence: 1, body };
      linkRow(message);
      addressRow(message);
      routeRow(message);
    }),
  );
});
