// One event, one line: what a log line is and how it looks in each place that it goes to.
// Not where it goes: that is log.ts.

import { hostname } from "node:os";
import type { Fields, Level } from "../core/effect.ts";

export interface Line {
  readonly at: Date;
  readonly level: Level;
  /** What it is about in a word or two that grep finds; empty when there is none. */
  readonly topic: string;
  readonly text: string;
  /** The same for programs, where it is more than a line. */
  readonly fields?: Fields;
}

/** syslog severities, as systemd's "<N>" prefix and RFC 3164 count them. */
export const severityOf: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** Heartbeat's words for the levels, which log watchers look for (heartbeat-config 8). */
export const heartbeatWord = {
  error: "ERROR",
  warn: "WARN",
  info: "info",
  debug: "debug",
} as const satisfies Readonly<Record<Level, string>>;

const colourOf: Readonly<Record<Level, string>> = {
  error: "\x1b[31m",
  warn: "\x1b[33m",
  info: "",
  debug: "\x1b[2m",
};

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const two = (value: number) => String(value).padStart(2, "0");

export function clockOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `Nov  3`. */
export function monthDay(at: Date): string {
  return `${months[at.getMonth()]} ${String(at.getDate()).padStart(2)}`;
}

/** Local time with milliseconds. */
export function stampOf(at: Date): string {
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${clockOf(at)}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** `2026/11/20_09:50:24`. */
export function slashedStamp(at: Date): string {
  return `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}_${clockOf(at)}`;
}

/** Control characters, those above 0x7f too, would let a script's output forge lines or paint the terminal. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === "\t" ? " " : "·"));
}

/** What it says, behind what it is about. */
export function withTopic({ topic, text }: Line): string {
  return plain(topic === "" ? text : `${topic}: ${text}`);
}

/** For a person at a terminal or a file: local time with milliseconds, level, topic, text. */
export function humanLine(line: Line, colour: boolean): string {
  const { at, level, topic, text } = line;
  const time = stampOf(at);
  const words = `${level.padEnd(5)} ${topic === "" ? "-" : topic.replace(/ /g, "-")}`;
  const whole = `${time} ${plain(words).padEnd(18)} ${plain(text)}`;
  const paint = colour ? colourOf[level] : "";
  return paint === "" ? `${whole}\n` : `${paint}${whole}\x1b[0m\n`;
}

/** For the journal: it adds time and process by itself. */
export function journalLine(line: Line): string {
  return `<${severityOf[line.level]}>${withTopic(line)}\n`;
}

/** For logfile and debugfile, as Heartbeat's programs write them (`syslogmsgfmt on`). */
export function heartbeatLine(line: Line, program = "hb"): string {
  const { at, level } = line;
  const stamp = `${monthDay(at)} ${clockOf(at)} ${hostname()}`;
  return `${stamp} ${program}: [${process.pid}]: ${heartbeatWord[level]}: ${withTopic(line)}\n`;
}

// The facilities of RFC 3164 by number; 12 to 15 have no name that everybody knows.
const facilities = [
  ..."kern user mail daemon auth syslog lpr news uucp cron authpriv ftp".split(" "),
  ..."- - - - local0 local1 local2 local3 local4 local5 local6 local7".split(" "),
];

/** For /dev/log (RFC 3164); undefined when there is no such facility. */
export function syslogPacket(line: Line, facility: string, program = "hb"): string | undefined {
  const head = syslogHead(line, facility);
  if (head === undefined) return undefined;
  return `${head} ${program}[${process.pid}]: ${heartbeatWord[line.level]}: ${withTopic(line)}`;
}

/** Priority and time of such a packet; the program's name comes behind it. */
export function syslogHead(
  { at, level }: Pick<Line, "at" | "level">,
  facility: string,
): string | undefined {
  const number = facilityNumber(facility);
  if (number === undefined) return undefined;
  const stamp = `${monthDay(at)} ${clockOf(at)}`;
  return `<${number * 8 + severityOf[level]}>${stamp}`;
}

/** Its number; undefined when there is no such facility. */
export function facilityNumber(facility: string): number | undefined {
  const number = facilities.indexOf(facility);
  return number === -1 || facility === "-" ? undefined : number;
}
