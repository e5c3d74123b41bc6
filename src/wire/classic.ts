// The text form of a message, ">>>" … "<<<": serial lines, the FIFO, and what the inner signature covers
// (heartbeat-wire 2.3).
//
// It cannot carry everything: 0x13 in a string comes back as LF, CR ends a line, LF in a list does too, and
// inside a struct the bytes that stand for LF at some depth (15–31) are lost. The netstring form has no
// such holes. The inner signature covers it nonetheless, holes and all.

import { base64ToBytes, bytesToBase64 } from "./bytes.ts";
import { digitOf, isFieldName, joinList, NESTING_MAX, splitList, typeOf } from "./fieldtype.ts";
import type { Field, Message } from "./message.ts";

/** Stands for LF in a string. */
const STRING_LF = "\x13";

/** Stands for LF in a struct of depth 0, 1, … (heartbeat-wire 2.3). */
const STRUCT_LF: readonly string[] = [
  20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 15, 16, 17, 18,
].map((code) => String.fromCharCode(code));

/** The whole message with its first and last line, as a byte string. */
export function encodeClassic(message: Message): string {
  return `>>>\n${encodeLines(message.fields)}<<<\n`;
}

/** The fields alone, one line each: what the inner signature covers. */
export function encodeLines(fields: readonly Field[], depth = 0): string {
  let lines = "";
  for (const field of fields) {
    const prefix = field.type === "string" ? "" : `(${digitOf(field.type)})`;
    lines += `${prefix}${field.name}=${encodeValue(field, depth)}\n`;
  }
  return lines;
}

/** How long these lines are. */
export function linesLength(fields: readonly Field[]): number {
  let length = 0;
  for (const field of fields) {
    const prefix = field.type === "string" ? 0 : "(n)".length;
    length += prefix + field.name.length + "=\n".length + valueLength(field);
  }
  return length;
}

function valueLength(field: Field): number {
  switch (field.type) {
    case "string":
      return field.value.length;
    case "list":
      return joinList(field.value).length;
    case "binary":
    case "compressed":
      return 4 * Math.ceil(field.value.length / 3);
    case "struct":
    case "compress":
      return ">>>\n<<<\n".length + linesLength(field.value.fields);
  }
}

function encodeValue(field: Field, depth: number): string {
  switch (field.type) {
    case "string":
      return field.value.includes("\n") ? field.value.replaceAll("\n", STRING_LF) : field.value;
    case "list":
      return joinList(field.value);
    case "binary":
    case "compressed":
      return bytesToBase64(field.value);
    case "struct":
    case "compress": {
      const inner = `>>>\n${encodeLines(field.value.fields, depth + 1)}<<<\n`;
      return inner.replaceAll("\n", STRUCT_LF[depth] ?? STRING_LF);
    }
  }
}

/** Reads one message: ">>>" on the first line, "<<<" on the last; undefined when it is not one. */
export function decodeClassic(text: string): Message | undefined {
  return decodeWithin(text.replaceAll("\r", "\n"), 0);
}

function decodeWithin(text: string, depth: number): Message | undefined {
  if (!text.startsWith(">>>\n")) return undefined;
  const fields: Field[] = [];
  let at = 4;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, end);
    at = end + 1;
    if (line === "<<<") return isBlank(text, at) ? { fields } : undefined;
    if (line === "") continue;
    const field = decodeLine(line, depth);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return undefined;
}

/** Only line ends, and perhaps one last NUL, may follow "<<<" (heartbeat-wire 2.4). */
function isBlank(text: string, at: number): boolean {
  for (let i = at; i < text.length; i++) {
    const last = i === text.length - 1;
    if (text[i] !== "\n" && !(last && text[i] === "\0")) return false;
  }
  return true;
}

function decodeLine(line: string, depth: number): Field | undefined {
  const typed = line[0] === "(" && line[2] === ")" ? typeOf(line.charCodeAt(1)) : undefined;
  const from = typed === undefined ? 0 : 3;
  const equals = line.indexOf("=", from);
  if (equals < 0) return undefined;
  const name = line.slice(from, equals);
  if (!isFieldName(name)) return undefined;
  return decodeValue({ name, type: typed ?? "string" }, line.slice(equals + 1), depth);
}

function decodeValue(
  { name, type }: { name: string; type: Field["type"] },
  raw: string,
  depth: number,
): Field | undefined {
  switch (type) {
    case "string":
      return raw.includes("\0") ? undefined : { name, type, value: lineFeeds(raw) };
    case "list": {
      const value = splitList(raw);
      return value && { name, type, value };
    }
    case "binary":
    case "compressed": {
      const value = base64ToBytes(raw);
      return value && { name, type, value };
    }
    case "struct":
    case "compress": {
      const symbol = STRUCT_LF[depth];
      if (symbol === undefined || depth >= NESTING_MAX) return undefined;
      const value = decodeWithin(raw.replaceAll(symbol, "\n"), depth + 1);
      return value && { name, type, value };
    }
  }
}

function lineFeeds(raw: string): string {
  return raw.replaceAll(STRING_LF, "\n");
}
