// The type digit of a field, the same in both forms (heartbeat-wire 2.1).

import type { Field } from "./message.ts";

const TYPES = ["string", "binary", "struct", "list", "compressed", "compress"] as const;

/** Structs may be nested this deep, in both forms (heartbeat-wire 2.3). */
export const NESTING_MAX = 16;

/** The digit that stands for a type. */
export function digitOf(type: Field["type"]): string {
  return String(TYPES.indexOf(type));
}

/** The type that a character code stands for; undefined when it is not a digit from 0 to 5. */
export function typeOf(code: number): Field["type"] | undefined {
  return TYPES[code - 0x30];
}

/** True for a name that a field may have: not empty, without "=", LF and NUL. */
export function isFieldName(name: string): boolean {
  return name !== "" && !name.includes("=") && !name.includes("\n") && !name.includes("\0");
}

/** A list as both forms write it: each element as LEN:element and a comma. */
export function joinList(elements: readonly string[]): string {
  return elements.map((element) => `${element.length}:${element},`).join("");
}

/** The elements of a list as both forms write it; undefined when it is not one. */
export function splitList(text: string): string[] | undefined {
  const elements: string[] = [];
  let at = 0;
  while (at < text.length) {
    const colon = text.indexOf(":", at);
    if (colon < 0 || colon - at > 7) return undefined;
    const digits = text.slice(at, colon);
    if (!/^[0-9]+$/.test(digits)) return undefined;
    const end = colon + 1 + Number(digits);
    if (text[end] !== ",") return undefined;
    elements.push(text.slice(colon + 1, end));
    at = end + 1;
  }
  return elements;
}
