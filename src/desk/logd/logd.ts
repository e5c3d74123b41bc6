// A log daemon in the place of ha_logd: programs say their lines at its socket, it writes them to files and to
// syslog (logd.md). Not how lines wait for a place that is slow: that is outlet.ts.
//
// A program is made to wait for a moment when it says more than a place takes; what is too late is discarded, and
// the place is told how much that was. So neither a disk that hangs nor a pipe that nobody reads ever holds up a
// program that logs, and nobody need wonder whether a log is whole.

import { reasonOf } from "../../../ffi/error.ts";
import type { LogdConf } from "../../config/logdcf.ts";
import type { Level } from "../../core/effect.ts";
import { decodeLogLine, type LogLine } from "../../wire/ipc/logline.ts";
import { byteString } from "../bytestring.ts";
import type { Connection } from "../ipc/connection.ts";
import { IpcServer } from "../ipc/server.ts";
import { severityOf } from "../line.ts";
import { fileLine, syslogMessage } from "./form.ts";
import { Outlet, type Target } from "./outlet.ts";
import { fileTarget, syslogTarget } from "./place.ts";

/** Of syslog (syslog(3)). */
const daemonFacility = 24;
/** Longer than a busy disk hangs, shorter than programs that wait for room are patient. */
const patienceMs = 1_000;
const lastLookMs = 20;
const refusalsMs = 60_000;

export interface LogdOptions {
  readonly conf: LogdConf;
  readonly socket: string;
  /** Where the syslog daemon listens. */
  readonly syslog: string;
  /** Own debug lines too. */
  readonly verbose?: boolean;
  readonly patienceMs?: number;
}

interface Place {
  readonly outlet: Outlet;
  readonly takesDebug: boolean;
  line(line: LogLine): string;
  /** Of a file. */
  readonly path?: string;
}

export class Logd {
  readonly #options: LogdOptions;
  readonly #conf: LogdConf;
  readonly #places: Place[] = [];
  readonly #server: IpcServer;
  /** Who is made to wait, with the program that it speaks for. */
  readonly #held = new Map<Connection, string>();
  #refusedAt = Number.NEGATIVE_INFINITY;

  /** Opens its places and listens. Throws what the system says when it cannot. */
  constructor(options: LogdOptions) {
    this.#options = options;
    this.#conf = options.conf;
    const troubles = this.#openFiles();
    if (this.#conf.logfacility !== undefined) this.#places.push(this.#syslogPlace());
    this.#server = new IpcServer({
      path: options.socket,
      welcome: (connection) => ({
        said: (body) => this.#said(connection, body),
        left: () => this.#held.delete(connection),
      }),
      refused: () => this.#refused(),
    });
    for (const trouble of troubles) this.own("error", trouble);
  }

  /** Writes a line of its own. */
  own(level: Level, text: string): void {
    if (level === "debug" && this.#options.verbose !== true) return;
    this.#write(this.#ownLine(level, text));
  }

  /** Goes on in new files of the same names: the old ones were moved away. */
  reopen(): void {
    const troubles = this.#openFiles();
    this.own("info", "SIGHUP received, re-opened log files");
    for (const trouble of troubles) this.own("error", trouble);
  }

  /** Hears nobody any more, writes what it has, or gives up after `limitMs`. Gives how many messages were not
   *  written to the place that took the fewest. */
  async close(limitMs: number): Promise<number> {
    // What is in their sockets by now is heard.
    await Bun.sleep(lastLookMs);
    this.#server.close();
    await Promise.all(this.#places.map(({ outlet }) => outlet.drained(limitMs)));
    const lost = this.#places.map(({ outlet }) => outlet.waiting + outlet.discarded);
    for (const { outlet } of this.#places) outlet.close();
    return Math.max(0, ...lost);
  }

  /** Opens the files, or opens them anew; gives what cannot be opened. */
  #openFiles(): string[] {
    const { logfile, debugfile, logmode } = this.#conf;
    const troubles: string[] = [];
    // One file for both has every line once.
    for (const path of new Set([logfile, debugfile])) {
      if (path === undefined) continue;
      try {
        const target = fileTarget(path, logmode);
        const place = this.#places.find((each) => each.path === path);
        if (place === undefined) this.#places.push(this.#filePlace(target, path));
        else place.outlet.use(target);
      } catch (error) {
        troubles.push(`Cannot open log file ${path}: ${reasonOf(error)}`);
      }
    }
    return troubles;
  }

  #filePlace(target: Target, path: string): Place {
    const takesDebug = path === this.#conf.debugfile;
    const line = (each: LogLine) => fileLine(each, this.#conf);
    return { outlet: this.#outlet(target, line, false), takesDebug, line, path };
  }

  #syslogPlace(): Place {
    const line = (each: LogLine) => syslogMessage(each, this.#conf) ?? "";
    const target = syslogTarget(this.#options.syslog);
    return { outlet: this.#outlet(target, line, true), takesDebug: true, line };
  }

  #outlet(target: Target, line: (line: LogLine) => string, packets: boolean): Outlet {
    const { sendqlen, recvqlen, recvqlenOf } = this.#conf;
    const isAre = (count: number) => (count === 1 ? "message was" : "messages were");
    return new Outlet(target, {
      messagesMax: sendqlen,
      shareOf: (program) => recvqlenOf.get(program) ?? recvqlen,
      packets,
      patienceMs: this.#options.patienceMs ?? patienceMs,
      eased: () => this.#ease(),
      gap: (count) => {
        const text = `${count} ${isAre(count)} discarded: not taken here in time`;
        return bytesOf(line(this.#ownLine("error", text)));
      },
    });
  }

  /** Said once in a while: who floods the socket must not flood the log. */
  #refused() {
    if (performance.now() - this.#refusedAt < refusalsMs) return;
    this.#refusedAt = performance.now();
    this.own("warn", "Programs are turned away: too many are connected");
  }

  #ownLine(level: Level, text: string): LogLine {
    return {
      facility: daemonFacility,
      priority: severityOf[level],
      saysPriority: true,
      pid: process.pid,
      entity: this.#conf.entity,
      atS: 0,
      text: byteString(text),
    };
  }

  #said(connection: Connection, body: Uint8Array) {
    const line = decodeLogLine(body);
    if (line === undefined) {
      this.own("debug", `Process ${connection.peer.pid} said what is no message`);
      return;
    }
    this.#write(line);
    if (this.#places.every(({ outlet }) => outlet.isOpenFor(line.entity))) return;
    this.#held.set(connection, line.entity);
    connection.pause();
  }

  #write(line: LogLine) {
    for (const place of this.#places) {
      if (line.priority === severityOf.debug && !place.takesDebug) continue;
      place.outlet.push(bytesOf(place.line(line)), line.entity, droppedBy(line));
    }
  }

  #ease() {
    for (const [connection, program] of [...this.#held]) {
      if (!this.#places.every(({ outlet }) => outlet.isEasyFor(program))) continue;
      this.#held.delete(connection);
      connection.resume();
    }
  }
}

/** A program that says how much it dropped says what nobody else knows: should that be discarded, the number is
 *  not. Anything else is one message. */
function droppedBy({ text }: LogLine): number {
  const [, count] = /^cl_log: (\d{1,9}) messages were dropped/.exec(text) ?? [];
  return count === undefined ? 1 : Number(count);
}

function bytesOf(line: string): Uint8Array {
  return Buffer.from(line, "latin1");
}
