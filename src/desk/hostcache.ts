// hostcache and delhostcache: nodes that were learned or deleted while running, one line each
// (heartbeat-wire 12.2): name TAB uuid TAB weight TAB site LF.

import type { HostcacheEntry } from "../core/boot.ts";
import { readTextIfThere, replaceFile } from "./disk.ts";
import { dashed } from "./uuid.ts";

/** The file's text for these entries. */
export function formatHostcache(entries: readonly HostcacheEntry[]): string {
  return entries
    .map(({ name, uuid, weight, site }) => `${name}\t${dashed(uuid)}\t${weight}\t${site}\n`)
    .join("");
}

/** As many digits as a number has without an exponent when it is written again. */
const weightPattern = /^[0-9]{1,15}$/;

/** The entries of a file; undefined when a line is not an entry. */
export function parseHostcache(text: string): HostcacheEntry[] | undefined {
  const entries: HostcacheEntry[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const [name = "", uuid = "", weight = "100", site = ""] = line.split("\t");
    const digits = uuid.replaceAll("-", "").toLowerCase();
    const good = /^[0-9a-f]{32}$/.test(digits) && weightPattern.test(weight);
    if (name === "" || !good) return undefined;
    entries.push({ name: name.toLowerCase(), uuid: digits, weight: Number(weight), site });
  }
  return entries;
}

/** Reads one of the two files. A malformed one counts as empty: `complain` is called, nothing is
 *  lost. */
export function readHostcache(path: string, complain: (text: string) => void): HostcacheEntry[] {
  const text = readTextIfThere(path);
  if (text === undefined) return [];
  const entries = parseHostcache(text);
  if (entries === undefined) complain(`Cannot understand ${path}: it is ignored`);
  return entries ?? [];
}

/** Replaces the file whole; a byte string stays the bytes it is. */
export function writeHostcache(path: string, entries: readonly HostcacheEntry[]): void {
  replaceFile(path, Buffer.from(formatHostcache(entries), "latin1"));
}
