// The forms of `log_format`: how one event looks on a terminal, in the journal, in a file and in syslog.
//
// text is hb's own; json is one object a line, for programs that collect logs; classic is that of
// Heartbeat 3.0.6, by its name and in its words, for whoever watched its log (heartbeat-config 8).

import { hostname } from "node:os";
import { ClassicVoice, type ClassicWord } from "./classicword.ts";
import {
  clockOf,
  heartbeatLine,
  humanLine,
  journalLine,
  type Line,
  monthDay,
  plain,
  severityOf,
  slashedStamp,
  syslogHead,
  syslogPacket,
  withTopic,
} from "./line.ts";

export interface LogForm {
  terminal(line: Line, colour: boolean): string;
  /** stderr of a service: the journal adds time and process, and reads the priority. */
  journal(line: Line): string;
  /** logfile and debugfile. */
  file(line: Line): string;
  /** Packets for /dev/log; none for an unknown facility. */
  syslog(line: Line, facility: string): readonly string[];
  /** What a log daemon is told. */
  said(line: Line): readonly Said[];
}

/** A message to a log daemon, without who says it and when. */
export interface Said {
  /** The name that a reader of the log finds it by. */
  readonly entity: string;
  /** Of syslog. */
  readonly priority: number;
  /** Whether its word stands before the text. */
  readonly saysPriority: boolean;
  readonly text: string;
}

export type LogFormat = "text" | "json" | "classic";

export interface LogFormOptions {
  readonly logFormat: LogFormat;
  /** 3.0.6's choice between two heads of its lines in files. */
  readonly syslogmsgfmt: boolean;
}

export function logForm({ logFormat, syslogmsgfmt }: LogFormOptions): LogForm {
  switch (logFormat) {
    case "text":
      return text;
    case "json":
      return json;
    case "classic":
      return classic(syslogmsgfmt);
  }
}

const text: LogForm = {
  terminal: humanLine,
  journal: journalLine,
  file: (line) => heartbeatLine(line),
  syslog: (line, facility) => packets(syslogPacket(line, facility)),
  said: (line) => [said("hb", severityOf[line.level], withTopic(line))],
};

const json: LogForm = {
  terminal: (line) => `${jsonOf(line)}\n`,
  journal: (line) => `<${severityOf[line.level]}>${jsonOf(line)}\n`,
  file: (line) => `${jsonOf(line)}\n`,
  syslog(line, facility) {
    const head = syslogHead(line, facility);
    return packets(head === undefined ? undefined : `${head} hb[${process.pid}]: ${jsonOf(line)}`);
  },
  said: (line) => [{ ...said("hb", severityOf[line.level], jsonOf(line)), saysPriority: false }],
};

/** The keys of an event (docs/events.md), with the time as text. Control characters that JSON allows could
 *  still paint a terminal. */
function jsonOf({ at, level, topic, text: sentence, fields }: Line): string {
  const kind = topic === "" ? "log" : topic.replace(/ /g, "-");
  const value = { time: at.toISOString(), level, kind, text: sentence, ...fields };
  return JSON.stringify(value).replace(/[\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function classic(syslogmsgfmt: boolean): LogForm {
  const { pid } = process;
  const voice = new ClassicVoice(hostname());
  const each = (line: Line, form: (word: ClassicWord) => string): string => {
    return voice
      .words(line)
      .map((word) => `${form({ ...word, text: plain(word.text) })}\n`)
      .join("");
  };
  const file = (line: Line) => {
    const { at } = line;
    const host = hostname();
    return each(line, ({ level, text: sentence }) => {
      return syslogmsgfmt
        ? `${monthDay(at)} ${clockOf(at)} ${host} heartbeat: [${pid}]: ${level}: ${sentence}`
        : `heartbeat[${pid}]: ${slashedStamp(at)} ${level}: ${sentence}`;
    });
  };
  return {
    terminal: file,
    journal: (line) => {
      const priority = severityOf[line.level];
      return each(line, ({ level, text: sentence }) => `<${priority}>${level}: ${sentence}`);
    },
    file,
    syslog(line, facility) {
      const head = syslogHead(line, facility);
      if (head === undefined) return [];
      return voice.words(line).map(({ level, text: sentence }) => {
        return `${head} heartbeat: [${pid}]: ${level}: ${plain(sentence)}`;
      });
    },
    said: (line) => {
      return voice.words(line).map(({ level, text: sentence }) => {
        return said("heartbeat", classicSeverity[level], plain(sentence));
      });
    },
  };
}

const classicSeverity: Readonly<Record<ClassicWord["level"], number>> = {
  CRIT: 2,
  ERROR: severityOf.error,
  WARN: severityOf.warn,
  info: severityOf.info,
  debug: severityOf.debug,
};

function said(entity: string, priority: number, sentence: string): Said {
  return { entity, priority, saysPriority: true, text: sentence };
}

function packets(packet: string | undefined): readonly string[] {
  return packet === undefined ? [] : [packet];
}
