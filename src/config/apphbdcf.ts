// apphbd.cf, the file of the application-heartbeat server (apphbd(8) of 3.0.6 and its sample).

import { lex } from "./lexer.ts";
import type { Problem } from "./problem.ts";
import { Report, type Word } from "./report.ts";
import { quote, type Read, readBoolean, readInteger } from "./unit.ts";

export interface ApphbdConf {
  /** 0: no debug lines. */
  readonly debugLevel: number;
  readonly debugfile?: string;
  readonly logfile?: string;
  readonly watchdogDevice?: string;
  readonly watchdogIntervalMs: number;
  readonly realtime: boolean;
}

export interface ApphbdCf {
  readonly conf: ApphbdConf;
  readonly problems: readonly Problem[];
}

type Draft = { -readonly [Key in keyof ApphbdConf]: ApphbdConf[Key] };

/** What counts without a file. Of 3.0.6's `debug_level 3` nobody is reminded: it is for its programmers. */
export const usualApphbd: ApphbdConf = { debugLevel: 0, watchdogIntervalMs: 1_000, realtime: true };

const known = [
  ..."debug_level debugfile logfile watchdog_device watchdog_interval_ms notify_plugin".split(" "),
  "realtime",
];

export function parseApphbdCf(text: string, file: string): ApphbdCf {
  const report = new Report(file);
  const draft: Draft = { ...usualApphbd };
  for (const { name, words } of lex(text, report)) {
    const [value, spare] = words;
    if (!known.includes(name.text)) {
      report.error(name, `Unknown directive ${quote(name.text)}`, `Known: ${known.join(", ")}`);
    } else if (value === undefined) {
      report.error(name, `${quote(name.text)} misses its value`);
    } else if (spare !== undefined) {
      report.error(spare, `${quote(name.text)} takes one value`);
    } else {
      read(name, value, draft, report);
    }
  }
  return { conf: draft, problems: report.problems };
}

function read(name: Word, value: Word, draft: Draft, report: Report): void {
  const take = <Value>(result: Read<Value>, set: (value: Value) => void) => {
    if (result.ok) set(result.value);
    else
      report.error(value, `"${name.text}" must be ${result.want}: ${result.reason}`, result.hint);
  };
  const takePath = (set: (path: string) => void) => {
    if (value.text.startsWith("/")) set(value.text);
    else report.error(value, `"${name.text}" must be an absolute path`);
  };
  switch (name.text) {
    case "debug_level":
      take(readInteger(value.text, 0, 255), (level) => (draft.debugLevel = level));
      break;
    case "debugfile":
      takePath((path) => (draft.debugfile = path));
      break;
    case "logfile":
      takePath((path) => (draft.logfile = path));
      break;
    case "watchdog_device":
      takePath((path) => (draft.watchdogDevice = path));
      break;
    case "watchdog_interval_ms":
      take(readInteger(value.text, 1, 3_600_000), (ms) => (draft.watchdogIntervalMs = ms));
      break;
    case "realtime":
      take(readBoolean(value.text), (on) => (draft.realtime = on));
      break;
    default:
      report.error(
        value,
        `hb loads no plugins: ${quote(value.text)} would hear of nothing`,
        "Remove the line; each event is in the log",
      );
  }
}
