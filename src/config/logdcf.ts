// logd.cf, the file of ha_logd: with `use_logd on` it says where the log goes, and ha.cf's logfile, debugfile and
// logfacility count no longer (ha.cf(5) of 3.0.6). hb writes there itself: its log waits for nobody, which is what that
// daemon was for. What is wrong in this file keeps no agent from starting.

import { facilities } from "./directive/process.ts";
import type { HaConf } from "./haconf.ts";
import { lex } from "./lexer.ts";
import type { Problem } from "./problem.ts";
import { Report, type Word } from "./report.ts";
import { quote, readBoolean } from "./unit.ts";

type Places = Partial<Pick<HaConf, "logfile" | "debugfile" | "logfacility" | "syslogmsgfmt">>;
type Draft = { -readonly [Key in keyof Places]: Places[Key] };

/** What ha_logd knows besides: how it queues, and what its own lines are called. */
const others = new Set(["entity", "sendqlen", "recvqlen", "syslogprefix"]);
/** ha_logd's own: it writes to syslog unless it is told not to. */
const usualFacility = "daemon";

export interface LogdCf {
  readonly places: Places;
  readonly problems: readonly Problem[];
}

export function parseLogdCf(text: string, file: string): LogdCf {
  const report = new Report(file);
  const draft: Draft = { logfacility: usualFacility };
  for (const { name, words } of lex(text, report)) read(name, words[0], draft, report);
  if (draft.logfacility === "none") delete draft.logfacility;
  // An unreadable line is no error here.
  const problems = report.problems.map((each): Problem => ({ ...each, level: "warning" }));
  return { places: draft, problems };
}

function read(name: Word, value: Word | undefined, draft: Draft, report: Report): void {
  const directive = name.text.toLowerCase();
  if (others.has(directive)) return;
  if (value === undefined) {
    report.warning(name, `${quote(name.text)} misses its value`);
    return;
  }
  const { text } = value;
  switch (directive) {
    case "logfile":
    case "debugfile":
      if (text.startsWith("/")) draft[directive] = text;
      else report.warning(value, `${quote(text)} is no absolute path: nothing is written there`);
      break;
    case "logfacility":
      if (text === "none" || facilities.has(text)) draft.logfacility = text;
      else report.warning(value, `${quote(text)} is no facility of syslog`, 'Usual: "daemon"');
      break;
    case "syslogmsgfmt": {
      const result = readBoolean(text);
      if (result.ok) draft.syslogmsgfmt = result.value;
      else report.warning(value, `${quote(text)} must be "on" or "off"`);
      break;
    }
    default:
      report.warning(
        name,
        `Unknown directive ${quote(name.text)}`,
        "ha_logd does not start with it",
      );
  }
}

/** The configuration with the places of logd.cf in place of its own. */
export function withLogd(conf: HaConf, places: Places): HaConf {
  const { logfile: _, debugfile: __, logfacility: ___, ...rest } = conf;
  return { ...rest, ...places };
}
