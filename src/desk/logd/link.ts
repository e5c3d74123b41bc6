// The agent's way to a log daemon, ha_logd or hb logd, which never holds it up (logd.md, "Clients").
//
//  away        lines are written directly; one of them tries to connect, at most every conn_logd_time
//  connecting  lines are held, for the daemon or to be written directly
//  there       lines wait in a bounded queue until the daemon reads them; what has no room is dropped and counted
//
// What the daemon has not read when it goes away is written directly; but not what the kernel had already taken
// for it, which nobody can tell of.

import { frame } from "../../wire/ipc/frame.ts";
import { encodeLogLine, type LogLine } from "../../wire/ipc/logline.ts";
import type { Line } from "../line.ts";

/** As in heartbeat. */
const queueUsual = 500;
/** So much room there must be before anything is said after a gap; debug lines leave it to the others. */
const spare = 12;

export interface LogdLinkOptions {
  readonly socket: string;
  /** What a line is for the daemon: none, one or several messages. */
  messages(line: Line): readonly LogLine[];
  /** The daemon went away: lines will be written elsewhere. */
  lost(): void;
  /** Writes a line elsewhere. */
  directly(line: Line): void;
  readonly queueMax?: number;
}

interface Waiting {
  readonly line: Line;
  readonly bytes: Uint8Array;
}

export class LogdLink {
  readonly #options: LogdLinkOptions;
  readonly #queueMax: number;
  /** conn_logd_time. */
  retryMs = 60_000;
  #state: "away" | "connecting" | "there" = "away";
  #socket: Bun.Socket | undefined;
  #queue: Waiting[] = [];
  /** Of the first that waits, the kernel has so many bytes. */
  #begun = 0;
  #dropped = 0;
  /** Since it dropped what was no debug line it takes nothing, until there is room again. */
  #isFull = false;
  #mayTryAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #settled: (() => void)[] = [];

  constructor(options: LogdLinkOptions) {
    this.#options = options;
    this.#queueMax = options.queueMax ?? queueUsual;
  }

  get path(): string {
    return this.#options.socket;
  }

  /** Takes a line for the daemon; false: it is to be written directly. Never waits. */
  take(line: Line): boolean {
    if (this.#isClosed) return false;
    switch (this.#state) {
      case "away":
        if (performance.now() < this.#mayTryAt) return false;
        // Before it: where nobody listens, that is known at once.
        this.#enqueue(line);
        this.#connect();
        return true;
      case "connecting":
        if (this.#queue.length >= this.#queueMax) return false;
        this.#enqueue(line);
        return true;
      case "there":
        this.#offer(line);
        return true;
    }
  }

  /** Resolves when the daemon has everything. What it does not take within `limitMs` is written directly. */
  async drained(limitMs: number): Promise<void> {
    if (this.#state === "away" || (this.#state === "there" && this.#queue.length === 0)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(() => {
      this.#gone();
      resolve();
    }, limitMs);
    this.#settled.push(resolve);
    await promise;
    clearTimeout(limit);
  }

  /** Ends it; lines that come meanwhile are not taken. */
  async close(limitMs: number): Promise<void> {
    this.#isClosed = true;
    await this.drained(limitMs);
    this.#gone();
  }

  #offer(line: Line) {
    if (this.#room >= spare) this.#tellGap();
    const isDebug = line.level === "debug";
    if (this.#room < (this.#isFull || isDebug ? spare : 1)) {
      this.#isFull ||= !isDebug;
      this.#dropped += this.#options.messages(line).length;
      return;
    }
    this.#enqueue(line);
    this.#flush();
  }

  get #room(): number {
    return this.#queueMax - this.#queue.length;
  }

  #enqueue(line: Line) {
    const frames = this.#options.messages(line).map((each) => frame(encodeLogLine(each)));
    if (frames.length > 0) this.#queue.push({ line, bytes: Buffer.concat(frames) });
  }

  /** In the words that log watchers know. */
  #tellGap(why = "") {
    this.#isFull = false;
    if (this.#dropped === 0) return;
    const text = `cl_log: ${this.#dropped} messages were dropped${why}`;
    this.#dropped = 0;
    this.#enqueue({ at: new Date(), level: "error", topic: "", text });
  }

  #connect() {
    this.#state = "connecting";
    this.#mayTryAt = performance.now() + this.retryMs;
    Bun.connect<undefined>({
      unix: this.#options.socket,
      socket: {
        open: (socket) => this.#open(socket),
        // It says nothing.
        data: () => {},
        drain: () => this.#flush(),
        end: () => this.#gone(),
        close: () => this.#gone(),
        error: () => this.#gone(),
        connectError: () => this.#gone(),
      },
    }).catch(() => this.#gone());
  }

  #open(socket: Bun.Socket) {
    if (this.#state !== "connecting") {
      socket.end();
      return;
    }
    this.#socket = socket;
    this.#state = "there";
    this.#flush();
  }

  #flush() {
    const socket = this.#socket;
    if (socket === undefined) return;
    for (;;) {
      const [first] = this.#queue;
      if (first === undefined) break;
      const rest = first.bytes.subarray(this.#begun);
      const written = socket.write(rest);
      if (written < rest.length) {
        this.#begun += Math.max(0, written);
        return;
      }
      this.#queue.shift();
      this.#begun = 0;
      // Not with the next line only: who reads the log now wants to know now.
      if (this.#room >= spare) this.#tellGap();
    }
    for (const done of this.#settled.splice(0)) done();
  }

  /** The daemon is gone, or nobody is there. */
  #gone() {
    if (this.#state === "away") return;
    if (this.#state === "there") this.#options.lost();
    this.#state = "away";
    this.#mayTryAt = performance.now() + this.retryMs;
    this.#tellGap(" : channel destroyed");
    const left = this.#queue.splice(0);
    this.#begun = 0;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.end();
    for (const { line } of left) this.#options.directly(line);
    for (const done of this.#settled.splice(0)) done();
  }
}
