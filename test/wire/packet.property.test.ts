// What must hold for all messages and all bytes whatsoever.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import {
  base64ToBytes,
  bytesToBase64,
  bytesToHex,
  bytesToText,
  hexToBytes,
  textToBytes,
} from "../../src/wire/bytes.ts";
import { decodeClassic, encodeClassic } from "../../src/wire/classic.ts";
import { fitsLine } from "../../src/wire/compact.ts";
import type { Keyring } from "../../src/wire/keyring.ts";
import type { Field, Message } from "../../src/wire/message.ts";
import { decodeNetstring, encodeNetstring } from "../../src/wire/netstring.ts";
import {
  open,
  PACKET_MAX,
  packetLength,
  seal,
  sealText,
  textLength,
} from "../../src/wire/packet.ts";
import { GOLDEN, keyringOf, readCapture } from "./capture.ts";

const KEYS: Keyring = {
  active: 2,
  keys: [
    { number: 0, method: "crc", key: "" },
    { number: 1, method: "md5", key: "mellon" },
    { number: 2, method: "sha1", key: "sesame" },
    { number: 15, method: "sha256", key: "k".repeat(100) },
  ],
};

const keyrings = fc.constantFrom(...KEYS.keys.map(({ number }) => ({ ...KEYS, active: number })));
const msgfmts = fc.constantFrom("classic" as const, "netstring" as const);

/** Byte strings without the bytes that `lost` names. */
function byteStrings(lost: readonly number[], sizes: { minLength: number; maxLength: number }) {
  return fc
    .uint8Array(sizes)
    .map((bytes) => bytesToText(bytes.map((byte) => (lost.includes(byte) ? 0x5f : byte))));
}

/** What a form cannot carry, in each place. */
interface Lost {
  readonly names: readonly number[];
  readonly strings: readonly number[];
  readonly lists: readonly number[];
}

const [NUL, LF, CR, OPEN, EQUALS] = [0, 10, 13, 0x28, 0x3d] as const;

const NETSTRING: Lost = { names: [EQUALS, LF, NUL], strings: [NUL], lists: [] };

/** What stands for LF somewhere in the text form. */
const SYMBOLS = Array.from({ length: 17 }, (_, i) => 15 + i);

const CLASSIC: Lost = {
  names: [EQUALS, LF, NUL, CR, OPEN, ...SYMBOLS],
  strings: [NUL, CR, ...SYMBOLS],
  lists: [CR, LF, ...SYMBOLS],
};

function messages(lost: Lost): fc.Arbitrary<Message> {
  const name = byteStrings(lost.names, { minLength: 1, maxLength: 12 });
  const value = byteStrings(lost.strings, { minLength: 0, maxLength: 60 });
  const element = byteStrings(lost.lists, { minLength: 0, maxLength: 12 });
  const bytes = fc.uint8Array({ maxLength: 60 });
  const { message } = fc.letrec<{ message: Message; field: Field }>((tie) => ({
    message: fc.record({ fields: fc.array(tie("field"), { maxLength: 6 }) }),
    field: fc.oneof(
      { depthSize: "small" },
      fc.record({ name, type: fc.constant("string" as const), value }),
      fc.record({ name, type: fc.constant("binary" as const), value: bytes }),
      fc.record({ name, type: fc.constant("compressed" as const), value: bytes }),
      fc.record({ name, type: fc.constant("list" as const), value: fc.array(element) }),
      fc.record({ name, type: fc.constant("struct" as const), value: tie("message") }),
      fc.record({ name, type: fc.constant("compress" as const), value: tie("message") }),
    ),
  }));
  return message;
}

/** The envelope owns the last string field called auth. */
function hasNoAuth(message: Message): boolean {
  return message.fields.every((field) => field.name !== "auth");
}

describe("decodeNetstring()", () => {
  test("gives back what encodeNetstring() was given", () => {
    fc.assert(
      fc.property(messages(NETSTRING), (message) => {
        const bytes = encodeNetstring(message);
        expect(decodeNetstring(bytesToText(bytes))).toEqual({ message, end: bytes.length });
      }),
    );
  });

  test("takes a message of 16 nested levels and refuses one of 17", () => {
    expect(decodeNetstring(bytesToText(encodeNetstring(nested(16))))).toBeDefined();
    expect(decodeNetstring(bytesToText(encodeNetstring(nested(17))))).toBeUndefined();
  });
});

describe("decodeClassic()", () => {
  test("gives back what encodeClassic() was given, within what text can carry", () => {
    fc.assert(
      fc.property(messages(CLASSIC), (message) => {
        expect(decodeClassic(encodeClassic(message))).toEqual(message);
      }),
    );
  });

  test("takes a message of 16 nested levels and refuses one of 17", () => {
    expect(decodeClassic(encodeClassic(nested(16)))).toEqual(nested(16));
    expect(decodeClassic(encodeClassic(nested(17)))).toBeUndefined();
  });

  test("takes CR as a line end, skips empty lines and one last NUL", () => {
    const message = decodeClassic(">>>\r\nt=x\r\n\nn=1\n<<<\n\0");
    expect(message?.fields.map((field) => field.name)).toEqual(["t", "n"]);
  });

  test("leaves LF and 0x13 in a list what they are, as Heartbeat does: LF ends the line", () => {
    const list = (value: string) =>
      ({ fields: [{ name: "l", type: "list", value: [value] }] }) as const;
    expect(encodeClassic(list("a\nb"))).toBe(">>>\n(3)l=3:a\nb,\n<<<\n");
    expect(decodeClassic(encodeClassic(list("a\nb")))).toBeUndefined();
    expect(decodeClassic(encodeClassic(list("a\x13b")))).toEqual(list("a\x13b"));
    expect([fitsLine(list("a\nb")), fitsLine(list("ab"))]).toEqual([false, true]);
  });

  test.each([
    ["a line without =", ">>>\nt=x\nnonsense\n<<<\n"],
    ["no end", ">>>\nt=x\n"],
    ["something after the end", ">>>\nt=x\n<<<\nt=y\n"],
    ["an empty name", ">>>\n=x\n<<<\n"],
    ["bad base64", ">>>\n(1)b=A\n<<<\n"],
    ["a bad list", ">>>\n(3)l=9:one,\n<<<\n"],
    ["a bad struct", ">>>\n(2)s=t=x\n<<<\n"],
  ])("refuses %s", (_what, text) => {
    expect(decodeClassic(text)).toBeUndefined();
  });
});

describe("open()", () => {
  test("gives back what seal() was given, with any key and msgfmt", () => {
    fc.assert(
      fc.property(
        messages(NETSTRING).filter(hasNoAuth),
        keyrings,
        msgfmts,
        (message, ring, fmt) => {
          expect(open(seal(message, ring, fmt), KEYS)).toEqual({ ok: true, message });
        },
      ),
    );
  });

  test("packetLength() is the length of what seal() makes", () => {
    fc.assert(
      fc.property(messages(NETSTRING), keyrings, msgfmts, (message, ring, msgfmt) => {
        expect(packetLength(message, ring, msgfmt)).toBe(seal(message, ring, msgfmt).length);
      }),
    );
  });

  test("textLength() is the length of what sealText() makes", () => {
    fc.assert(
      fc.property(messages(NETSTRING), keyrings, (message, ring) => {
        expect(textLength(message, ring)).toBe(sealText(message, ring).length);
      }),
    );
  });

  test("gives back what sealText() was given, with any key", () => {
    fc.assert(
      fc.property(messages(CLASSIC).filter(hasNoAuth), keyrings, (message, ring) => {
        expect(open(sealText(message, ring), KEYS)).toEqual({ ok: true, message });
      }),
    );
  });

  test("throws at no bytes whatsoever", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(open(bytes, KEYS).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test("throws at no bytes that look like a message", () => {
    const pieces = fc.constantFrom(
      ...["###\n", "%%%\n", ">>>\n", "<<<\n", "\n", "=", ",", ":", "(", ")", "\0", "\r", "\x14"],
      ...[
        "5:(0)t=",
        "9:(2)s=###\n",
        "(1)b=",
        "(2)s=>>>",
        "(3)l=",
        "1 ffffffff",
        "auth=0 1",
        "3:1 ,",
      ],
      ...["99999999999:", "-1:", "0:", "4:(9)x", "7:(0)a=bc,"],
    );
    const noise = fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 40 });
    const heads = fc.constantFrom("", "###\n", ">>>\n");
    fc.assert(
      fc.property(heads, noise, (head, parts) => {
        expect(open(textToBytes(head + parts.join("")), KEYS).ok).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  test("rejects a real packet in which any one byte was changed", () => {
    const keyring = keyringOf("core-md5-ucast");
    const packets = readCapture(join(GOLDEN, "core-md5-ucast/02-steady.txt"));
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, flip) => {
        const original = packets[which % packets.length]?.bytes ?? new Uint8Array();
        const bytes = Uint8Array.from(original);
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        expect(open(bytes, keyring).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test("rejects a real packet cut off anywhere", () => {
    const keyring = keyringOf("core-md5-ucast");
    const [packet] = readCapture(join(GOLDEN, "core-md5-ucast/02-steady.txt"));
    const bytes = packet?.bytes ?? new Uint8Array();
    for (let length = 0; length < bytes.length; length++) {
      expect(open(bytes.subarray(0, length), keyring).ok).toBe(false);
    }
    expect(open(bytes, keyring).ok).toBe(true);
  });

  const good = seal({ fields: [{ name: "t", type: "string", value: "x" }] }, KEYS, "netstring");
  test.each([
    ["empty", new Uint8Array()],
    ["empty", textToBytes("#")],
    ["too-large", new Uint8Array(PACKET_MAX + 1)],
    ["syntax", textToBytes("hello, world")],
    ["unsigned", textToBytes("###\n6:(0)t=x,%%%\n")],
    ["unsigned", textToBytes(">>>\nt=x\n<<<\n")],
    ["unknown-key", textToBytes("###\n6:(0)t=x,%%%\n10:7 deadbeef,")],
    ["unknown-key", textToBytes(">>>\nt=x\nauth=7 deadbeef\n<<<\n")],
    ["signature", textToBytes("###\n6:(0)t=x,%%%\n10:0 deadbeef,")],
    ["signature", textToBytes(">>>\nt=x\nauth=0 deadbeef\n<<<\n")],
    ["signature", textToBytes(">>>\nt=x\nauth=nonsense\n<<<\n")],
    ["syntax", textToBytes(">>>\nt=x\nauth=0 1\nauth=0 1\n<<<\n")],
    ["syntax", Uint8Array.from([...good, 0x2c])],
    // The packets of heartbeat-wire 15.2, which kill Heartbeat 3.
    ["syntax", textToBytes("###\n3:abc,%%%\n2:1 ,")],
    ["syntax", textToBytes("###\n6:(9)t=x,%%%\n2:1 ,")],
    ["syntax", textToBytes("###\n6:(x)t=x,%%%\n2:1 ,")],
    ["syntax", textToBytes("###\n5:(0)tx,%%%\n2:1 ,")],
  ] as const)("says %s for what is wrong in that way", (reason, bytes) => {
    expect(open(bytes, KEYS)).toEqual({ ok: false, reason });
  });

  test("takes the text form with and without a trailing NUL", () => {
    const message: Message = { fields: [{ name: "t", type: "string", value: "x" }] };
    const bytes = sealText(message, KEYS);
    expect(open(bytes, KEYS)).toEqual({ ok: true, message });
    expect(open(Uint8Array.from([...bytes, 0]), KEYS)).toEqual({ ok: true, message });
  });

  test("looks at the outer signature only, as Heartbeat does", () => {
    const auth = { name: "auth", type: "string", value: "1 wrong" } as const;
    const t = { name: "t", type: "string", value: "x" } as const;
    const opened = open(seal({ fields: [t, auth] }, KEYS, "netstring"), KEYS);
    expect(opened).toEqual({ ok: true, message: { fields: [t] } });
  });
});

describe("bytes.ts", () => {
  test("base64ToBytes() and hexToBytes() undo what was done, and agree with the runtime", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(base64ToBytes(bytesToBase64(bytes))).toEqual(bytes);
        expect(bytesToHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test("bytesToText() carries long byte strings whole", () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i & 0xff);
    expect(textToBytes(bytesToText(bytes))).toEqual(bytes);
  });
});

function nested(levels: number): Message {
  let message: Message = { fields: [{ name: "leaf", type: "string", value: "x" }] };
  for (let level = 0; level < levels; level++) {
    message = { fields: [{ name: "s", type: "struct", value: message }] };
  }
  return message;
}
