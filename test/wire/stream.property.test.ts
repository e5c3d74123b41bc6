// A stream may be cut anywhere and hold anything: the same packets come out.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { bytesToText, textToBytes } from "../../src/wire/bytes.ts";
import { fitsLine } from "../../src/wire/compact.ts";
import type { Keyring } from "../../src/wire/keyring.ts";
import { type Message, text } from "../../src/wire/message.ts";
import { encodeNetstring } from "../../src/wire/netstring.ts";
import { sealText } from "../../src/wire/packet.ts";
import { openRun, RESYNC, RUN_MAX, RunReader } from "../../src/wire/stream.ts";
import { GOLDEN, keyringOf, readCapture } from "./capture.ts";

const KEYS: Keyring = { active: 1, keys: [{ number: 1, method: "sha1", key: "sesame" }] };

/** Values with everything that the marks of a packet are made of. */
const values = fc.stringMatching(/^[a-z =<>()\n-]{0,20}$/);
const messages = fc
  .record({ src: fc.stringMatching(/^[a-z]{1,8}$/), info: values })
  .map((fields) => text({ t: "status", ...fields }));

/** Any bytes, and bytes that look like packets. */
const noises = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc
        .constantFrom(">>>\n", "<<<\n", "\n", "t=status\n", ">", "\r", "auth=1 00\n")
        .map(textToBytes),
    ),
    { maxLength: 6 },
  )
  .map((parts) => joined(parts));

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return textToBytes(parts.map(bytesToText).join(""));
}

/** Pieces of the bytes, cut at these places. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, at) => bytes.subarray(from, places[at] ?? bytes.length));
}

/** Netstring forms of the authentic messages: comparable. */
function heard(chunks: readonly Uint8Array[]): string[] {
  const reader = new RunReader();
  return chunks
    .flatMap((chunk) => reader.push(chunk))
    .map((run) => openRun(run, KEYS))
    .flatMap((opened) => (opened.ok ? [plain(opened.message)] : []));
}

function plain(message: Message): string {
  return bytesToText(encodeNetstring(message));
}

const cuts = fc.array(fc.nat({ max: 100_000 }), { maxLength: 20 });

test("RunReader gives every packet, however the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 5 }), cuts, (sent, where) => {
      const stream = joined(sent.map((message) => sealText(message, KEYS)));
      expect(heard(pieces(stream, where))).toEqual(sent.map(plain));
    }),
  );
});

test("RunReader never loses the packet behind noise, whatever the noise is", () => {
  fc.assert(
    fc.property(noises, messages, cuts, (noise, message, where) => {
      const stream = joined([noise, sealText(message, KEYS)]);
      expect(heard(pieces(stream, where))).toEqual([plain(message)]);
    }),
    { numRuns: 500 },
  );
});

test("RunReader takes up the packet behind one that was left half-sent", () => {
  fc.assert(
    fc.property(messages, messages, fc.nat(), (lost, message, cut) => {
      const whole = sealText(lost, KEYS);
      const half = whole.subarray(0, cut % whole.length);
      const resync = heard([joined([half, textToBytes(RESYNC), sealText(message, KEYS)])]);
      const alone = heard([joined([half, sealText(message, KEYS)])]);
      // Without its last line end alone, the half is the whole.
      expect(resync.filter((each) => each !== plain(lost))).toEqual(
        [plain(message)].filter((each) => each !== plain(lost)),
      );
      expect(resync.at(-1)).toBe(plain(message));
      expect(alone).toEqual([plain(message)]);
    }),
  );
});

test("RunReader gives the same for eight bits and for CR instead of LF as the line does", () => {
  fc.assert(
    fc.property(messages, (message) => {
      const packet = sealText(message, KEYS);
      expect(heard([packet.map((byte) => byte | 0x80)])).toEqual([plain(message)]);
      const returns = textToBytes(bytesToText(packet).replaceAll("\n", "\r\n"));
      expect(heard([returns])).toEqual([plain(message)]);
    }),
  );
});

test("RunReader and openRun() are total, and nothing but authentic packets comes out", () => {
  fc.assert(
    fc.property(fc.array(noises, { maxLength: 10 }), (chunks) => {
      expect(heard(chunks)).toEqual([]);
    }),
  );
});

test("RunReader forgets a beginning without an end, and hears the packet behind it", () => {
  const reader = new RunReader();
  const line = textToBytes(`${"x".repeat(999)}\n`);
  expect(reader.push(textToBytes(">>>\n"))).toEqual([]);
  for (let sent = 0; sent < 2 * RUN_MAX; sent += line.length) {
    expect(reader.push(line)).toEqual([]);
  }
  expect(reader.noise).toBeGreaterThan(RUN_MAX);
  const message = text({ t: "status", src: "alice" });
  const [run] = reader.push(sealText(message, KEYS));
  const opened = run && openRun(run, KEYS);
  expect(opened?.ok && plain(opened.message)).toBe(plain(message));
});

test("RunReader counts noise, but neither line ends nor the end of an abandoned packet", () => {
  const reader = new RunReader();
  reader.push(textToBytes(`\n${RESYNC}abc\n`));
  reader.push(sealText(text({ t: "status" }), KEYS));
  expect(reader.noise).toBe(3);
});

test("RunReader counts the same noise in whatever pieces it comes", () => {
  const ends = fc.array(fc.constantFrom("<", "<<<\n", "\n", "x", ">>>"), { maxLength: 12 });
  fc.assert(
    fc.property(ends, (parts) => {
      const bytes = textToBytes(`${parts.join("")}\n\n\n\n`);
      const [whole, single] = [new RunReader(), new RunReader()];
      whole.push(bytes);
      for (const byte of bytes) single.push(Uint8Array.of(byte));
      expect(single.noise).toBe(whole.noise);
    }),
  );
});

test.each(["serial-crc", "serial-sha1"])(
  "RunReader reads the line of Heartbeat 3.0.6: %s",
  (name) => {
    const capture = readCapture(`${GOLDEN}/${name}/serial.txt`);
    const ways = Map.groupBy(capture, (chunk) => chunk.way);
    expect([...ways.keys()].sort()).toEqual(["a>b", "b>a"]);
    for (const chunks of ways.values()) {
      const reader = new RunReader();
      const runs = chunks.flatMap(({ bytes }) => reader.push(bytes));
      const opened = runs.map((run) => openRun(run, keyringOf(name)));
      expect(opened.length).toBeGreaterThan(20);
      expect(opened.filter(({ ok }) => !ok)).toEqual([]);
      expect(reader.noise).toBe(0);
    }
  },
);

test("fitsLine() is true for exactly the messages that come back unchanged over seven bits", () => {
  const any = fc
    .array(fc.tuple(fc.constantFrom("a", "(1)b", "c"), fc.uint8Array({ maxLength: 4 })))
    .map((fields) => ({
      fields: fields.map(([name, bytes]) => ({
        name,
        type: "string" as const,
        value: bytesToText(bytes).replaceAll("\0", ""),
      })),
    }));
  fc.assert(
    fc.property(fc.oneof(any, messages), (message) => {
      const back = heard([sealText(message, KEYS)]);
      const same = back.length === 1 && back[0] === plain(message);
      if (fitsLine(message)) expect(same).toBe(true);
      else expect(same && sealText(message, KEYS).every((byte) => byte < 0x80)).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});
