// The pulse's one blocking call: wait until a descriptor is ready.
//
// Not an event loop: no callbacks; the caller asks which descriptors are ready after each wait.

import { errnoOf, SysError } from "./error.ts";
import { sizeOf } from "./layout.ts";
import { c, errno, within } from "./libc.ts";

export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;
export const POLLNVAL = 32;

const EINTR = errnoOf("EINTR");

export class PollSet {
  // struct pollfd { int fd; short events; short revents; }
  #bytes = new Uint8Array(new ArrayBuffer(sizeOf.pollfd * 64));
  #table = new DataView(this.#bytes.buffer);
  readonly #slots = new Map<number, number>();

  /** Waits for these events on the descriptor from now on; repeated calls change them. */
  watch(fd: number, events: number): void {
    within("fd", fd, 0, 0x7fff_ffff);
    const slot = this.#slots.get(fd) ?? this.#append(fd);
    this.#table.setInt16(slot * sizeOf.pollfd + 4, events, true);
  }

  /** Forgets the descriptor. Call it before close(), or the number may mean another one. */
  forget(fd: number): void {
    const slot = this.#slots.get(fd);
    if (slot === undefined) return;
    const last = this.#slots.size - 1;
    const moved = this.#table.getInt32(last * sizeOf.pollfd, true);
    const row = this.#table.getBigInt64(last * sizeOf.pollfd, true);
    this.#table.setBigInt64(slot * sizeOf.pollfd, row, true);
    this.#slots.set(moved, slot);
    this.#slots.delete(fd);
  }

  /** Waits until something is ready or the timeout has passed (-1: for ever). How many are ready; a
   *  signal counts as nothing ready. */
  wait(timeoutMs: number): number {
    within("timeoutMs", timeoutMs, -1, 0x7fff_ffff);
    const ready = c.poll(this.#bytes, this.#slots.size, timeoutMs);
    if (ready !== -1) return ready;
    const number = errno();
    // Nothing was written: what the last wait said must not be believed again.
    for (const slot of this.#slots.values()) {
      this.#table.setInt16(slot * sizeOf.pollfd + 6, 0, true);
    }
    if (number === EINTR) return 0;
    throw new SysError("wait", number, `for ${this.#slots.size} descriptors`);
  }

  /** What the last wait() found on this descriptor: POLLIN and so on; 0 when nothing. */
  found(fd: number): number {
    const slot = this.#slots.get(fd);
    return slot === undefined ? 0 : this.#table.getInt16(slot * sizeOf.pollfd + 6, true);
  }

  #append(fd: number): number {
    const slot = this.#slots.size;
    if ((slot + 1) * sizeOf.pollfd > this.#table.byteLength) {
      const larger = new Uint8Array(new ArrayBuffer(this.#bytes.byteLength * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#table = new DataView(larger.buffer);
    }
    this.#table.setInt32(slot * sizeOf.pollfd, fd, true);
    this.#table.setInt32(slot * sizeOf.pollfd + 4, 0, true);
    this.#slots.set(fd, slot);
    return slot;
  }
}
