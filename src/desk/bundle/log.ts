// The last lines of a log, those that hb itself wrote. What scripts print may be anything, also a
// password that nobody could know of: it is left out, and counted.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const tailBytes = 256 * 1024;

/** Heads of hb's lines: in files, in syslog, on a terminal, in the journal (desk/line.ts, desk/logform.ts). */
const heads: readonly RegExp[] = [
  /^(?:\w{3} [ \d]\d \d{2}:\d{2}:\d{2} \S+ |[\d/_:]+ )?(?:hb|heartbeat)(?:\[\d+\])?: (?:\[\d+\][:] )?\w+: /,
  /^heartbeat\[\d+\]: [\d/_:]+ \w+: /,
  /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3} (?=\w)/,
];

/** The words of others, by the topic of the line that quotes them. */
const quoting: readonly string[] = ["output", "notify", "track", "ppp"];

/** Hb's own lines of a text; the rest is counted. */
export function ownLines(text: string): string {
  const lines = text.split("\n").filter((line) => line !== "");
  const own = lines.filter(isOwn);
  const left = lines.length - own.length;
  if (left > 0) own.push(`(${left} lines of scripts and other programs are left out)`);
  return own.map((line) => `${line}\n`).join("");
}

function isOwn(line: string): boolean {
  if (line.startsWith("{")) return isOwnJson(line);
  const head = heads.find((each) => each.test(line));
  if (head === undefined) return false;
  const rest = line.replace(head, "");
  // Behind the head of a terminal stand level and topic, elsewhere "topic: ".
  return !quoting.some((topic) => new RegExp(`^(?:\\w+ +${topic} |${topic}: )`).test(rest));
}

function isOwnJson(line: string): boolean {
  try {
    const { kind, topic = kind } = JSON.parse(line);
    return typeof topic === "string" && !quoting.includes(topic);
  } catch {
    return false;
  }
}

/** The last bytes of a file as whole lines, one character each; empty when it cannot be read. */
export function tailOf(path: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    const { size } = fstatSync(fd);
    const from = Math.max(0, size - tailBytes);
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    const got = readSync(fd, bytes, 0, bytes.length, from);
    const text = bytes.toString("latin1", 0, got);
    return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
