// logd.cf, the file of ha_logd and of `hb logd`: where the log goes, how its lines look, how many of them may wait.
//
// With `use_logd on` it counts for the agent too, which writes there itself while no such daemon can be reached;
// ha.cf's logfile, debugfile and logfacility count no longer then (ha.cf(5) of 3.0.6).

import { facilities } from "./directive/process.ts";
import type { HaConf } from "./haconf.ts";
import { lex } from "./lexer.ts";
import type { Problem } from "./problem.ts";
import { Report, type Word } from "./report.ts";
import { quote, readBoolean } from "./unit.ts";

type Places = Partial<Pick<HaConf, "logfile" | "debugfile" | "logfacility" | "syslogmsgfmt">>;

export interface LogdConf {
  readonly logfile?: string;
  readonly debugfile?: string;
  /** Permissions of a file that is made. */
  readonly logmode: number;
  /** Absent: nothing goes to syslog. */
  readonly logfacility?: string;
  /** What the daemon's own lines are called. */
  readonly entity: string;
  /** Stands before every line in syslog. */
  readonly syslogprefix?: string;
  readonly syslogmsgfmt?: boolean;
  /** Messages that may wait for one place. */
  readonly sendqlen: number;
  /** Of these, messages of one program. */
  readonly recvqlen: number;
  /** The same for the programs that have a number of their own. */
  readonly recvqlenOf: ReadonlyMap<string, number>;
}

type Draft = { -readonly [Key in keyof LogdConf]: LogdConf[Key] } & {
  readonly recvqlenOf: Map<string, number>;
};

export interface LogdCf {
  readonly conf: LogdConf;
  /** What of it the agent's own log needs. */
  readonly places: Places;
  /** Errors are those that ha_logd does not start with. */
  readonly problems: readonly Problem[];
}

/** Directives of ha.cf that name a place for the log. */
export const logPlaces = ["logfile", "debugfile", "logfacility"] as const;

/** ha_logd's own: it writes to syslog unless it is told not to. */
const usualFacility = "daemon";
/** What logd.cf of cluster-glue shows as its default. */
const usualLength = 256;
const longest = 1_000_000;

export function parseLogdCf(text: string, file: string): LogdCf {
  const report = new Report(file);
  const draft: Draft = {
    logmode: 0o644,
    logfacility: usualFacility,
    entity: "logd",
    sendqlen: usualLength,
    recvqlen: usualLength,
    recvqlenOf: new Map(),
  };
  for (const { name, words } of lex(text, report)) read(name, words, draft, report);
  if (draft.logfacility === "none") delete draft.logfacility;
  return { conf: draft, places: placesOf(draft), problems: report.problems };
}

function placesOf({ logfile, debugfile, logfacility, syslogmsgfmt }: LogdConf): Places {
  return {
    ...(logfile !== undefined && { logfile }),
    ...(debugfile !== undefined && { debugfile }),
    ...(logfacility !== undefined && { logfacility }),
    ...(syslogmsgfmt !== undefined && { syslogmsgfmt }),
  };
}

function read(name: Word, words: readonly Word[], draft: Draft, report: Report): void {
  const directive = name.text.toLowerCase();
  const [value, ...more] = words;
  if (value === undefined) {
    report.error(name, `${quote(name.text)} misses its value`);
    return;
  }
  const { text } = value;
  switch (directive) {
    case "logfile":
    case "debugfile":
      if (text.startsWith("/")) draft[directive] = text;
      else report.error(value, `${quote(text)} is no absolute path: nothing is written there`);
      break;
    case "logmode":
      if (/^[0-7]{3,4}$/.test(text)) draft.logmode = Number.parseInt(text, 8);
      else report.error(value, `${quote(text)} is no octal mode of a file`, "Usual: 0644");
      break;
    case "logfacility":
      if (text === "none" || facilities.has(text)) draft.logfacility = text;
      else report.error(value, `${quote(text)} is no facility of syslog`, 'Usual: "daemon"');
      break;
    case "syslogmsgfmt": {
      const result = readBoolean(text);
      if (result.ok) draft.syslogmsgfmt = result.value;
      else report.error(value, `${quote(text)} must be "on" or "off"`);
      break;
    }
    case "entity":
    case "syslogprefix":
      draft[directive] = text;
      break;
    case "sendqlen":
    case "recvqlen":
      readLength(directive, value, more, draft, report);
      break;
    case "useapphbd":
      report.warning(name, `${quote(name.text)} is not used: nothing watches the log daemon`);
      break;
    default:
      report.error(name, `Unknown directive ${quote(name.text)}`, "ha_logd does not start with it");
  }
}

function readLength(
  directive: "sendqlen" | "recvqlen",
  value: Word,
  programs: readonly Word[],
  draft: Draft,
  report: Report,
): void {
  const length = /^[0-9]{1,7}$/.test(value.text) ? Number(value.text) : 0;
  if (length < 1 || length > longest) {
    const message = `${quote(directive)} must be a number of messages from 1 to ${longest}`;
    report.error(value, `${message}: ${quote(value.text)} is none`);
  } else if (programs.length === 0) {
    draft[directive] = length;
  } else if (directive === "recvqlen") {
    for (const { text } of programs) draft.recvqlenOf.set(text, length);
  } else {
    report.error(programs[0], '"sendqlen" counts for all programs', "Name them behind recvqlen");
  }
}

/** The configuration with the places of logd.cf in place of its own. */
export function withLogd(conf: HaConf, places: Places): HaConf {
  const { logfile: _, debugfile: __, logfacility: ___, ...rest } = conf;
  return { ...rest, ...places };
}
