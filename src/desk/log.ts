// The one logger of the agent: consola's core with our own reporter, and queues behind it.
// Where lines go: stderr (or the journal), ha.cf's logfile and debugfile, syslog.
//
// Debug lines go to debugfile only, unless the level asks for them (heartbeat-config 8).

import { closeSync, existsSync, fstatSync } from "node:fs";
import { type ConsolaInstance, createConsola, type LogObject } from "consola/core";
import { reasonOf } from "../../ffi/error.ts";
import { AF_UNIX } from "../../ffi/layout.ts";
import { SOCK_DGRAM, sendTo, socket } from "../../ffi/socket.ts";
import { sockaddrUn } from "../../ffi/unix.ts";
import type { Fields, Level } from "../core/effect.ts";
import type { LogLine } from "../wire/ipc/logline.ts";
import { byteString } from "./bytestring.ts";
import { facilityNumber, type Line } from "./line.ts";
import { LogdLink } from "./logd/link.ts";
import { type Heir, openedToAppend } from "./logfile.ts";
import { type LogForm, type LogFormOptions, logForm } from "./logform.ts";
import { descriptorWrite, Sink } from "./sink.ts";

export interface LogPlaces extends Partial<LogFormOptions> {
  readonly logfile?: string;
  readonly debugfile?: string;
  /** To whom these files are given; absent: they stay with who made them. */
  readonly heir?: Heir;
  /** A syslog facility; absent: no syslog. */
  readonly logfacility?: string;
  /** Where the syslog daemon listens; absent: /dev/log. */
  readonly syslog?: string;
  /** The log daemon that writes in their place while it can be reached; how often it is tried, at most. */
  readonly logd?: { readonly socket: string; readonly retryMs: number };
}

const devLog = "/dev/log";
/** What is closed has so long to take what waits for it. */
const closeMs = 5_000;

/** consola's numbers for our levels. */
const numberOf: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 3, debug: 4 };

const usualForm: LogFormOptions = { logFormat: "text", syslogmsgfmt: true };

/** The ways of another program: how its lines look on the terminal and in syslog, and which of the two
 *  streams they take. Without it, the log has hb's own (logform.ts), on stderr. */
export interface Manner {
  terminal(line: Line, colour: boolean): string;
  stream(line: Line): "stdout" | "stderr";
  syslog(line: Line, facility: string): string | undefined;
  /** Lines of logfile and debugfile; absent: hb's own. */
  file?(line: Line): string;
  /** Absent: every line has the level that it was given. */
  level?(line: Line): Level;
}

interface OpenFile {
  readonly fd: number;
  readonly sink: Sink;
}

export class Log {
  readonly #consola: ConsolaInstance;
  #level: Level;
  readonly #usualLevel: Level;
  readonly #stderr: Sink;
  readonly #stdout = new Sink(descriptorWrite(1), (count) => this.#terminalLine(gap(count)));
  readonly #manner: Manner | undefined;
  readonly #journal = stderrIsJournal();
  readonly #colour = process.stderr.isTTY === true && process.env.NO_COLOR === undefined;
  readonly #listeners = new Set<(line: Line) => void>();
  #places: LogPlaces = {};
  #form: LogForm = logForm(usualForm);
  #logfile: OpenFile | undefined;
  #debugfile: OpenFile | undefined;
  #syslog: number | undefined;
  #logd: LogdLink | undefined;
  /** What syslog did not take since it last took something. */
  #unsaid = 0;

  constructor(level: Level, stderr?: Sink, manner?: Manner) {
    this.#level = level;
    this.#usualLevel = level;
    const missing = (count: number) => this.#terminalLine(gap(count));
    this.#stderr = stderr ?? new Sink(descriptorWrite(2), missing);
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
    this.#places = places;
    this.#form = logForm({ ...usualForm, ...places });
    this.#useLogd(places.logd);
    this.#openPlaces();
  }

  #openPlaces() {
    this.#closePlaces();
    const { logfile, debugfile, logfacility, syslog = devLog } = this.#places;
    this.#logfile = this.#openFile(logfile);
    this.#debugfile = debugfile === logfile ? undefined : this.#openFile(debugfile);
    if (logfacility === undefined || !existsSync(syslog)) return;
    this.#syslog = socket(AF_UNIX, SOCK_DGRAM);
  }

  /** Opens the same places anew: a file was moved away. */
  reopen(): void {
    this.open(this.#places);
  }

  /** Debug lines from now on, or what there was without this. */
  debugs(on: boolean): void {
    this.#level = on ? "debug" : this.#usualLevel;
    this.info(on ? "Debug lines are written from now on" : "The log is the usual one again");
  }

  /** Whether stderr is read as it stands: neither by the journal nor by a program that takes another form. */
  get isForPeople(): boolean {
    return !this.#journal && (this.#places.logFormat ?? "text") === "text";
  }

  /** Closes what open() opened; stderr stays. */
  close(): void {
    this.#useLogd(undefined);
    this.#closePlaces();
  }

  #useLogd(logd: LogPlaces["logd"]) {
    if (this.#logd !== undefined && this.#logd.path !== logd?.socket) {
      void this.#logd.close(closeMs);
      this.#logd = undefined;
    }
    if (logd === undefined) return;
    const { socket: path, retryMs } = logd;
    this.#logd ??= new LogdLink({
      socket: path,
      messages: (line) => this.#messages(line),
      // Who rotates the daemon's files tells it alone: they may be others by now.
      lost: () => this.#openPlaces(),
      directly: (line) => this.#directly(line),
    });
    this.#logd.retryMs = retryMs;
  }

  #messages(line: Line): LogLine[] {
    const facility = facilityNumber(this.#places.logfacility ?? "daemon") ?? 0;
    return this.#form.said(line).map((said) => ({
      ...said,
      // A byte string.
      text: byteString(said.text),
      facility: facility * 8,
      pid: process.pid,
      atS: Math.floor(line.at.getTime() / 1000),
    }));
  }

  #closePlaces() {
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
    await this.#logd?.drained(limitMs);
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
    const isKept = level !== "debug" || numberOf[this.#level] >= numberOf.debug;
    if (isKept && this.#logd?.take(line) !== true) this.#directly(line);
    if (level !== "debug") for (const listener of this.#listeners) listener(line);
  }

  /** To the places themselves. */
  #directly(line: Line) {
    if (line.level !== "debug") {
      this.#logfile?.sink.push(this.#fileLine(line));
      this.#toSyslog(line);
    }
    this.#debugfile?.sink.push(this.#fileLine(line));
  }

  #terminalLine(line: Line): string {
    if (this.#manner !== undefined) return this.#manner.terminal(line, this.#colour);
    return this.#journal ? this.#form.journal(line) : this.#form.terminal(line, this.#colour);
  }

  #fileLine(line: Line): string {
    return this.#manner?.file?.(line) ?? this.#form.file(line);
  }

  #syslogPackets(line: Line): readonly string[] {
    const facility = this.#places.logfacility ?? "";
    if (this.#manner === undefined) return this.#form.syslog(line, facility);
    const packet = this.#manner.syslog(line, facility);
    return packet === undefined ? [] : [packet];
  }

  #toSyslog(line: Line) {
    if (this.#syslog === undefined) return;
    if (this.#unsaid > 0 && this.#isTaken(this.#syslog, gap(this.#unsaid))) this.#unsaid = 0;
    if (!this.#isTaken(this.#syslog, line)) this.#unsaid += 1;
  }

  /** Not when the syslog daemon is away or stalls: the other places have the line. */
  #isTaken(syslog: number, line: Line): boolean {
    const path = this.#places.syslog ?? devLog;
    try {
      const address = sockaddrUn(path);
      return this.#syslogPackets(line).every((packet) =>
        sendTo(syslog, Buffer.from(packet), address, path),
      );
    } catch {
      return false;
    }
  }

  #openFile(path: string | undefined): OpenFile | undefined {
    if (path === undefined) return undefined;
    try {
      const fd = openedToAppend(path, undefined, this.#places.heir);
      return { fd, sink: new Sink(descriptorWrite(fd), (count) => this.#fileLine(gap(count))) };
    } catch (error) {
      this.warn(`Cannot open log file ${path}: ${reasonOf(error)}`);
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

/** A line that stands in the place of those that a place did not take, in the form of that place. */
function gap(count: number): Line {
  const text = `${count} log line${count === 1 ? " was" : "s were"} dropped: they were not taken in time`;
  return { at: new Date(), level: "warn", topic: "log", text };
}

function closeLater(file: OpenFile) {
  file.sink.drained(closeMs).then(() => closeSync(file.fd));
}
