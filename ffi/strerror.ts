// The C library's own words for an errno, which programs of old put into their messages.
// hb's words are in error.ts.

import { constants } from "node:os";
import { c } from "./libc.ts";

/** "No such file or directory" for 2. */
export function strerror(errno: number): string {
  return String(c.strerror(errno));
}

/** The same for whatever a function of the runtime threw. */
export function strerrorOf(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const number = Object.entries(constants.errno).find(([name]) => name === code)?.[1];
  if (number !== undefined) return strerror(number);
  return thrown instanceof Error ? thrown.message : String(thrown);
}
