// What waits for a serial line, bounded and at the pace of the line.
//
// The kernel would take several kilobytes, seconds of a slow line, and deliver them late. So a packet is
// handed over only when what was handed over before must nearly have left: the pace is reckoned from the
// speed, whatever the driver tells of its buffer. Pure: time is a parameter.
//
// News go first and in order: who overtakes or is left out seems to have been lost. Only when the line is
// late does a newer message take the place of an older one, and a heartbeat pass the rest: three of them at
// most, or a line that heartbeats alone fill would carry nothing else for ever. Repairs
// (questions for what was lost, what is sent again, acknowledgements) take what time is left. Were it
// otherwise, a line once late would drown in its own repairs: late packets are asked for, by
// everybody, again and again.

import { textToBytes } from "../../wire/bytes.ts";
import { RESYNC } from "../../wire/stream.ts";
import { after, type Instant } from "../instant.ts";
import { isNewer, Lane, type Put } from "./lane.ts";
import type { Slot } from "./slot.ts";

/** Handed over and not sent, at most, when the next packet follows: what keeps a UART busy. */
const AHEAD_BYTES = 256;
/** When more of the line's time than this waits, old news give way to new ones, and all to heartbeats. */
const LATE_MS = 500;
/** Heartbeats that pass what waits, before the oldest of that has its turn. */
const PASSES_MAX = 3;
/** So much of the line's time may wait, and so many bytes in any case. */
const NEWS_MS = 2_000;
const NEWS_BYTES_MIN = 4_096;
const REPAIRS_MS = 500;
const REPAIRS_BYTES_MIN = 1_024;

export class Outbox {
  readonly #bytesPerMs: number;
  readonly #news = new Lane();
  readonly #repairs = new Lane();
  /** Run and number of the newest message that was taken in, by its author. */
  readonly #newest = new Map<string, Slot["order"]>();
  /** The packet that is being handed over, and how far. */
  #current: Uint8Array | undefined;
  #at = 0;
  /** When everything that was handed over will have left, by the pace of the line. */
  #busyUntil: Instant | undefined;
  #resync = true;
  /** Heartbeats that have passed the rest in a row. */
  #passes = 0;

  /** `baud`: ten bits are a byte (8N1). */
  constructor(baud: number) {
    this.#bytesPerMs = baud / 10_000;
  }

  get isEmpty(): boolean {
    return this.#current === undefined && this.#news.size === 0 && this.#repairs.size === 0;
  }

  /** Bytes that wait here. */
  get waiting(): number {
    const rest = this.#current === undefined ? 0 : this.#current.length - this.#at;
    return this.#news.bytes + this.#repairs.bytes + rest;
  }

  /** Takes a packet in. */
  put(slot: Slot, bytes: Uint8Array): Put {
    const { src, order } = slot;
    if (src === undefined) return this.#repairs.put(slot, bytes);
    const newest = this.#newest.get(src);
    if (newest !== undefined && !isNewer(order, newest)) {
      const key = `again ${src} ${order.join(" ")}`;
      return this.#repairs.put({ key, urgent: false, order }, bytes);
    }
    this.#newest.set(src, order);
    // Who is replaced is missed and asked for: not before the line is late.
    const key = this.#isLate ? slot.key : `${slot.key} ${order.join(" ")}`;
    return this.#news.put({ ...slot, key }, bytes);
  }

  /** Throws away the oldest of what is too much; how many packets that were. Who misses them asks. */
  trim(): number {
    const share = (ms: number, min: number) => Math.max(min, ms * this.#bytesPerMs);
    return (
      this.#news.trim(share(NEWS_MS, NEWS_BYTES_MIN)) +
      this.#repairs.trim(share(REPAIRS_MS, REPAIRS_BYTES_MIN))
    );
  }

  /** The bytes to hand over now; undefined when there are none, or the line is busy. */
  next(now: Instant): Uint8Array | undefined {
    if (this.#current === undefined) {
      if (!this.#hasRoom(now)) return undefined;
      this.#current = this.#take();
      this.#at = 0;
    }
    return this.#current?.subarray(this.#at);
  }

  /** So many of them were taken by the kernel. */
  handedOver(count: number, now: Instant): void {
    const from = Math.max(this.#busyUntil ?? now, now) as Instant;
    this.#busyUntil = after(from, count / this.#bytesPerMs);
    this.#at += count;
    if (this.#current !== undefined && this.#at >= this.#current.length) this.#current = undefined;
  }

  /** When next() will have something, by the pace of the line; undefined when nothing waits. */
  deadline(): Instant | undefined {
    if (this.isEmpty) return undefined;
    return after(this.#busyUntil ?? (0 as Instant), -AHEAD_BYTES / this.#bytesPerMs);
  }

  /** Throws everything away, also what was half handed over; how many packets that were. */
  clear(): number {
    const count = this.#news.size + this.#repairs.size + (this.#current === undefined ? 0 : 1);
    this.#news.clear();
    this.#repairs.clear();
    this.#current = undefined;
    this.#busyUntil = undefined;
    this.#resync = true;
    return count;
  }

  get #isLate(): boolean {
    return this.#news.bytes > this.#bytesPerMs * LATE_MS;
  }

  #hasRoom(now: Instant): boolean {
    const due = this.deadline();
    return due !== undefined && due <= now;
  }

  #take(): Uint8Array | undefined {
    const mayPass = this.#isLate && this.#passes < PASSES_MAX;
    this.#passes = mayPass ? this.#passes + 1 : 0;
    const bytes = this.#news.take(mayPass) ?? this.#repairs.take(false);
    if (!this.#resync || bytes === undefined) return bytes;
    this.#resync = false;
    const whole = new Uint8Array(RESYNC.length + bytes.length);
    whole.set(textToBytes(RESYNC));
    whole.set(bytes, RESYNC.length);
    return whole;
  }
}
