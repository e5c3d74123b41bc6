// One registration at an application-heartbeat server, as its client (heartbeat-api.md 14): registers, asks to be
// missed, beats. A server that is away, ends or hangs is tried again; nothing ever waits for it.

import {
  type ApphbRequest,
  apphbErrno,
  decodeApphbAnswer,
  encodeApphb,
} from "../../wire/ipc/apphb.ts";
import { FrameReader, frame } from "../../wire/ipc/frame.ts";

export interface ApphbBeatOptions {
  readonly path: string;
  readonly app: string;
  readonly instance: string;
  /** Silence that is a failure. */
  readonly intervalMs: number;
  /** Silence that is worth a word. */
  readonly warnMs: number;
  /** After which a server that is not there is tried again. */
  readonly againMs: number;
  /** It is registered, or is not any more and why; told when it changes. */
  told(isRegistered: boolean, why: string): void;
}

export class ApphbBeat {
  readonly #options: ApphbBeatOptions;
  #socket: Bun.Socket | undefined;
  #reader = new FrameReader();
  /** Answers that are awaited until it is registered. */
  #awaited = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** The last thing told, so that each change is told once. */
  #last: string | undefined;
  #isOver = false;

  constructor(options: ApphbBeatOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** A sign of life, for a server that there is. */
  beat(): void {
    if (this.#socket !== undefined && this.#awaited === 0) this.#say({ type: "hb" });
  }

  /** Takes leave in good order. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#again);
    if (this.#socket !== undefined && this.#awaited === 0) this.#say({ type: "unreg" });
    this.#socket?.end();
    this.#socket = undefined;
  }

  async #connect() {
    try {
      await Bun.connect({
        unix: this.#options.path,
        socket: {
          open: (socket) => this.#register(socket),
          data: (socket, bytes) => {
            if (socket === this.#socket) this.#heard(bytes);
          },
          close: (socket) => {
            if (socket === this.#socket) this.#lost("it closed the connection");
          },
          end: (socket) => void socket.end(),
          error: () => {},
        },
      });
    } catch {
      this.#lost("nobody listens there");
    }
  }

  #register(socket: Bun.Socket) {
    if (this.#isOver) {
      socket.end();
      return;
    }
    const { app, instance, intervalMs, warnMs } = this.#options;
    this.#socket = socket;
    this.#reader = new FrameReader();
    const requests: readonly ApphbRequest[] = [
      {
        type: "reg",
        app,
        instance,
        directory: process.cwd(),
        pid: process.pid,
        uid: process.getuid?.() ?? 0,
        gid: process.getgid?.() ?? 0,
      },
      { type: "setint", ms: intervalMs },
      { type: "setwarn", ms: warnMs },
    ];
    this.#awaited = requests.length;
    for (const request of requests) this.#say(request);
  }

  #heard(bytes: Uint8Array) {
    const bodies = this.#reader.push(bytes);
    if (bodies === undefined) {
      this.#lost("it does not answer as such a server does");
      return;
    }
    for (const body of bodies) {
      const errno = decodeApphbAnswer(body);
      if (errno !== apphbErrno.done) {
        this.#lost(`it refused with error ${errno}`);
        return;
      }
      this.#awaited -= 1;
      if (this.#awaited === 0) this.#tell(true, "");
    }
  }

  /** A server that does not read for so long that its socket is full is as good as none. */
  #say(request: ApphbRequest) {
    const bytes = frame(encodeApphb(request));
    if (this.#socket === undefined || this.#socket.write(bytes) === bytes.length) return;
    this.#lost("it does not read what it is told");
  }

  #lost(why: string) {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
    if (this.#isOver) return;
    this.#tell(false, why);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#connect(), this.#options.againMs);
  }

  #tell(isRegistered: boolean, why: string) {
    const last = `${isRegistered} ${why}`;
    if (last === this.#last) return;
    this.#last = last;
    this.#options.told(isRegistered, why);
  }
}
