// A queue in front of a descriptor that may be slow: a stalled reader of the log must never stop
// the desk, which has a heartbeat to keep company.
//
// Bounded: when it is full, new lines are dropped and counted, and the count is written as soon as
// there is room again. Writes are asynchronous, one at a time.

import { write } from "node:fs";
import { within } from "./within.ts";

/** About a second of the noisiest log; more is not worth the memory of a host that is in trouble. */
const bytesMax = 1024 * 1024;
/** One write: large enough to be efficient, small enough for a pipe to take it. */
const batchBytes = 32 * 1024;
/** A full non-blocking descriptor is tried again after this. */
const retryMs = 20;

export type Write = (
  bytes: Uint8Array,
  done: (error: Error | null, written: number) => void,
) => void;

export class Sink {
  #queue: Uint8Array[] = [];
  #bytes = 0;
  #dropped = 0;
  #busy = false;
  #waiting: (() => void)[] = [];
  readonly #write: Write;
  readonly #format: (dropped: number) => string;

  /** `dropped` words the line that reports a gap. */
  constructor(write: Write, dropped: (count: number) => string) {
    this.#write = write;
    this.#format = dropped;
  }

  /** Takes a line, or nothing where a form has no words for one; never waits. */
  push(line: string): void {
    if (line === "") return;
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > bytesMax) {
      this.#dropped += 1;
      return;
    }
    this.#reportGap();
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    this.#pump();
  }

  /** Resolves when all is written, or when `limitMs` have passed. */
  async drained(limitMs: number): Promise<void> {
    if (!this.#busy && this.#queue.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await within(limitMs, promise);
  }

  #reportGap() {
    if (this.#dropped === 0) return;
    const bytes = Buffer.from(this.#format(this.#dropped));
    this.#dropped = 0;
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
  }

  #pump() {
    if (this.#busy) return;
    const batch = this.#batch();
    if (batch === undefined) {
      for (const done of this.#waiting.splice(0)) done();
      return;
    }
    this.#busy = true;
    this.#send(batch);
  }

  #batch(): Uint8Array | undefined {
    if (this.#queue.length === 0) this.#reportGap();
    const lines: Uint8Array[] = [];
    let size = 0;
    while (size < batchBytes) {
      const line = this.#queue.shift();
      if (line === undefined) break;
      lines.push(line);
      size += line.length;
    }
    return lines.length === 0 ? undefined : Buffer.concat(lines);
  }

  #send(batch: Uint8Array) {
    this.#write(batch, (error, written) => {
      const rest = batch.subarray(error === null ? written : 0);
      if (error !== null && "code" in error && error.code === "EAGAIN") {
        setTimeout(() => this.#send(rest), retryMs);
        return;
      }
      if (error === null && rest.length > 0 && written > 0) {
        this.#send(rest);
        return;
      }
      if (error !== null) this.#dropped += batch.filter((byte) => byte === 0x0a).length;
      this.#bytes -= batch.length;
      this.#busy = false;
      // With nothing new to say the gap is reported with the next line: a broken descriptor is not
      // tried in a circle.
      if (error === null || this.#queue.length > 0) this.#pump();
    });
  }
}

/** Writes to a descriptor by the runtime's threads: blocking ones do not block the desk. */
export function descriptorWrite(fd: number): Write {
  return (bytes, done) => write(fd, bytes, 0, bytes.length, null, done);
}
