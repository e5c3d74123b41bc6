// One client on a framed socket: frames in, frames out, never waiting for it.
//
// What it does not read stays in a queue that is counted in frames (heartbeat-api.md 2, 9). Who finds it full
// decides what to do about that client.

import { type Credentials, peerCredentials } from "../../../ffi/credentials.ts";
import { setOption } from "../../../ffi/socket.ts";
import { FrameReader, frame } from "../../wire/ipc/frame.ts";

/** Frames that wait, unless the client asks for another number (heartbeat-api.md 2). */
export const queueUsual = 64;

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
  #queueMax = queueUsual;
  #isGone = false;
  #isEnding = false;
  #isPaused = false;
  /** What arrived in the same piece as the last that was heard before pause(). */
  #unheard: Uint8Array[] = [];
  /** Why it is over, where that came before all was heard. */
  #overAfter: "EOF" | "not frames" | undefined;

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
    this.#queue.push({ bytes: Buffer.concat(bodies.map(frame)), count: bodies.length });
    this.#frames += bodies.length;
    this.flush();
    return true;
  }

  /** Hears nothing more from it until resume(), not the next frame of the same piece either: it must wait, and
   *  so it notices. */
  pause(): void {
    if (this.#isGone) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** Hears what it said meanwhile, and goes on. What is heard may pause it again. */
  resume(): void {
    if (this.#isGone || !this.#isPaused) return;
    this.#isPaused = false;
    this.#hear(this.#unheard.splice(0));
    if (this.#isPaused || this.#isGone) return;
    if (this.#overAfter === undefined) this.#socket.resume();
    else this.#over(this.#overAfter);
  }

  /** Closes it when it has what was said; what it says meanwhile is not heard. */
  end(): void {
    this.#isEnding = true;
    this.flush();
  }

  /** Closes it at once. */
  sendAway(): void {
    this.#over("sent away");
  }

  /** For the server: bytes arrived. */
  arrived(bytes: Uint8Array): void {
    if (this.#isEnding) return;
    const bodies = this.#reader.push(bytes);
    if (bodies === undefined) this.#overOnceHeard("not frames");
    else this.#hear(bodies);
  }

  /** For the server: there is room again. */
  flush(): void {
    for (;;) {
      const first = this.#queue[0];
      if (first === undefined || this.#isGone) break;
      const written = this.#socket.write(first.bytes);
      if (written < first.bytes.length) {
        if (written > 0) this.#queue[0] = { ...first, bytes: first.bytes.subarray(written) };
        return;
      }
      this.#queue.shift();
      this.#frames -= first.count;
    }
    if (this.#isEnding) this.#over("sent away");
  }

  /** For the server: the other end is gone. */
  gone(): void {
    this.#overOnceHeard("EOF");
  }

  #hear(bodies: readonly Uint8Array[]) {
    for (const [index, body] of bodies.entries()) {
      if (this.#isGone || this.#isEnding) return;
      if (this.#isPaused) {
        this.#unheard.push(...bodies.slice(index));
        return;
      }
      this.visitor?.said(body);
    }
  }

  #overOnceHeard(why: "EOF" | "not frames") {
    if (this.#isPaused && this.#unheard.length > 0 && !this.#isEnding) this.#overAfter ??= why;
    else this.#over(why);
  }

  #over(why: "EOF" | "not frames" | "sent away") {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#queue.length = 0;
    this.#frames = 0;
    this.#socket.end();
    this.#forget();
    this.visitor?.left(why);
  }
}

/** The runtime's own; its types do not tell of it. */
function descriptorOf(socket: Bun.Socket<Connection | undefined>): number {
  return (socket as unknown as { readonly fd: number }).fd;
}
