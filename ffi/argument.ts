// The arguments and the environment of this process as others see them in ps and /proc: a password
// that was given there is overwritten in place. Who looked before that has seen it.

import { type Pointer, toArrayBuffer } from "bun:ffi";
import { readFileSync } from "node:fs";
import { statFields } from "./procstat.ts";

/** Fields of /proc/PID/stat behind the program's name, counted from "state" as 0 (proc(5), 48 to 51). */
const places = { argument: [45, 46], environment: [47, 48] } as const;

const cross = 0x78;

/** Overwrites a text where it is an argument or the end of an option; false when that is not possible
 *  here. Its length stays visible. */
export function concealArgument(text: string): boolean {
  return conceal("argument", text, (word) => word === text || /^-/.test(word));
}

/** Overwrites the value of a variable in the environment that this process was started with. */
export function concealVariable(name: string, text: string): boolean {
  return conceal("environment", text, (word) => word === `${name}=${text}`);
}

function conceal(
  where: keyof typeof places,
  text: string,
  meant: (word: string) => boolean,
): boolean {
  const tail = Buffer.from(text);
  if (tail.length === 0) return true;
  try {
    const bytes = memoryOf(where);
    if (bytes === undefined) return false;
    for (let start = 0; start < bytes.length; ) {
      const nul = bytes.indexOf(0, start);
      const end = nul === -1 ? bytes.length : nul;
      const from = end - tail.length;
      const ends = from >= start && bytes.subarray(from, end).equals(tail);
      if (ends && meant(bytes.toString("utf8", start, end))) bytes.fill(cross, from, end);
      start = end + 1;
    }
    return true;
  } catch {
    return false;
  }
}

/** The very bytes that /proc/self/cmdline or environ shows. */
function memoryOf(where: keyof typeof places): Buffer | undefined {
  const fields = statFields("self") ?? [];
  const [first, last] = places[where];
  const start = Number(fields[first]);
  const length = Number(fields[last]) - start;
  // A kernel that hides the addresses of processes shows zeros.
  if (!(start > 0 && length > 0)) return undefined;
  const shown = where === "argument" ? "/proc/self/cmdline" : "/proc/self/environ";
  const bytes = Buffer.from(toArrayBuffer(start as Pointer, 0, length));
  return bytes.equals(readFileSync(shown).subarray(0, length)) ? bytes : undefined;
}
