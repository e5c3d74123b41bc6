// One life of the pulse: our own executable again with the loop in it, and the channel to it.
// Not when it is started or given up: that is keeper.ts.

import { SysError } from "../../ffi/error.ts";
import { realtime } from "../../ffi/realtime.ts";
import { close, duplicate, receive, socketpair } from "../../ffi/socket.ts";
import type { FromDesk, FromPulse } from "../core/channel.ts";
import { FrameReader, frameBytesMax, frames } from "../core/frame.ts";
import { processName } from "./process.ts";

/** More than this unread by the pulse means that it does not read at all. */
const queuedMax = 4_096;
/** Messages of clients that travel together, at most, and characters in them: the pulse hears such a packet at once. */
const lettersMax = 16;
const lettersLength = 8_192;
/** What it wrote to stderr is waited for; not for ever, as somebody else may hold the pipe. */
const stderrMs = 300;

/** No last tier of the optimizing compiler: a pulse was not found to be quicker with it, and the tens of
 *  megabytes that it works in stay, as they are locked. */
const RUNTIME = { BUN_JSC_useFTLJIT: "0" } as const;

export interface PulseEvents {
  heard(message: FromPulse): void;
  /** A line that it wrote to stderr: only crashes do. */
  grumbled(line: string): void;
  /** It is gone; called once. */
  ended(reason: string): void;
}

/** Our own file, even if it was replaced or removed meanwhile. */
const ownFile = "/proc/self/exe";

/** How hb starts itself again. */
export function ownCommand(words: readonly string[]): string[] {
  const compiled = Bun.main.startsWith("/$bunfs/");
  return compiled ? [ownFile, ...words] : [process.execPath, Bun.main, ...words];
}

/** What ps shows of such a command; the path by which hb starts itself again says nothing to anybody. */
export function nameOf([program = "hb"]: readonly string[]): string {
  return program === ownFile ? "hb" : program;
}

export class Pulse {
  readonly #process: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #events: PulseEvents;
  readonly #reader = new FrameReader<FromPulse>();
  readonly #queue: Uint8Array[] = [];
  /** What clients said in this turn. */
  #letters: string[] = [];
  #length = 0;
  #isPosting = false;
  /** The same socket, past the runtime: for its last words. */
  readonly #fd: number = -1;
  readonly #stderrEnds: Promise<void>;
  #socket: Bun.Socket | undefined;
  #isGone = false;

  /** Starts it and connects; what is said before the connection stands is kept. `rtprio`: in real time. */
  constructor(command: readonly string[], events: PulseEvents, rtprio?: number) {
    this.#events = events;
    const [ours, theirs] = socketpair(true);
    try {
      this.#fd = duplicate(ours);
      this.#process = Bun.spawn([...command], {
        argv0: nameOf(command),
        stdio: ["ignore", "ignore", "pipe", theirs],
        // As it is now: without this the runtime hands on the environment that it was started with.
        env: { ...process.env, ...RUNTIME },
        // A terminal's Ctrl-C is for the desk, which leaves the cluster in good order.
        detached: true,
        onExit: (process) => this.#gone(process),
      });
    } catch (error) {
      close(ours);
      if (this.#fd !== -1) close(this.#fd);
      throw error;
    } finally {
      close(theirs);
    }
    if (rtprio !== undefined) this.#hurry(rtprio);
    this.#connect(ours);
    this.#stderrEnds = this.#listenToStderr();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** False from its end on, also while its last words are still to be read. */
  get isThere(): boolean {
    return processName(this.pid) !== undefined;
  }

  /** Packets that wait for room. */
  get backlog(): number {
    return this.#queue.length;
  }

  /** Sends, or queues while the pulse has no room. False when it does not read any more. */
  say(message: FromDesk): boolean {
    if (this.#queue.length > queuedMax) return false;
    if (message.say === "input" && message.input.on === "client") this.#collect(message.input.body);
    else {
      this.#post();
      this.#send(message);
    }
    return true;
  }

  /** Ends it at once. Its addresses stay up until their leases end or the next life adopts them. */
  kill(): void {
    this.#process.kill("SIGKILL");
    // A stopped process dies of SIGKILL too; nothing else is needed.
  }

  /** Lets it see end-of-file; what it still says is heard. */
  hangUp(): void {
    this.#socket?.shutdown();
  }

  /** On a busy host a runtime needs seconds to start as an ordinary process, and somebody waits for this
   *  one. Where it may not be, it says so itself. */
  #hurry(rtprio: number) {
    try {
      realtime(rtprio, this.pid);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
    }
  }

  async #connect(fd: number) {
    const socket = await Bun.connect({
      // The types know hosts and paths only; the runtime takes a connected descriptor as well.
      fd,
      socket: {
        data: (_socket: Bun.Socket, packet: Uint8Array) => this.#take(packet),
        drain: () => this.#flush(),
        // Not its end: that is told by the process.
        error: () => undefined,
      },
    } as unknown as Bun.UnixSocketOptions<undefined>);
    if (this.#isGone) {
      socket.end();
      return;
    }
    this.#socket = socket;
    this.#flush();
  }

  #take(packet: Uint8Array) {
    const message = this.#reader.push(packet);
    if (message !== undefined) this.#events.heard(message);
  }

  /** What clients say in one turn leaves at its end: each packet wakes a process that is in real time, and that one
   *  runs before this one goes on. */
  #collect(letter: string) {
    this.#letters.push(letter);
    this.#length += letter.length;
    if (this.#letters.length >= lettersMax || this.#length >= lettersLength) this.#post();
    if (this.#letters.length === 0 || this.#isPosting) return;
    this.#isPosting = true;
    setImmediate(() => {
      this.#isPosting = false;
      this.#post();
    });
  }

  #post() {
    const bodies = this.#letters;
    if (bodies.length === 0) return;
    this.#letters = [];
    this.#length = 0;
    this.#send({ say: "clients", bodies });
  }

  #send(message: FromDesk) {
    this.#queue.push(...frames(message));
    this.#flush();
  }

  #flush() {
    for (;;) {
      const packet = this.#queue[0];
      if (packet === undefined || this.#socket === undefined) return;
      // A packet is taken whole or not at all; `drain` is called when there is room again.
      if (this.#socket.write(packet) !== packet.length) return;
      this.#queue.shift();
    }
  }

  async #listenToStderr() {
    const decoder = new TextDecoder();
    let part = "";
    for await (const bytes of this.#process.stderr) {
      const lines = (part + decoder.decode(bytes, { stream: true })).split("\n");
      part = (lines.pop() ?? "").slice(0, 2_000);
      for (const line of lines) if (line.trim() !== "") this.#events.grumbled(line);
    }
    if (part.trim() !== "") this.#events.grumbled(part);
  }

  async #gone({ exitCode, signalCode }: Bun.Subprocess) {
    this.#isGone = true;
    this.#takeLastWords();
    this.#socket?.end();
    await Promise.race([this.#stderrEnds, Bun.sleep(stderrMs)]);
    const how = exitCode === null ? `killed by ${signalCode}` : `exit code ${exitCode}`;
    this.#events.ended(how);
  }

  /** The runtime closes a socket at its first error, and there is one when the pulse left a word of ours unread
   *  (ECONNRESET): what it said before is still to be had then, and says why it ended. */
  #takeLastWords() {
    const buffer = new Uint8Array(frameBytesMax + 1);
    for (let isReset = false; ; ) {
      try {
        const got = receive(this.#fd, buffer);
        if (got === undefined || got === 0) break;
        this.#take(buffer.subarray(0, got));
      } catch (error) {
        if (!(error instanceof SysError) || isReset) throw error;
        isReset = true;
      }
    }
    close(this.#fd);
  }
}
