// How a message looks in a file and in syslog: ha_logd's own forms (logd.md, "Output").
//
// Everything is a byte string, for a message may be in any encoding. What ha_logd writes as it comes and hb does
// not are control characters: with them, anybody on the host could write lines in another program's name.

import { hostname } from "node:os";
import type { LogLine } from "../../wire/ipc/logline.ts";
import { clockOf, facilityNumber, monthDay, slashedStamp } from "../line.ts";

export interface MessageFormOptions {
  readonly syslogmsgfmt?: boolean;
  readonly syslogprefix?: string;
  readonly logfacility?: string;
}

const words = ["EMERG", "ALERT", "CRIT", "ERROR", "WARN", "notice", "info", "debug"] as const;

/** The line of a file, with its line feed. */
export function fileLine(line: LogLine, { syslogmsgfmt = true }: MessageFormOptions): string {
  const at = momentOf(line);
  const name = harmless(line.entity);
  return syslogmsgfmt
    ? `${monthDay(at)} ${clockOf(at)} ${hostname()} ${name}: [${line.pid}]: ${said(line)}\n`
    : `${name}[${line.pid}]: ${slashedStamp(at)} ${said(line)}\n`;
}

/** The packet for /dev/log, with the time of its sending; undefined: there is no such facility. */
export function syslogMessage(line: LogLine, options: MessageFormOptions): string | undefined {
  const facility = facilityNumber(options.logfacility ?? "");
  if (facility === undefined) return undefined;
  const now = new Date();
  const head = `<${facility * 8 + line.priority}>${monthDay(now)} ${clockOf(now)}`;
  const name = harmless(line.entity);
  const { syslogprefix: prefix } = options;
  const who = prefix === undefined ? `${name}: [${line.pid}]` : `${prefix}: ${name}[${line.pid}]`;
  return `${head} ${who}: ${said(line)}`;
}

function said({ saysPriority, priority, text }: LogLine): string {
  const bare = harmless(text.replace(/\n+$/, ""));
  return saysPriority ? `${words[priority]}: ${bare}` : bare;
}

/** Programs tell seconds; those of no date are not believed. */
function momentOf({ atS }: LogLine): Date {
  const told = new Date(atS * 1000);
  return atS === 0 || Number.isNaN(told.getTime()) ? new Date() : told;
}

/** Bytes in which no control character is left but the tab; those above 0x7f are two bytes in UTF-8. */
function harmless(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return bytes.replace(/[\x00-\x08\x0a-\x1f\x7f]|\xc2[\x80-\x9f]/g, "\xc2\xb7");
}
