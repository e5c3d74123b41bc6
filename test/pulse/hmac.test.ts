// The digests of the pulse, beside those of the pure floor that verifies them everywhere else.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { Hmac, quick } from "../../src/pulse/hmac.ts";
import { textToBytes } from "../../src/wire/bytes.ts";
import type { Keyring } from "../../src/wire/keyring.ts";
import { Mac } from "../../src/wire/mac.ts";
import { text } from "../../src/wire/message.ts";
import { open, seal } from "../../src/wire/packet.ts";

test.each(["md5", "sha1", "sha256"] as const)(
  "Hmac of %s is the Mac of the wire, for every key and message",
  (hash) => {
    const bytes = (maxLength: number) => fc.uint8Array({ minLength: 0, maxLength });
    fc.assert(
      fc.property(bytes(200), fc.array(bytes(5_000), { maxLength: 4 }), (key, messages) => {
        const [quickly, purely] = [new Hmac(hash, key), new Mac(hash, key)];
        for (const message of messages) expect(quickly.of(message)).toEqual(purely.of(message));
      }),
      { numRuns: 200 },
    );
  },
);

test("Hmac.of() gives digests that the next message does not change", () => {
  const hmac = new Hmac("sha1", textToBytes("Jefe"));
  const first = hmac.of(textToBytes("what do ya want for nothing?"));
  hmac.of(textToBytes("something else"));
  expect(first.toHex()).toBe("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
});

test("quick() signs as the same keys did before, and accepts what they signed", () => {
  const keys: Keyring["keys"] = [
    { number: 0, method: "crc", key: "" },
    { number: 1, method: "md5", key: "one" },
    { number: 2, method: "sha1", key: "two" },
    { number: 3, method: "sha256", key: "three" },
  ];
  const message = text({ t: "status", src: "alice", st: "active" });
  for (const { number } of keys) {
    const plain = { active: number, keys };
    const packet = seal(message, plain, "classic");
    expect(seal(message, quick(plain), "classic")).toEqual(packet);
    expect(open(packet, quick(plain))).toEqual({ ok: true, message });
    packet[9] = (packet[9] ?? 0) ^ 1;
    expect(open(packet, quick(plain)).ok).toBe(false);
  }
});
