// The messages on their way to one place, a file or syslog, that may be slow or take nothing at all.
//
//  flowing   while there is no room, who speaks is made to wait: nothing is lost to a burst
//  stalled   the place took nothing for a while: what there is no room for is too late and is discarded
//
// A stalled place that takes something again flows; it is told first how many messages were discarded. So of every
// message that was given to a place, it was either written there or is in such a number.

import { within } from "../within.ts";

/** Writes what it can: EAGAIN when it can take nothing now. */
export type OutletWrite = (
  bytes: Uint8Array,
  done: (error: Error | null, written: number) => void,
) => void;

/** Where the bytes go at present. */
export interface Target {
  write: OutletWrite;
  close(): void;
}

export interface OutletOptions {
  /** Messages that may wait. */
  readonly messagesMax: number;
  /** How many of them may be a program's. */
  shareOf(program: string): number;
  /** Each message is written alone; else they are lines, and as many as there are go at once. */
  readonly packets: boolean;
  /** The line that tells of messages that were discarded. */
  gap(count: number): Uint8Array;
  /** There may be room again, or nobody needs to wait any longer. */
  eased(): void;
  /** A place that takes nothing for so long is stalled. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly bytes: Uint8Array;
  /** Undefined: the line that tells of a gap. */
  readonly program: string | undefined;
  /** Messages that are discarded if this is not written. */
  readonly stands: number;
}

/** More bytes than this are no room either, however few messages they are. */
const bytesMax = 1024 * 1024;
const batchBytes = 32 * 1024;
/** A place that can take nothing is tried again after this. */
const retryMs = 20;
/** Who was made to wait goes on when this share of the room is free: not for each message anew. */
const easyShare = 3 / 4;
const lineFeed = Buffer.from("\n");

export class Outlet {
  readonly #options: OutletOptions;
  #target: Target;
  #queue: Waiting[] = [];
  #batch: Waiting[] = [];
  /** What of the batch is not written yet. */
  #rest = new Uint8Array(0);
  /** The last line that was written ends in its middle. */
  #isTorn = false;
  readonly #waitingOf = new Map<string, number>();
  #bytes = 0;
  #discarded = 0;
  #stalled = false;
  #isWriting = false;
  /** When it took something, or had nothing to take. */
  #movedAt = 0;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #emptied: (() => void)[] = [];
  /** Targets of before that a write may still be under way to. */
  #closing: Target[] = [];

  constructor(target: Target, options: OutletOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Messages that are neither written nor told of. */
  get waiting(): number {
    return this.#queue.length + this.#batch.length;
  }

  /** Messages that were discarded and not told of. */
  get discarded(): number {
    return this.#discarded;
  }

  /** Whether this program may go on: there is room for it, or nobody is made to wait. */
  isOpenFor(program: string): boolean {
    return this.#stalled || this.#hasRoom(program, 1);
  }

  /** Whether a program that had to wait may go on. */
  isEasyFor(program: string): boolean {
    return this.#stalled || this.#hasRoom(program, easyShare);
  }

  /** Takes a message of this program, or discards it; never waits. It may stand for several: those that the
   *  program itself has dropped. */
  push(bytes: Uint8Array, program: string, stands = 1): void {
    if (this.#stalled && !this.#hasRoom(program, 1)) {
      this.#discarded += stands;
      return;
    }
    if (!this.#stalled) this.#tellGap();
    this.#enqueue({ bytes, program, stands });
    this.#waitingOf.set(program, (this.#waitingOf.get(program) ?? 0) + 1);
    this.#pump();
  }

  /** Goes on to another target; what is half written ends in it. */
  use(target: Target): void {
    const last = this.#target;
    this.#target = target;
    if (this.#isWriting) this.#closing.push(last);
    else last.close();
  }

  /** Resolves when all is written, or after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    this.#tellGap();
    this.#pump();
    if (this.waiting === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#emptied.push(resolve);
    await within(limitMs, promise);
  }

  close(): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#retry);
    this.#target.close();
  }

  #hasRoom(program: string, share: number): boolean {
    const { messagesMax, shareOf } = this.#options;
    const own = this.#waitingOf.get(program) ?? 0;
    if (this.#bytes >= bytesMax * share) return false;
    return this.waiting < messagesMax * share && own < shareOf(program) * share;
  }

  #enqueue(waiting: Waiting) {
    if (this.waiting === 0) this.#movedAt = performance.now();
    this.#queue.push(waiting);
    this.#bytes += waiting.bytes.length;
    this.#watch(this.#options.patienceMs);
  }

  #tellGap() {
    if (this.#discarded === 0) return;
    const bytes = this.#options.gap(this.#discarded);
    this.#enqueue({ bytes, program: undefined, stands: this.#discarded });
    this.#discarded = 0;
  }

  /** Looks after it when its patience may be at its end. */
  #watch(afterMs: number) {
    if (this.#stalled) return;
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      if (this.waiting === 0) return;
      const leftMs = this.#movedAt + this.#options.patienceMs - performance.now();
      if (leftMs > 0) {
        this.#watch(leftMs);
        return;
      }
      this.#stalled = true;
      this.#options.eased();
    }, afterMs);
  }

  #moved() {
    this.#movedAt = performance.now();
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#tellGap();
    this.#watch(this.#options.patienceMs);
  }

  #pump() {
    if (this.#isWriting || this.#retry !== undefined) return;
    if (this.#rest.length === 0 && !this.#fill()) {
      for (const done of this.#emptied.splice(0)) done();
      return;
    }
    this.#isWriting = true;
    this.#target.write(this.#rest, (error, written) => this.#wrote(error, written));
  }

  /** Makes the next batch; false: there is nothing. */
  #fill(): boolean {
    const { packets } = this.#options;
    let size = 0;
    while (size < batchBytes && !(packets && this.#batch.length > 0)) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      this.#batch.push(next);
      size += next.bytes.length;
    }
    if (this.#batch.length === 0) return false;
    const lines = this.#batch.map(({ bytes }) => bytes);
    this.#rest = Buffer.concat(this.#isTorn && !packets ? [lineFeed, ...lines] : lines);
    return true;
  }

  #wrote(error: Error | null, written: number) {
    this.#isWriting = false;
    for (const target of this.#closing.splice(0)) target.close();
    if (error !== null && "code" in error && error.code === "EAGAIN") {
      this.#again();
      return;
    }
    if (written > 0) this.#isTorn = this.#rest[written - 1] !== lineFeed[0];
    if (error === null) this.#rest = this.#rest.subarray(written);
    if (error === null && this.#rest.length > 0) {
      if (written > 0) this.#moved();
      this.#again(written === 0);
      return;
    }
    this.#over(error === null ? 0 : this.#rest.length);
    if (error === null) this.#moved();
    this.#options.eased();
    // Where nothing can be written, it is tried again with the next message, not in a circle.
    if (error === null || this.#queue.length > 0) this.#pump();
    else for (const done of this.#emptied.splice(0)) done();
  }

  #again(later = true) {
    if (!later) {
      this.#pump();
      return;
    }
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#pump();
    }, retryMs);
  }

  /** Done with the batch, the last `unwritten` bytes of which were not taken. */
  #over(unwritten: number) {
    // A line feed alone is made up for by the next line.
    const littleMax = this.#options.packets ? 0 : 1;
    let missing = unwritten;
    for (const { bytes, program, stands } of this.#batch.toReversed()) {
      if (missing > littleMax) this.#discarded += stands;
      missing -= bytes.length;
      this.#bytes -= bytes.length;
      if (program === undefined) continue;
      const left = (this.#waitingOf.get(program) ?? 1) - 1;
      if (left === 0) this.#waitingOf.delete(program);
      else this.#waitingOf.set(program, left);
    }
    this.#batch = [];
    this.#rest = new Uint8Array(0);
  }
}
