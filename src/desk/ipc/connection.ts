// One client on a framed socket: frames in, frames out, never waiting for it.
//
// What it does not read stays in a queue that is counted in frames (heartbeat-api.md 2, 9). Who finds it full
// decides what to do about that client.

import { type Credentials, peerCredentials } from "../../../ffi/credentials.ts";
import { setOption } from "../../../ffi/socket.ts";
import { BODY_MAX, FrameReader, frame } from "../../wire/ipc/frame.ts";

/** Frames of one client that are heard in a turn: others have theirs. */
const heardMax = 16;

/** Time to read what was said last. */
const lingerMs = 10_000;

/** Frames that wait, unless the client asks for another number (heartbeat-api.md 2). */
export const queueUsual = 64;

/** Bytes that wait, whatever number it asks for: the usual number of the longest frames. One more may come on top. */
const queueBytesMax = queueUsual * BODY_MAX;

export interface Visitor {
  /** A whole frame's body. */
  said(body: Uint8Array): void;
  /** It is gone, or was sent away; called once, and nothing after it. */
  left(why: "EOF" | "not frames" | "sent away"): void;
}

interface Waiting {
  readonly bytes: Uint8Array;
  /** Frames in it. */
  readonly count: number;
}

export class Connection {
  readonly peer: Credentials;
  visitor: Visitor | undefined;
  readonly #socket: Bun.Socket<Connection | undefined>;
  readonly #forget: () => void;
  readonly #reader = new FrameReader();
  readonly #queue: Waiting[] = [];
  #frames = 0;
  #queuedBytes = 0;
  #queueMax = queueUsual;
  /** What it has said and is not heard yet. */
  #unheard: Uint8Array[] = [];
  /** Why it is over, where that came before all was heard. */
  #overAfter: "EOF" | "not frames" | undefined;
  #isPaused = false;
  #isResting = false;
  #isGone = false;
  #isEnding = false;

  /** `forget` is called once, when it is over. */
  constructor(socket: Bun.Socket<Connection | undefined>, forget: () => void) {
    this.#socket = socket;
    this.#forget = forget;
    this.peer = peerCredentials(descriptorOf(socket));
  }

  /** Frames that wait to be read by the client, at most; the kernel's buffer grows with it
   *  (heartbeat-api.md 2). */
  set queueMax(frames: number) {
    this.#queueMax = frames;
    const kib = frames < 512 ? 32 + frames : frames;
    if (!this.#isGone) setOption(descriptorOf(this.#socket), "sndBuf", kib * 1024);
  }

  get queueMax(): number {
    return this.#queueMax;
  }

  /** Frames that wait now. */
  get queued(): number {
    return this.#frames;
  }

  /** Sends these bodies in one write, each in a frame of its own. False: there is no room, and none of them
   *  is sent. */
  send(...bodies: readonly Uint8Array[]): boolean {
    if (this.#isGone || this.#isEnding) return true;
    if (this.#frames > 0 && this.#frames + bodies.length > this.#queueMax) return false;
    if (this.#queuedBytes > queueBytesMax) return false;
    const bytes = Buffer.concat(bodies.map(frame));
    this.#queue.push({ bytes, count: bodies.length });
    this.#queuedBytes += bytes.length;
    this.#frames += bodies.length;
    this.flush();
    return true;
  }

  /** Hears nothing more from it until resume(), not the next frame of the same piece either: it must wait, and
   *  so it notices. */
  pause(): void {
    this.#isPaused = true;
    this.#hold();
  }

  /** Hears what it said meanwhile, and goes on. What is heard may pause it again. */
  resume(): void {
    if (this.#isGone || !this.#isPaused) return;
    this.#isPaused = false;
    if (!this.#isResting) this.#goOn();
  }

  /** Closes it when it has what was said; what it says meanwhile is not heard. */
  end(): void {
    if (this.#isEnding || this.#isGone) return;
    this.#isEnding = true;
    this.flush();
    if (!this.#isGone) setTimeout(() => this.#over("sent away"), lingerMs).unref();
  }

  /** Closes it at once. */
  sendAway(): void {
    this.#over("sent away");
  }

  /** For the server: bytes arrived. */
  arrived(bytes: Uint8Array): void {
    if (this.#isEnding) return;
    const bodies = this.#reader.push(bytes);
    if (bodies === undefined) {
      this.#overOnceHeard("not frames");
      return;
    }
    this.#unheard.push(...bodies);
    if (!this.#isResting) this.#hear();
  }

  /** For the server: there is room again. */
  flush(): void {
    for (;;) {
      const first = this.#queue[0];
      if (first === undefined || this.#isGone) break;
      const written = this.#socket.write(first.bytes);
      this.#queuedBytes -= Math.max(0, written);
      if (written < first.bytes.length) {
        if (written > 0) this.#queue[0] = { ...first, bytes: first.bytes.subarray(written) };
        return;
      }
      this.#queue.shift();
      this.#frames -= first.count;
    }
    if (this.#isEnding) this.#over("sent away");
  }

  /** For the server: the other end is gone. What it said before counts. */
  gone(): void {
    this.#overOnceHeard("EOF");
  }

  #hear() {
    for (let heard = 0; this.#unheard.length > 0; heard++) {
      if (this.#isPaused || this.#isGone || this.#isEnding) return;
      if (heard === heardMax) {
        this.#rest();
        return;
      }
      const body = this.#unheard.shift();
      if (body !== undefined) this.visitor?.said(body);
    }
    if (this.#overAfter !== undefined) this.#over(this.#overAfter);
  }

  #overOnceHeard(why: "EOF" | "not frames") {
    if (this.#unheard.length > 0 && !this.#isEnding) this.#overAfter ??= why;
    else this.#over(why);
  }

  /** It is heard again in the next turn. */
  #rest() {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#hold();
    setImmediate(() => {
      this.#isResting = false;
      if (!this.#isPaused) this.#goOn();
    });
  }

  #goOn() {
    this.#hear();
    if (!this.#isResting && !this.#isPaused && !this.#isGone) this.#socket.resume();
  }

  #hold() {
    if (!this.#isGone) this.#socket.pause();
  }

  #over(why: "EOF" | "not frames" | "sent away") {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#queue.length = 0;
    this.#unheard = [];
    this.#frames = 0;
    this.#queuedBytes = 0;
    this.#socket.end();
    this.#forget();
    this.visitor?.left(why);
  }
}

/** The runtime's own; its types do not tell of it. */
function descriptorOf(socket: Bun.Socket<Connection | undefined>): number {
  return (socket as unknown as { readonly fd: number }).fd;
}
