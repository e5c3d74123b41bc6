import { expect, test } from "bun:test";
import fc from "fast-check";
import { textToBytes } from "../../../src/wire/bytes.ts";
import { decodeBody, encodeBody } from "../../../src/wire/ipc/body.ts";
import { type Field, type Message, text } from "../../../src/wire/message.ts";

const PING = text({ t: "ping" });

const names = fc.stringMatching(/^[a-z_]{1,8}$/);
const byteStrings = fc
  .array(fc.integer({ min: 1, max: 255 }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));
const bytes = fc.uint8Array({ maxLength: 20 });

const flat: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ name: names, type: fc.constant("string" as const), value: byteStrings }),
  fc.record({ name: names, type: fc.constant("binary" as const), value: bytes }),
  fc.record({ name: names, type: fc.constant("list" as const), value: fc.array(byteStrings) }),
);
const nested: fc.Arbitrary<Field> = fc.record({
  name: names,
  type: fc.constant("struct" as const),
  value: fc.record({ fields: fc.array(flat, { maxLength: 3 }) }),
});
const messages: fc.Arbitrary<Message> = fc.record({
  fields: fc.array(fc.oneof(flat, nested), { maxLength: 6 }),
});

test("decodeBody() reads what encodeBody() wrote, whatever it was", () => {
  fc.assert(
    fc.property(messages, (message) => {
      expect(decodeBody(encodeBody(message))).toEqual(message);
    }),
  );
});

test("decodeBody() never throws", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("", ">>>\n", "###\n"),
      (rest, head) => {
        decodeBody(new Uint8Array([...textToBytes(head), ...rest]));
      },
    ),
  );
});

test.each([
  ["text with its NUL", ">>>\nt=ping\n<<<\n\0", PING],
  ["text without", ">>>\nt=ping\n<<<\n", PING],
  ["netstrings", "###\n9:(0)t=ping,%%%\n", PING],
  ["netstrings with a NUL", "###\n9:(0)t=ping,%%%\n\0", PING],
  ["netstrings with something behind", "###\n9:(0)t=ping,%%%\nx", undefined],
  ["no end", ">>>\nt=ping\n", undefined],
  ["nothing", "", undefined],
  ["a NUL", "\0", undefined],
] as const)("decodeBody() knows %s", (_, body, message) => {
  expect(decodeBody(textToBytes(body))).toEqual(message);
});

test.each([
  ["strings", { name: "v", type: "string", value: "a\nb" }, ">>>\nv=a\x13b\n<<<\n\0"],
  ["bytes", { name: "v", type: "binary", value: Uint8Array.of(0, 1) }, ">>>\n(1)v=AAE=\n<<<\n\0"],
  [
    "a byte that stands for LF",
    { name: "v", type: "string", value: "\x13" },
    "###\n6:(0)v=\x13,%%%\n",
  ],
  [
    "a structure",
    { name: "v", type: "struct", value: PING },
    "###\n25:(2)v=###\n9:(0)t=ping,%%%\n,%%%\n",
  ],
] as const)("encodeBody() writes %s as clients take it", (_, field, body) => {
  expect(String.fromCharCode(...encodeBody({ fields: [field] }))).toBe(body);
});
