// Reads ha.cf: text in, configuration with defaults and problems out (heartbeat-config 1 and 2).
// Every line is read, whatever is wrong with those above. What one directive means stands in
// directive/; what directives mean together is asked in check.ts.

import { carpDirectives } from "./directive/carp.ts";
import { clientDirectives } from "./directive/client.ts";
import type { Directive, Directives, Reader } from "./directive/directive.ts";
import { mediumDirectives } from "./directive/medium.ts";
import { memberDirectives } from "./directive/member.ts";
import { notifyDirectives } from "./directive/notify.ts";
import { pppDirectives } from "./directive/ppp.ts";
import { processDirectives } from "./directive/process.ts";
import { resourceDirectives } from "./directive/resource.ts";
import { serialDirectives } from "./directive/serial.ts";
import { statusPageDirectives } from "./directive/statuspage.ts";
import { complete, type Draft, type HaConf } from "./haconf.ts";
import { type Line, lex, splitCommas } from "./lexer.ts";
import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import { Report, type Word } from "./report.ts";
import { quote } from "./unit.ts";

/** Every directive that hb knows, by name. */
export const directives: Directives = {
  ...memberDirectives,
  ...mediumDirectives,
  ...serialDirectives,
  ...pppDirectives,
  ...resourceDirectives,
  ...carpDirectives,
  ...clientDirectives,
  ...processDirectives,
  ...notifyDirectives,
  ...statusPageDirectives,
};

/** Those that Heartbeat does not have. */
const own: ReadonlySet<string> = new Set([
  ...Object.keys({ ...carpDirectives, ...notifyDirectives, ...statusPageDirectives }),
  "ppp",
  "serial_flow",
  "serial_ring",
  "resource_timeout",
  "on_stop_failure",
  "announce_interval",
  "child_timeout",
  "membership",
  "quorum_policy",
  "address_lease",
  "address_method",
  "log_format",
]);

/** Directives of other builds of Heartbeat, with media that hb does not have. */
const foreign = new Set(["hbaping", "rds", "tipc"]);

/** Names that stand for the same setting: given once, they are both given. */
const sameAs: Readonly<Record<string, string>> = { crm: "pacemaker" };

export interface HaCf {
  readonly conf: HaConf;
  readonly problems: readonly Problem[];
  /** The values that count, by directive: where a later check points. Absent: not in the file. */
  readonly spots: ReadonlyMap<string, readonly Word[]>;
}

/** Reads a whole file. `defaultPort` is the service ha-cluster of /etc/services, if it is there. */
export function parseHaCf(text: string, file: string, defaultPort?: number): HaCf {
  const report = new Report(file);
  const draft: Draft = {};
  const spots = new Map<string, Word[]>();
  for (const line of lex(text, report)) readLine(line, { draft, report }, spots);
  if (draft.logfacility === "none") delete draft.logfacility;
  draft.written = Object.fromEntries(
    [...spots].map(([name, words]) => [name, words.at(-1)?.text ?? ""]),
  );
  draft.listed = ["node", "ping", "ping6", "ping_group"]
    .flatMap((name) => spots.get(name) ?? [])
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ text }) => text.toLowerCase());
  return { conf: complete(draft, defaultPort), problems: report.problems, spots };
}

function readLine(line: Line, reader: Reader, spots: Map<string, Word[]>): void {
  const { name } = line;
  const directive = Object.hasOwn(directives, name.text) ? directives[name.text] : undefined;
  if (directive === undefined) {
    sayUnknown(name, reader.report);
    return;
  }
  const values = directive.shape === "list" ? line.words.flatMap(splitCommas) : line.words;
  if (values.length === 0) {
    const hint = own.has(name.text)
      ? 'Write it, or leave the line out: "hb show man ha.cf"'
      : "Heartbeat ignores such a line";
    reader.report.error(name, `"${name.text}" misses its value`, hint);
    return;
  }
  const key = sameAs[name.text] ?? name.text;
  const words = spots.get(key) ?? [];
  const before = words.at(-1);
  // Of a line that is one argument, its first word stands for the whole.
  words.push(...(directive.shape === "list" ? values : values.slice(0, 1)));
  spots.set(key, words);
  apply(directive, line, values, before, reader);
}

function apply(
  directive: Directive,
  { name }: Line,
  values: readonly Word[],
  earlier: Word | undefined,
  reader: Reader,
): void {
  if (directive.shape === "line") {
    directive.set(name, values, reader);
    return;
  }
  let before = earlier;
  for (const value of values) {
    const spare = before?.line === value.line && directive.repeats !== undefined;
    if (before !== undefined && spare) saySpare(name, value, before, reader.report);
    else if (before !== undefined && directive.repeats === "never") {
      reader.report.error(value, `"${name.text}" is given twice: line ${before.line} has it`);
    } else {
      if (before !== undefined && directive.repeats === "replaces") {
        sayReplaced(name, value, before, reader.report);
      }
      directive.set(name, value, reader);
    }
    before = value;
  }
}

/** Heartbeat would let the last one count, or stop at a unit that stands alone: nobody means that. */
function saySpare(name: Word, value: Word, before: Word, report: Report): void {
  report.error(
    value,
    `"${name.text}" takes one value: ${quote(value.text)} stands after ${quote(before.text)}`,
    /^m?s/.test(value.text) ? `A time and its unit are one word: "500ms"` : undefined,
  );
}

function sayReplaced(name: Word, value: Word, before: Word, report: Report): void {
  if (value.text === before.text) return;
  const was = `line ${before.line} says ${quote(before.text)}`;
  report.warning(value, `"${name.text}" is given twice, the last one counts: ${was}`);
}

function sayUnknown(name: Word, report: Report): void {
  if (foreign.has(name.text)) {
    const message = `hb does not have the medium "${name.text}"`;
    report.error(name, message, "Media of hb: bcast, ucast, ucast6, mcast, mcast6");
    return;
  }
  const lower = name.text.toLowerCase();
  const meant = Object.hasOwn(directives, lower) ? lower : nearest(lower, Object.keys(directives));
  const hint = meant === undefined ? undefined : `Did you mean "${meant}"?`;
  report.error(name, `Unknown directive ${quote(name.text)}`, hint);
}
