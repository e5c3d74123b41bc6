// Every packet of every capture of real Heartbeat 3.0.6 opens, and seals again byte for byte.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { bytesToText, textToBytes } from "../../src/wire/bytes.ts";
import type { AuthKey, Keyring } from "../../src/wire/keyring.ts";
import { textOf } from "../../src/wire/message.ts";
import { decodeNetstring, encodeNetstring } from "../../src/wire/netstring.ts";
import { open, seal, sealText } from "../../src/wire/packet.ts";
import { captures, GOLDEN, keyringOf, readCapture } from "./capture.ts";

/** What differs from "opens with the keys beside it". Packets of nak-sha1 were forged on purpose. */
const SPECIAL = /^(auth-mix|serial-|nak-sha1)/;

describe("open() and seal()", () => {
  test.each(captures((path) => !SPECIAL.test(path)))("carry every packet of %s", (path) => {
    const keyring = keyringOf(path.replace(/\/.*/, ""));
    const packets = readCapture(join(GOLDEN, path));
    expect(packets.length).toBeGreaterThan(0);
    for (const { number, bytes } of packets) {
      expectRoundTrip(bytes, keyring, `${path} packet ${number}`);
    }
  });

  test.each(["serial-crc", "serial-sha1"])("carry every message of %s", (directory) => {
    const keyring = keyringOf(directory);
    const chunks = readCapture(join(GOLDEN, directory, "serial.txt"));
    let messages = 0;
    for (const way of new Set(chunks.map((chunk) => chunk.way))) {
      const stream = chunks
        .filter((chunk) => chunk.way === way)
        .map((chunk) => bytesToText(chunk.bytes))
        .join("");
      for (const [text] of stream.matchAll(/>>>\n[\s\S]*?\n<<<\n/g)) {
        const opened = open(textToBytes(text), keyring);
        if (!opened.ok) throw new Error(`${directory}: ${opened.reason}: ${text}`);
        expect(bytesToText(sealText(opened.message, keyring))).toBe(text);
        messages++;
      }
    }
    expect(messages).toBeGreaterThan(100);
  });
});

/** Keys of auth-mix by node, and whether the nodes understood each other there (its README). */
const MIXED: readonly [string, Record<"alice" | "bob", Keyring>][] = [
  ["k1", mixed([hmac(1, "sha1", "aaa"), hmac(2, "sha1", "bbb")], 1, 2)],
  ["k2", mixed([crc(1), hmac(2, "sha1", "bbb")], 1, 2)],
  ["k5", mixed([hmac(0, "md5", "aaa")], 0, 0)],
  ["k6", mixed([hmac(1, "sha1", "aaa"), hmac(2, "md5", "aaa")], 1, 2)],
];

describe("open() with several keys", () => {
  test.each(MIXED)("accepts every packet of auth-mix/%s by its entry", (name, keyrings) => {
    for (const { from, number, bytes } of readCapture(join(GOLDEN, "auth-mix", `${name}.txt`))) {
      const sender = from === "10.77.0.11" ? "alice" : "bob";
      const receiver = sender === "alice" ? "bob" : "alice";
      const opened = open(bytes, keyrings[receiver]);
      if (!opened.ok) throw new Error(`${name} packet ${number}: ${opened.reason}`);
      expect(seal(opened.message, keyrings[sender], "classic")).toEqual(bytes);
    }
  });

  test("rejects every packet of auth-mix/k3, signed with another secret", () => {
    const ours = mixed([hmac(1, "sha1", "ccc")], 1, 1).alice;
    const reasons = readCapture(join(GOLDEN, "auth-mix/k3.txt")).map(({ bytes }) => {
      const opened = open(bytes, ours);
      return opened.ok ? "ok" : opened.reason;
    });
    expect(new Set(reasons)).toEqual(new Set(["signature"]));
  });

  test("rejects the packets of auth-mix/k4 whose entry it does not list", () => {
    const bob = mixed([hmac(1, "md5", "aaa")], 1, 1).bob;
    for (const { from, bytes } of readCapture(join(GOLDEN, "auth-mix/k4.txt"))) {
      const opened = open(bytes, bob);
      const verdict = opened.ok ? "ok" : opened.reason;
      expect(verdict).toBe(from === "10.77.0.11" ? "unknown-key" : "ok");
    }
  });
});

describe("open() on the forged packets of nak-sha1", () => {
  test.each(["nak.txt", "odd.txt"])("opens those of %s that are well formed and signed", (file) => {
    const keyring = keyringOf("nak-sha1");
    let opened = 0;
    for (const { bytes } of readCapture(join(GOLDEN, "nak-sha1", file))) {
      const result = open(bytes, keyring);
      if (result.ok) opened++;
    }
    expect(opened).toBeGreaterThan(50);
  });
});

function expectRoundTrip(bytes: Uint8Array, keyring: Keyring, where: string): void {
  const opened = open(bytes, keyring);
  if (!opened.ok) throw new Error(`${where}: ${opened.reason}`);
  const decoded = decodeNetstring(bytesToText(bytes));
  if (decoded === undefined) throw new Error(`${where}: not a netstring message`);
  expect(encodeNetstring(decoded.message)).toEqual(bytes.slice(0, decoded.end));
  const msgfmt = textOf(decoded.message, "auth") === undefined ? "netstring" : "classic";
  expect(seal(opened.message, keyring, msgfmt)).toEqual(bytes);
}

function mixed(keys: AuthKey[], alice: number, bob: number): Record<"alice" | "bob", Keyring> {
  return { alice: { active: alice, keys }, bob: { active: bob, keys } };
}

function hmac(number: number, method: "md5" | "sha1", key: string): AuthKey {
  return { number, method, key };
}

function crc(number: number): AuthKey {
  return { number, method: "crc", key: "" };
}
