// The encodings and signatures of fixed messages, as the library of Heartbeat 3.0.6 makes them
// (test/golden/heartbeat/encoding.txt), and the tables of heartbeat-wire 3.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, bytesToText, hexToBytes, textToBytes } from "../../src/wire/bytes.ts";
import { decodeClassic, encodeClassic, encodeLines } from "../../src/wire/classic.ts";
import { token } from "../../src/wire/digest.ts";
import type { AuthKey, Keyring, Method } from "../../src/wire/keyring.ts";
import type { Message } from "../../src/wire/message.ts";
import { decodeNetstring, encodeNetstring } from "../../src/wire/netstring.ts";
import { seal } from "../../src/wire/packet.ts";
import { sign } from "../../src/wire/sign.ts";
import { GOLDEN } from "./capture.ts";

interface Example {
  readonly name: string;
  readonly textForm: string;
  readonly netstring: Uint8Array;
  readonly signatures: readonly string[];
}

/** The examples of encoding.txt. */
function examples(): Example[] {
  const blocks = readFileSync(join(GOLDEN, "encoding.txt"), "latin1").split(/\n\n/);
  return blocks.flatMap((block): Example[] => {
    const lines = block.split("\n");
    const value = (key: string) =>
      lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
    const name = value("message");
    if (name === undefined) return [];
    return [
      {
        name,
        textForm: bytesToText(bytesOfHex(value("text-hex"))),
        netstring: bytesOfHex(value("netstring-hex")),
        signatures: lines.filter((line) => line.startsWith("sign ")),
      },
    ];
  });
}

function bytesOfHex(hex: string | undefined): Uint8Array {
  const bytes = hexToBytes(hex ?? "-");
  if (bytes === undefined) throw new Error(`encoding.txt is damaged: ${hex}`);
  return bytes;
}

const EXAMPLES = examples();

test("encoding.txt holds the examples that these tests count on", () => {
  const names = EXAMPLES.map((example) => example.name);
  expect(names.length).toBeGreaterThanOrEqual(14);
  expect(names).toEqual(expect.arrayContaining(["status", "binary", "list", "struct"]));
  expect(EXAMPLES.flatMap((example) => example.signatures).length).toBeGreaterThan(30);
});

describe("encodeNetstring() and encodeClassic()", () => {
  test.each(EXAMPLES)("write $name as the library does", ({ textForm, netstring }) => {
    const decoded = decodeNetstring(bytesToText(netstring));
    expect(decoded?.end).toBe(netstring.length);
    const message = decoded?.message as Message;
    expect(encodeNetstring(message)).toEqual(netstring);
    expect(encodeClassic(message)).toBe(textForm);
    expect(decodeClassic(textForm)).toEqual(message);
  });
});

describe("sign() and seal()", () => {
  const signed = EXAMPLES.flatMap(({ name, netstring, signatures }) =>
    signatures.map((line) => [name, line, netstring] as const),
  );
  test.each(signed)("sign %s as %s", (_name, line, netstring) => {
    const message = decodeNetstring(bytesToText(netstring))?.message as Message;
    const [, number, method, key, inner, outer] =
      /number=(\d+) method=(\w+) key="(.*)" inner="(.*?)" outer="(.*?)"/.exec(line) ?? [];
    const secret = JSON.parse(`"${key?.replace(/\\?"/g, '\\"')}"`) as string;
    const keyring = ring({ number: Number(number), method: method as Method, key: secret });
    expect(sign(textToBytes(encodeLines(message.fields)), keyring)).toBe(inner ?? "");
    const packet = seal(message, keyring, "classic");
    expect(bytesToText(packet)).toEndWith(`:${outer},`);
    expect(packet.length).toBe(Number(/packet-length=(\d+)/.exec(line)?.[1]));
    expect(bytesToHex(sha256(packet))).toBe(/packet-sha256=(\w+)/.exec(line)?.[1] ?? "");
  });
});

describe("token()", () => {
  const K64 = "k".repeat(64);
  const K65 = "k".repeat(65);
  test.each([
    ["crc", "", "", "ffffffff"],
    ["crc", "", "a", "579b24df"],
    ["crc", "", "123456789", "765e7680"],
    ["md5", "sesame", "", "a84658d903c4cd6e4094ab713c598170"],
    ["md5", "sesame", "a", "c76d8f7e942c499b4256e8ca018f087b"],
    ["md5", "sesame", "123456789", "f4b87fd829cb58c39c95274490a4f467"],
    ["sha1", "sesame", "", "1e968f32bb28d2bcade82e5fd9fa711a5b20d25a"],
    ["sha1", "sesame", "a", "834ae38fe96ff9c6e1660f4a6532993046ea247f"],
    ["sha1", "sesame", "123456789", "71e183f310df7411036dc9d9b1bdee17749006b6"],
    // RFC 4231, test case 2: HMAC-SHA256.
    [
      "sha256",
      "Jefe",
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
  ] as const)("%s with key %p signs %p", (method, key, bytes, expected) => {
    expect(token({ number: 1, method, key }, textToBytes(bytes))).toBe(expected);
  });

  const WORKED =
    "t=status\nst=active\ndt=1388\nprotocol=1\nsrc=alice\n" +
    "(1)srcuuid=AAECAwQFBgcICQoLDA0ODw==\nseq=2a\nhg=6b001147\nts=6b001160\n" +
    "ld=0.24 0.41 0.38 1/156 146\nttl=3\n";
  test.each([
    ["crc", "", "c8573aab"],
    ["md5", "sesame", "7900306b9b767e93bf9c08ecd0c966bd"],
    ["sha1", "sesame", "3577e8e6fa9f53e1f16c40a9ec2d40f289a3fae3"],
    ["md5", K64, "8aed2731f887ce335a7f79e4a70746c1"],
    ["sha1", K65, "aca5dea6a6bed007b77b0e4a452a72efa4553caf"],
  ] as const)("%s with key %p signs the worked example", (method, key, expected) => {
    expect(token({ number: 1, method, key }, textToBytes(WORKED))).toBe(expected);
  });
});

function ring(key: AuthKey): Keyring {
  return { active: key.number, keys: [key] };
}
