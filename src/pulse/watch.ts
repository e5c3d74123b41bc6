// Which descriptors the loop waits for, and who reads each. Not the loop: it says when to wait and
// how much may be read in one turn.

import { POLLIN, PollSet } from "../../ffi/poll.ts";

/** Reads at most `limit` packets of what is queued. */
export type Reader = (limit: number) => void;

export class Watch {
  readonly #set = new PollSet();
  readonly #readers = new Map<number, Reader>();

  /** Waits for `fd` too; `events` beyond POLLIN are for writers with a queue. */
  add(fd: number, reader: Reader, events = POLLIN): void {
    this.#readers.set(fd, reader);
    this.#set.watch(fd, events);
  }

  /** From now on waits for these events of a descriptor that it knows. */
  want(fd: number, events: number): void {
    if (this.#readers.has(fd)) this.#set.watch(fd, events);
  }

  /** Call it before the descriptor is closed. */
  remove(fd: number): void {
    this.#readers.delete(fd);
    this.#set.forget(fd);
  }

  /** Blocks until something is ready or the timer (a descriptor like the others) has fired; false when
   *  nothing is. */
  wait(timeoutMs: number): boolean {
    return this.#set.wait(timeoutMs) > 0;
  }

  /** What is ready on this descriptor since the last wait(). */
  found(fd: number): number {
    return this.#set.found(fd);
  }

  /** Lets every reader whose descriptor is ready read. A reader may add and remove descriptors. */
  read(limit: number): void {
    for (const [fd, reader] of [...this.#readers]) {
      if (this.#readers.get(fd) === reader && this.#set.found(fd) !== 0) reader(limit);
    }
  }
}
