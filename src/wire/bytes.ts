// Byte strings and bytes: one character of a byte string is one byte (latin1).
//
// Not TextDecoder("latin1"): that is windows-1252, which maps 0x80–0x9f to something else. Nearly all that
// arrives is ASCII, which the runtime decodes at once; so it does with UTF-16, which any bytes are when they
// are widened to 16 bits. Character by character is far slower.

const UTF8 = new TextDecoder();
const UTF16 = new TextDecoder("utf-16le");

/** Bytes as a byte string. */
export function bytesToText(bytes: Uint8Array): string {
  const text = UTF8.decode(bytes);
  // A byte above 0x7f is either part of a longer character or none, for which U+FFFD stands.
  const isAscii = text.length === bytes.length && !text.includes("\ufffd");
  return isAscii ? text : UTF16.decode(new Uint16Array(bytes));
}

/** A byte string as bytes; characters above 0xff lose their high bits. */
export function textToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Lower-case hex digits, two per byte. */
export function bytesToHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** The bytes that an even number of hex digits stands for; undefined when it is not that. */
export function hexToBytes(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) return undefined;
  return Uint8Array.fromHex(hex);
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const BASE64_VALUE: readonly number[] = Array.from({ length: 256 }, (_, code) =>
  BASE64.indexOf(String.fromCharCode(code)),
);

/** RFC 4648 base64, padded, without line breaks. */
export function bytesToBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/** The bytes of a padded base64 text; undefined when it is not exactly that. */
export function base64ToBytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length - padding; i++) {
    const value = BASE64_VALUE[text.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  return bytes;
}
