// The application-heartbeat server: programs register at its socket, say how often they will be heard from, and
// the log tells when one of them is not (heartbeat-api.md 14). Whose failure is to reboot the host does.
//
// Nothing that a client says is believed that the kernel knows better: who it is. What it costs is bounded by
// ipc/server.ts.

import type { Level } from "../../core/effect.ts";
import { at, earlier, type Instant } from "../../core/instant.ts";
import {
  type ApphbErrno,
  type ApphbRegistration,
  apphbErrno,
  decodeApphb,
  encodeApphbAnswer,
  isApphbBeat,
} from "../../wire/ipc/apphb.ts";
import { textIn } from "../bytestring.ts";
import type { Connection, Visitor } from "../ipc/connection.ts";
import { IpcServer } from "../ipc/server.ts";
import { Program, type Telling } from "./program.ts";

/** A timer that fires later than this has slept, or its process has. */
const napMs = 100;
/** Long enough to read what programs said meanwhile. */
const afterNapMs = 50;
/** The runtime's timers count no further. */
const timerMsMax = 0x7fff_ffff;

export interface ApphbServerOptions {
  readonly path: string;
  /** The user beside root whose programs may ask for a reboot; undefined: none. */
  readonly trusted: number | undefined;
  log(level: Level, text: string): void;
  /** A program has failed that must not. */
  reboot(reason: string): void;
  /** Tests have a clock of their own. */
  now?(): Instant;
}

/** One connection, and the program behind it once it has said who it is. */
interface Visit extends Visitor {
  readonly connection: Connection;
  program: Program | undefined;
}

export class ApphbServer {
  readonly #options: ApphbServerOptions;
  readonly #now: () => Instant;
  readonly #server: IpcServer;
  readonly #visits = new Set<Visit>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #armedFor: Instant | undefined;
  #isAwake = true;
  #isClosing = false;

  /** Listens. Throws what the system says when it cannot. */
  constructor(options: ApphbServerOptions) {
    this.#options = options;
    // Not boot time: nobody can be heard while the host is suspended.
    this.#now = options.now ?? (() => at(performance.now()));
    this.#server = new IpcServer({
      path: options.path,
      welcome: (connection) => this.#welcome(connection),
      refused: () => options.log("warn", "A client was turned away: too many are connected"),
    });
  }

  /** Programs that are registered. */
  get registered(): number {
    return [...this.#visits].filter(({ program }) => program !== undefined).length;
  }

  /** Ends every connection; that is no failure of anybody. */
  close(): void {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    this.#server.close();
  }

  #welcome(connection: Connection): Visitor {
    const visit: Visit = {
      connection,
      program: undefined,
      said: (body) => this.#said(visit, body),
      left: () => this.#left(visit),
    };
    this.#visits.add(visit);
    return visit;
  }

  #said(visit: Visit, body: Uint8Array) {
    const errno = this.#errnoOf(visit, body);
    if (!isApphbBeat(body)) {
      const type = decodeApphb(body)?.type ?? "unknown";
      const text = `apphb_process_msg: client: ${visit.connection.peer.pid} type=${type}, rc=${errno}`;
      this.#options.log("debug", text);
      // Who asks and asks and reads no answer is no program that is well.
      if (!visit.connection.send(encodeApphbAnswer(errno))) visit.connection.sendAway();
    }
    this.#wake(visit.program?.deadline());
  }

  #errnoOf(visit: Visit, body: Uint8Array): ApphbErrno {
    const request = decodeApphb(body);
    if (request === undefined) return apphbErrno.invalid;
    if (request.type === "reg") return this.#register(visit, request);
    const { program } = visit;
    if (program === undefined) return apphbErrno.unknown;
    switch (request.type) {
      case "setint":
        this.#tell(program.beatEvery(request.ms, this.#now()));
        return apphbErrno.done;
      case "setwarn":
        program.warnMs = request.ms;
        return apphbErrno.done;
      case "setboot":
        if (request.on && !this.#isTrusted(visit.connection)) return apphbErrno.notPermitted;
        program.isVital = request.on;
        return apphbErrno.done;
      case "hb":
        this.#tell(program.heard(this.#now()));
        return apphbErrno.done;
      case "unreg":
        this.#forget(visit);
        return apphbErrno.done;
    }
  }

  #register(visit: Visit, { app, instance, pid }: ApphbRegistration): ApphbErrno {
    if (visit.program !== undefined) return apphbErrno.exists;
    const { peer } = visit.connection;
    if (pid !== peer.pid) return apphbErrno.invalid;
    visit.program = new Program({ app: textIn(app), instance: textIn(instance), pid }, this.#now());
    const who = `[${textIn(app)}]/[${textIn(instance)}] pid ${pid}`;
    const text = `apphb_client_register: client: ${who} (uid,gid) = (${peer.uid},${peer.gid})`;
    this.#options.log("debug", text);
    return apphbErrno.done;
  }

  #isTrusted({ peer }: Connection): boolean {
    return peer.uid === 0 || peer.uid === this.#options.trusted;
  }

  #left(visit: Visit) {
    const { program } = visit;
    if (program !== undefined && !this.#isClosing) {
      const telling = program.hungUp();
      this.#tell([telling]);
      if (program.isVital) this.#options.reboot(telling.text);
    }
    this.#forget(visit);
    this.#visits.delete(visit);
  }

  #forget(visit: Visit) {
    if (visit.program === undefined) return;
    visit.program = undefined;
    this.#options.log("info", `apphb_client_remove: client: ${visit.connection.peer.pid}`);
  }

  #tell(tellings: readonly Telling[]) {
    for (const { level, text } of tellings) this.#options.log(level, text);
  }

  /** No later than this; a deadline that has moved on since is looked at in vain, once. */
  #wake(moment: Instant | undefined) {
    if (moment === undefined) return;
    if (this.#armedFor === undefined || moment < this.#armedFor) this.#wait(moment);
  }

  #wait(moment: Instant) {
    clearTimeout(this.#timer);
    this.#armedFor = moment;
    if (this.#isClosing) return;
    const ms = Math.min(Math.max(0, Math.ceil(moment - this.#now())), timerMsMax);
    this.#timer = setTimeout(() => this.#due(moment), ms);
  }

  /** Slow is not dead: whoever sleeps must first read what was said meanwhile. */
  #due(moment: Instant) {
    const now = this.#now();
    if (this.#isAwake && now - moment > napMs) {
      this.#isAwake = false;
      this.#timer = setTimeout(() => this.#due(moment), afterNapMs);
      return;
    }
    this.#isAwake = true;
    this.#armedFor = undefined;
    let next: Instant | undefined;
    for (const { program } of this.#visits) {
      for (const telling of program?.expire(now) ?? []) {
        this.#tell([telling]);
        if (program?.isVital) this.#options.reboot(telling.text);
      }
      next = earlier(next, program?.deadline());
    }
    this.#wake(next);
  }
}
