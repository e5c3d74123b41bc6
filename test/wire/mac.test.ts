// HMAC with states that are used again: RFC 2202 and RFC 4231 have the answers.

import { expect, test } from "bun:test";
import { bytesToHex, textToBytes } from "../../src/wire/bytes.ts";
import { Mac, macBytes } from "../../src/wire/mac.ts";

const QUESTION = textToBytes("what do ya want for nothing?");

test.each([
  ["md5", "750c783e6ab0b503eaa86e310a5db738"],
  ["sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
  ["sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
] as const)("Mac of %s gives the digest of the RFC, again and again", (hash, digest) => {
  const mac = new Mac(hash, textToBytes("Jefe"));
  const first = mac.of(QUESTION);
  mac.of(textToBytes("something else that is longer than one block of sixty-four bytes, or two"));
  expect(bytesToHex(mac.of(QUESTION))).toBe(digest);
  expect(bytesToHex(first)).toBe(digest);
  expect(macBytes(hash)).toBe(first.length);
});

test("Mac.of() takes a message in parts, of which the beginning may be known before", () => {
  const [head, middle, tail] = [QUESTION.slice(0, 4), QUESTION.slice(4, 9), QUESTION.slice(9)];
  const mac = new Mac("sha1", textToBytes("Jefe"), [head]);
  for (let i = 0; i < 2; i++) {
    expect(bytesToHex(mac.of(middle, tail))).toBe("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  }
});
