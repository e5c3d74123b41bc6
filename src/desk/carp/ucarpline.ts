// Log lines in ucarp's form, for those who read or grep them (carp.md 13). hb's own are in line.ts.

import type { Level } from "../../core/effect.ts";
import { syslogHead } from "../line.ts";
import type { Manner } from "../log.ts";

const words: Readonly<Record<Level, string>> = {
  error: "ERROR",
  warn: "WARNING",
  info: "INFO",
  debug: "DEBUG",
};

export interface UcarpLine {
  readonly at: Date;
  readonly level: Level;
  readonly text: string;
}

/** For the terminal: local time with microseconds, whose last three digits nobody here measures. */
export function ucarpLine({ at, level, text }: UcarpLine): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const micro = String(at.getMilliseconds()).padStart(3, "0");
  return `${date}T${time}.${micro}000: [${words[level]}] ${text}\n`;
}

/** Warnings and errors go to stderr, everything else to stdout. */
export function ucarpStream(level: Level): "stdout" | "stderr" {
  return level === "error" || level === "warn" ? "stderr" : "stdout";
}

/** For /dev/log; without `pid` as ucarp writes before it has read its options. */
export function ucarpPacket(line: UcarpLine, facility: string, pid?: number): string | undefined {
  const head = syslogHead(line, facility);
  if (head === undefined) return undefined;
  return `${head} ucarp${pid === undefined ? "" : `[${pid}]`}: [${words[line.level]}] ${line.text}`;
}

/** Topics of lines that ucarp has as well. */
const said = new Set(["carp", "state", "takeover", "reassert", "yield", "interface"]);

/** The whole log in ucarp's form. What ucarp knows nothing of is for those who ask for debug lines. */
export function ucarpManner(pid: number): Manner {
  return {
    terminal: ucarpLine,
    stream: ({ level }) => ucarpStream(level),
    syslog: (line, facility) => ucarpPacket(line, facility, pid),
    level: ({ topic, level }) => (said.has(topic) || level === "error" ? level : "debug"),
  };
}
