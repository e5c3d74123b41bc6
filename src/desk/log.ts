// The one logger of the agent: consola's core with our own reporter, and queues behind it.
// Where lines go: stderr (or the journal), ha.cf's logfile and debugfile, syslog.
//
// Debug lines go to debugfile only, unless the level asks for them (heartbeat-config 8).

import { closeSync, existsSync, fstatSync, openSync } from "node:fs";
import { type ConsolaInstance, createConsola, type LogObject } from "consola/core";
import { AF_UNIX } from "../../ffi/layout.ts";
import { SOCK_DGRAM, sendTo, socket } from "../../ffi/socket.ts";
import { sockaddrUn } from "../../ffi/unix.ts";
import type { Fields, Level } from "../core/effect.ts";
import type { Line } from "./line.ts";
import { type LogForm, type LogFormOptions, logForm } from "./logform.ts";
import { descriptorWrite, Sink } from "./sink.ts";

export interface LogPlaces extends Partial<LogFormOptions> {
  readonly logfile?: string;
  readonly debugfile?: string;
  /** A syslog facility; absent: no syslog. */
  readonly logfacility?: string;
  /** Where the syslog daemon listens; absent: /dev/log. */
  readonly syslog?: string;
}

const devLog = "/dev/log";

/** consola's numbers for our levels. */
const numberOf: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 3, debug: 4 };

const usualForm: LogFormOptions = { logFormat: "text", syslogmsgfmt: true };

/** The ways of another program: how its lines look on the terminal and in syslog, and which of the two
 *  streams they take. Without it, the log has hb's own (logform.ts), on stderr. */
export interface Manner {
  terminal(line: Line, colour: boolean): string;
  stream(line: Line): "stdout" | "stderr";
  syslog(line: Line, facility: string): string | undefined;
  /** Absent: every line has the level that it was given. */
  level?(line: Line): Level;
}

interface OpenFile {
  readonly fd: number;
  readonly sink: Sink;
}

export class Log {
  readonly #consola: ConsolaInstance;
  readonly #level: Level;
  readonly #stderr: Sink;
  readonly #stdout = new Sink(descriptorWrite(1), gap);
  readonly #manner: Manner | undefined;
  readonly #journal = stderrIsJournal();
  readonly #colour = process.stderr.isTTY === true && process.env.NO_COLOR === undefined;
  readonly #listeners = new Set<(line: Line) => void>();
  #places: LogPlaces = {};
  #form: LogForm = logForm(usualForm);
  #logfile: OpenFile | undefined;
  #debugfile: OpenFile | undefined;
  #syslog: number | undefined;

  constructor(level: Level, stderr = new Sink(descriptorWrite(2), gap), manner?: Manner) {
    this.#level = level;
    this.#stderr = stderr;
    this.#manner = manner;
    // No throttling: each line is an event, and two of the same are two events.
    this.#consola = createConsola({
      level: numberOf.debug,
      throttle: 0,
      throttleMin: Number.POSITIVE_INFINITY,
      reporters: [{ log: (object) => this.#report(object) }],
    });
  }

  error(text: string, topic = ""): void {
    this.write("error", text, topic);
  }

  warn(text: string, topic = ""): void {
    this.write("warn", text, topic);
  }

  info(text: string, topic = ""): void {
    this.write("info", text, topic);
  }

  debug(text: string, topic = ""): void {
    this.write("debug", text, topic);
  }

  write(level: Level, text: string, topic = "", fields?: Fields): void {
    // consola takes an empty message for none at all.
    this.#consola[level]({ message: text === "" ? " " : text, tag: topic, fields });
  }

  /** Opens the files and the syslog that ha.cf names; again after a log rotation. */
  open(places: LogPlaces): void {
    this.close();
    this.#places = places;
    const { logfile, debugfile, logfacility } = places;
    this.#form = logForm({ ...usualForm, ...places });
    this.#logfile = this.#openFile(logfile);
    this.#debugfile = debugfile === logfile ? undefined : this.#openFile(debugfile);
    if (logfacility === undefined || !existsSync(places.syslog ?? devLog)) return;
    this.#syslog = socket(AF_UNIX, SOCK_DGRAM);
  }

  /** Closes what open() opened; stderr stays. */
  close(): void {
    for (const file of [this.#logfile, this.#debugfile]) if (file) closeLater(file);
    this.#logfile = undefined;
    this.#debugfile = undefined;
    if (this.#syslog !== undefined) closeSync(this.#syslog);
    this.#syslog = undefined;
  }

  /** Hears every line from "info" up, until the returned function is called. */
  listen(listener: (line: Line) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything is written, or after `limitMs`: before the process ends. */
  async drained(limitMs: number): Promise<void> {
    const sinks = [this.#stderr, this.#stdout, this.#logfile?.sink, this.#debugfile?.sink];
    await Promise.all(sinks.map((sink) => sink?.drained(limitMs)));
  }

  #report(object: LogObject) {
    const given: Line = {
      at: object.date,
      level: levelOf(object.type),
      topic: object.tag,
      text: String(object.args[0] ?? ""),
      ...(object.fields !== undefined && { fields: object.fields as Fields }),
    };
    const level = this.#manner?.level?.(given) ?? given.level;
    const line = { ...given, level };
    if (numberOf[level] <= numberOf[this.#level]) {
      const sink = this.#manner?.stream(line) === "stdout" ? this.#stdout : this.#stderr;
      sink.push(this.#terminalLine(line));
    }
    if (level !== "debug") {
      this.#logfile?.sink.push(this.#form.file(line));
      this.#toSyslog(line);
      for (const listener of this.#listeners) listener(line);
    }
    const debugsHere = level !== "debug" || numberOf[this.#level] >= numberOf.debug;
    if (debugsHere) this.#debugfile?.sink.push(this.#form.file(line));
  }

  #terminalLine(line: Line): string {
    if (this.#manner !== undefined) return this.#manner.terminal(line, this.#colour);
    return this.#journal ? this.#form.journal(line) : this.#form.terminal(line, this.#colour);
  }

  #syslogPackets(line: Line): readonly string[] {
    const facility = this.#places.logfacility ?? "";
    if (this.#manner === undefined) return this.#form.syslog(line, facility);
    const packet = this.#manner.syslog(line, facility);
    return packet === undefined ? [] : [packet];
  }

  #toSyslog(line: Line) {
    if (this.#syslog === undefined) return;
    const path = this.#places.syslog ?? devLog;
    try {
      for (const packet of this.#syslogPackets(line)) {
        sendTo(this.#syslog, Buffer.from(packet), sockaddrUn(path), path);
      }
    } catch {
      // The syslog daemon is away: the other places have the line.
    }
  }

  #openFile(path: string | undefined): OpenFile | undefined {
    if (path === undefined) return undefined;
    try {
      const fd = openSync(path, "a", 0o640);
      return { fd, sink: new Sink(descriptorWrite(fd), gap) };
    } catch (error) {
      this.warn(`Cannot open log file ${path}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }
}

/** The journal names its stream by device and inode, so that a redirected stderr is not mistaken
 *  for it. */
function stderrIsJournal(): boolean {
  const stream = process.env.JOURNAL_STREAM;
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(2);
  return stream === `${dev}:${ino}`;
}

function levelOf(type: string): Level {
  return type === "error" || type === "warn" || type === "debug" ? type : "info";
}

function gap(count: number): string {
  return `${count} log line${count === 1 ? "" : "s"} dropped: the reader is too slow\n`;
}

function closeLater(file: OpenFile) {
  file.sink.drained(5_000).then(() => closeSync(file.fd));
}
