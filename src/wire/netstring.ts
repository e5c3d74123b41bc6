// The netstring form of a message: what UDP and ICMP carry (heartbeat-wire 2.2).
//
// This file knows nothing of signatures: the auth part after "%%%" is packet.ts's business.

import { bytesToText, textToBytes } from "./bytes.ts";
import { digitOf, isFieldName, joinList, NESTING_MAX, splitList, typeOf } from "./fieldtype.ts";
import type { Field, Message } from "./message.ts";

/** Lengths have at most this many digits: more than any message allows (heartbeat-wire 2.5). */
const DIGITS_MAX = 7;

/** From "###" to the LF after "%%%". */
export function encodeNetstring(message: Message): Uint8Array {
  return textToBytes(netstringText(message));
}

/** The same as a byte string. */
export function netstringText(message: Message): string {
  let text = "###\n";
  for (const field of message.fields) {
    const value = encodeValue(field);
    const length = 4 + field.name.length + value.length;
    text += `${length}:(${digitOf(field.type)})${field.name}=${value},`;
  }
  return `${text}%%%\n`;
}

/** How long that is, without making it. */
export function netstringLength(message: Message): number {
  let length = "###\n%%%\n".length;
  for (const field of message.fields) {
    const counted = 4 + field.name.length + valueLength(field);
    length += `${counted}:,`.length + counted;
  }
  return length;
}

function valueLength(field: Field): number {
  switch (field.type) {
    case "struct":
    case "compress":
      return netstringLength(field.value);
    case "list":
      return joinList(field.value).length;
    default:
      return field.value.length;
  }
}

function encodeValue(field: Field): string {
  switch (field.type) {
    case "string":
      return field.value;
    case "list":
      return joinList(field.value);
    case "binary":
    case "compressed":
      return bytesToText(field.value);
    case "struct":
    case "compress":
      return netstringText(field.value);
  }
}

export interface Decoded {
  readonly message: Message;
  /** Offset of the first byte after the LF that follows "%%%". */
  readonly end: number;
}

/** Reads the message at the head of a byte string; undefined when there is none. */
export function decodeNetstring(text: string): Decoded | undefined {
  return decodeNested(text, 0);
}

function decodeNested(text: string, depth: number): Decoded | undefined {
  if (!text.startsWith("###\n")) return undefined;
  const fields: Field[] = [];
  let at = 4;
  while (!text.startsWith("%%%\n", at)) {
    const span = readLength(text, at);
    if (span === undefined || text[span.end] !== ",") return undefined;
    const field = readField(text, span, depth);
    if (field === undefined) return undefined;
    fields.push(field);
    at = span.end + 1;
  }
  return { message: { fields }, end: at + 4 };
}

export interface Span {
  readonly start: number;
  /** Offset after the last counted byte; always inside the text. */
  readonly end: number;
}

/** Reads LEN and ":" at `at`: where the counted bytes are. One byte must follow them in the text. */
export function readLength(text: string, at: number): Span | undefined {
  let length = 0;
  let offset = at;
  for (; offset < text.length; offset++) {
    const digit = text.charCodeAt(offset) - 0x30;
    if (digit < 0 || digit > 9) break;
    if (offset - at >= DIGITS_MAX) return undefined;
    length = length * 10 + digit;
  }
  if (offset === at || text[offset] !== ":") return undefined;
  const end = offset + 1 + length;
  return end < text.length ? { start: offset + 1, end } : undefined;
}

function readField(text: string, { start, end }: Span, depth: number): Field | undefined {
  if (end - start < 5 || text[start] !== "(" || text[start + 2] !== ")") return undefined;
  const type = typeOf(text.charCodeAt(start + 1));
  if (type === undefined) return undefined;
  const content = text.slice(start + 3, end);
  const equals = content.indexOf("=");
  const name = content.slice(0, Math.max(equals, 0));
  if (!isFieldName(name)) return undefined;
  return readValue(name, type, content.slice(equals + 1), depth);
}

function readValue(
  name: string,
  type: Field["type"],
  raw: string,
  depth: number,
): Field | undefined {
  switch (type) {
    case "string":
      return raw.includes("\0") ? undefined : { name, type, value: raw };
    case "list": {
      const value = splitList(raw);
      return value && { name, type, value };
    }
    case "binary":
    case "compressed":
      return { name, type, value: textToBytes(raw) };
    case "struct":
    case "compress": {
      if (depth >= NESTING_MAX) return undefined;
      const inner = decodeNested(raw, depth + 1);
      return inner?.end === raw.length ? { name, type, value: inner.message } : undefined;
    }
  }
}
