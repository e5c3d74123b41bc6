// Reads authkeys: which keys there are and which one signs (heartbeat-config 3). The file is read as
// bytes, one character each, because a key is bytes. Problems never show a key.

import type { AuthKey, Keyring, Method } from "../wire/keyring.ts";
import { split } from "./lexer.ts";
import type { Problem } from "./problem.ts";
import { Report, type Spot, type Word } from "./report.ts";
import { readInteger } from "./unit.ts";

/** Facts about the file that only its reader knows. */
export interface FileFacts {
  /** Permission bits, as st_mode. */
  readonly mode: number;
  readonly uid: number;
  /** The user whose agent reads it; 0 for root. */
  readonly reader: number;
}

export interface AuthKeys {
  /** Absent when the file names no key to sign with. */
  readonly keyring?: Keyring;
  readonly problems: readonly Problem[];
}

const methods: readonly Method[] = ["crc", "md5", "sha1", "sha256"];
const numberMax = 15;

/** A shorter key is found by trying (8 characters: about 50 bits). */
const keyLengthMin = 8;

/** Reads a whole file. */
export function parseAuthkeys(text: string, file: string, facts?: FileFacts): AuthKeys {
  const report = new Report(file);
  if (facts !== undefined) checkSecrecy(facts, "keys", file, report);
  const keys = new Map<number, AuthKey>();
  const spots = new Map<number, Word>();
  /** Numbers whose entry is wrong: that is said once, where it stands. */
  const broken = new Set<number>();
  let chosen = false;
  let active: { readonly number: number; readonly word: Word } | undefined;

  for (const [index, raw] of text.split("\n").entries()) {
    const source = raw.replace(/\r$/, "");
    const words = split(source, { line: index + 1, column: 1, source: hidden(source) });
    const [first] = words;
    if (first === undefined || first.text.startsWith("#")) continue;
    if (first.text.startsWith("a")) {
      chosen = true;
      const word = numberOfAuth(words, report);
      const number = word && readNumber(word, report);
      if (word === undefined || number === undefined || number === active?.number) continue;
      if (active !== undefined) {
        report.warning(word, `"auth" is given twice, the last one counts`);
      }
      active = { number, word };
      if (keys.has(number)) sayTooLate(word, number, report);
      continue;
    }
    const number = readNumber(first, report);
    if (number === undefined) continue;
    const key = readEntry(number, words, report);
    if (key === undefined) {
      broken.add(number);
      continue;
    }
    if (keys.has(key.number)) {
      report.warning(first, `Key ${key.number} is given twice, the last one counts`);
    }
    keys.set(key.number, key);
    spots.set(key.number, first);
  }

  if (!chosen) sayNoAuth(report);
  const keyring = ringOf(keys, active, broken, report);
  if (keyring !== undefined) sayWeak(keyring, spots, report);
  return keyring === undefined || report.problems.some((problem) => problem.level === "error")
    ? { problems: report.problems }
    : { keyring, problems: report.problems };
}

/** Says who else could read or change the file in which a secret stands. */
export function checkSecrecy(
  { mode, uid, reader }: FileFacts,
  secret: string,
  file: string,
  report: Report,
): void {
  const octal = (mode & 0o777).toString(8).padStart(3, "0");
  if ((mode & 0o044) !== 0) {
    const message = `Others may read the ${secret}: mode is ${octal}, it must be 600`;
    report.error(undefined, message, `chmod 600 ${file}`);
  } else if ((mode & 0o022) !== 0) {
    const message = `Others may change the ${secret}: mode is ${octal}, it should be 600`;
    report.warning(undefined, message, `chmod 600 ${file}`);
  }
  if (uid === 0 || uid === reader) return;
  const owner = reader === 0 ? "root" : `root or user ${reader}`;
  const fix = `chown ${reader === 0 ? "root" : reader} ${file}`;
  report.error(undefined, `The owner must be ${owner}: it is user ${uid}`, fix);
}

/** The word with the number: "auth 1", or "auth1", which Heartbeat reads too. */
function numberOfAuth([first, second]: readonly Word[], report: Report): Word | undefined {
  if (first?.text === "auth") {
    if (second === undefined) {
      report.error(first, '"auth" misses the number of a key', "Write: auth 1");
    }
    return second;
  }
  if (first !== undefined && /^auth\d+$/.test(first.text)) {
    return { ...first, text: first.text.slice(4), column: first.column + 4 };
  }
  // What stands here may be a key by mistake, so it is not shown.
  report.error(first, 'A line must begin with "auth" or with the number of a key', "Write: auth 1");
  return undefined;
}

function readNumber(word: Word, report: Report): number | undefined {
  const number = readInteger(word.text, 0, numberMax);
  if (number.ok) return number.value;
  // What stands here may be a key by mistake, so it is not shown.
  report.error(word, `The number of a key must be ${number.want}`);
  return undefined;
}

function readEntry(
  number: number,
  [first, second, third, fourth]: readonly Word[],
  report: Report,
): AuthKey | undefined {
  const method = methods.find((each) => each === second?.text);
  if (second === undefined || method === undefined) {
    const known = methods.join(", ");
    report.error(second ?? first, `Key ${number} must have a method: ${known}`);
    return undefined;
  }
  if (method === "crc") {
    if (third !== undefined) report.error(third, 'The method "crc" has no key: remove this word');
    return { number, method, key: "" };
  }
  if (third === undefined) {
    const hint = `"hb keygen --method ${method}" makes one`;
    report.error(second, `The method "${method}" needs a key: none is there`, hint);
    return undefined;
  }
  if (fourth !== undefined) {
    report.warning(fourth, "Text after the key is not read: a key has no blanks");
  }
  return { number, method, key: third.text };
}

/** An order that only Heartbeat minds: a file that works with hb alone would be a trap. */
function sayTooLate(word: Word, number: number, report: Report): void {
  report.error(
    word,
    `"auth ${number}" must stand before key ${number}: Heartbeat does not find it below`,
    'Make "auth" the first line',
  );
}

function sayNoAuth(report: Report): void {
  const message = 'No key is chosen to sign with: "auth" is not there';
  const hint = 'Write "auth 1" as first line; "hb keygen" makes a whole file';
  report.error(undefined, message, hint);
}

function ringOf(
  keys: ReadonlyMap<number, AuthKey>,
  active: { readonly number: number; readonly word: Word } | undefined,
  broken: ReadonlySet<number>,
  report: Report,
): Keyring | undefined {
  if (active === undefined) return undefined;
  const { number, word } = active;
  if (!keys.has(number)) {
    if (!broken.has(number)) {
      report.error(word, `Key ${number} is chosen to sign with, but is not there`);
    }
    return undefined;
  }
  const sorted = [...keys.values()].toSorted((a, b) => a.number - b.number);
  return { active: active.number, keys: sorted };
}

function sayWeak(ring: Keyring, spots: ReadonlyMap<number, Spot>, report: Report): void {
  for (const key of ring.keys) {
    const spot = spots.get(key.number);
    if (key.method === "crc") {
      const message = "crc keeps nobody out: whoever reaches the network can move your services";
      report.warning(spot, message, 'Use sha1 unless the medium is a cable: "hb keygen"');
    } else if (key.key.length < keyLengthMin) {
      const have = `${key.key.length} characters`;
      report.warning(
        spot,
        `Key ${key.number} is short: ${have}, at least ${keyLengthMin} are safe`,
      );
    }
    if (key.method === "sha256") {
      const message = "Heartbeat 3.0.6 does not know sha256: every node must run hb";
      report.warning(spot, message, "Use sha1 in a cluster with Heartbeat nodes");
    }
  }
}

/** The line with everything after its second word covered, and words that are no number or method. */
function hidden(source: string): string {
  let seen = 0;
  return source.replace(/[^ \t\v\f]+/g, (word) => {
    seen++;
    const plain = /^(auth|\d{1,2}|crc|md5|sha1|sha256)$/.test(word);
    return seen <= 2 && plain ? word : "*".repeat(word.length);
  });
}
