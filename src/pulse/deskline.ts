// The line to the desk: values in, values out, never waiting.
//
// What does not fit into the socket is queued in order. When the desk does not read for long, log
// lines are dropped (and counted) before anything else is; effects never are. What clients are to hear leaves
// together, at the end of a turn or before anything else is said.

import { POLLIN, POLLOUT } from "../../ffi/poll.ts";
import { receive, send } from "../../ffi/socket.ts";
import type { DeskEffect, FromDesk, FromPulse } from "../core/channel.ts";
import { FrameReader, frameBytesMax, frames } from "../core/frame.ts";
import type { Watch } from "./watch.ts";

/** About a minute of a very talkative pulse; then log lines give way. */
const QUEUE_MAX = 4_096;
/** Messages for clients that leave together, at most. */
const BATCH_MAX = 32;
/** Their bytes, at most, and one message more: a value between the two processes has a limit (core/frame.ts). */
const BATCH_BYTES = 64 * 1024;
/** Inputs of one turn, at most: what clients say must not keep the deadlines waiting. Long ones count for several: to
 *  sign them takes longer. */
const HEARD_MAX = 16;
const HEARD_BYTES = 2_048;

export class DeskLine {
  readonly #fd: number;
  readonly #watch: Watch;
  readonly #reader = new FrameReader<FromDesk>();
  readonly #buffer = new Uint8Array(new ArrayBuffer(frameBytesMax + 1));
  readonly #heard: (value: FromDesk) => void;
  #queue: Uint8Array[] = [];
  #batch: DeskEffect[] = [];
  #batchBytes = 0;
  #droppedLogs = 0;
  #closed = false;

  constructor(fd: number, watch: Watch, heard: (value: FromDesk) => void) {
    this.#fd = fd;
    this.#watch = watch;
    this.#heard = heard;
    watch.add(fd, (limit) => this.#read(limit));
  }

  /** True once the desk has hung up. */
  get closed(): boolean {
    return this.#closed;
  }

  say(value: FromPulse): void {
    if (this.#closed) return;
    if (value.say === "effect" && value.effect.do === "deliver") {
      this.#batch.push(value.effect);
      this.#batchBytes += value.effect.body.length;
      if (this.#batch.length >= BATCH_MAX || this.#batchBytes >= BATCH_BYTES) this.settle();
      return;
    }
    this.settle();
    const isLog = value.say === "effect" && value.effect.do === "log";
    if (isLog && this.#queue.length >= QUEUE_MAX) {
      this.#droppedLogs += 1;
      return;
    }
    this.#send(value);
  }

  /** Lets go what was kept back: the turn is over. */
  settle(): void {
    const effects = this.#batch;
    if (effects.length === 0) return;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#send({ say: "effects", effects });
  }

  #send(value: FromPulse): void {
    const waiting = this.#queue.length > 0;
    this.#queue.push(...frames(value));
    if (!waiting) this.#flush();
  }

  /** Waits until everything is said, the desk hung up, or the time is over. For the end only. */
  finish(timeoutMs: number): void {
    this.settle();
    for (let waited = 0; waited < timeoutMs && this.#queue.length > 0; waited += 10) {
      if (this.#closed) return;
      this.#watch.wait(10);
      this.#flush();
    }
  }

  #read(limit: number): void {
    this.#flush();
    for (let cost = 0; cost < Math.min(limit, HEARD_MAX) && !this.#closed; ) {
      const got = this.#receive();
      if (got === undefined) return;
      if (got === 0) {
        this.#hangUp();
        return;
      }
      const value = this.#reader.push(this.#buffer.subarray(0, got));
      cost += Math.max(value?.say === "clients" ? value.bodies.length : 1, got / HEARD_BYTES);
      if (value !== undefined) this.#heard(value);
    }
  }

  #receive(): number | undefined {
    try {
      return receive(this.#fd, this.#buffer);
    } catch {
      // The desk died with something of ours unread (ECONNRESET): the end, too.
      return 0;
    }
  }

  #flush(): void {
    try {
      let done = 0;
      for (const packet of this.#queue) {
        if (!send(this.#fd, packet)) break;
        done += 1;
      }
      if (done > 0) this.#queue = this.#queue.slice(done);
    } catch {
      this.#hangUp();
      return;
    }
    const events = this.#queue.length > 0 ? POLLIN | POLLOUT : POLLIN;
    this.#watch.add(this.#fd, (limit) => this.#read(limit), events);
    if (this.#queue.length === 0 && this.#droppedLogs > 0) this.#confess();
  }

  #confess(): void {
    const text = `${this.#droppedLogs} log lines were dropped: the desk did not read`;
    this.#droppedLogs = 0;
    this.say({ say: "effect", effect: { do: "log", level: "warn", text, topic: "log" } });
  }

  #hangUp(): void {
    this.#closed = true;
    this.#queue = [];
    this.#watch.remove(this.#fd);
  }
}
