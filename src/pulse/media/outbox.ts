// What waits for a serial line: newest first in its slot, heartbeats before all else, bounded, and at the
// pace of the line.
//
// The kernel would take several kilobytes, seconds of a slow line, and deliver them late. So a packet is
// handed over only when what was handed over before must nearly have left: the pace is reckoned from the
// speed, whatever the driver tells of its buffer. Pure: time is a parameter.

import { after, type Instant } from "../../core/instant.ts";
import { textToBytes } from "../../wire/bytes.ts";
import { RESYNC } from "../../wire/stream.ts";
import type { Slot } from "./slot.ts";

/** Handed over and not sent, at most, when the next packet follows: what keeps a UART busy. */
const AHEAD_BYTES = 256;
/** So much of the line's time may wait, heartbeats left aside. */
const WAITING_MS = 2_000;
const WAITING_BYTES_MIN = 4_096;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly order: Slot["order"];
}

/** What became of a message: it waits, it took another's place, or it was no news beside what waits. */
export type Put = "waits" | "replaces" | "stale";

export class Outbox {
  readonly #bytesPerMs: number;
  readonly #waitingMax: number;
  readonly #urgent = new Map<string, Waiting>();
  readonly #rest = new Map<string, Waiting>();
  #restBytes = 0;
  /** The packet that is being handed over, and how far. */
  #current: Uint8Array | undefined;
  #at = 0;
  /** When everything that was handed over will have left, by the pace of the line. */
  #busyUntil: Instant | undefined;
  #resync = true;

  /** `baud`: ten bits are a byte (8N1). */
  constructor(baud: number) {
    this.#bytesPerMs = baud / 10_000;
    this.#waitingMax = Math.max(WAITING_BYTES_MIN, this.#bytesPerMs * WAITING_MS);
  }

  get isEmpty(): boolean {
    return this.#current === undefined && this.#urgent.size === 0 && this.#rest.size === 0;
  }

  /** Bytes that wait here. */
  get waiting(): number {
    let bytes =
      this.#restBytes + (this.#current === undefined ? 0 : this.#current.length - this.#at);
    for (const each of this.#urgent.values()) bytes += each.bytes.length;
    return bytes;
  }

  /** Takes a packet in. It keeps the place of the one that it replaces. */
  put({ key, urgent, order }: Slot, bytes: Uint8Array): Put {
    const lane = urgent ? this.#urgent : this.#rest;
    const known = lane.get(key);
    if (known !== undefined && isNewer(known.order, order)) return "stale";
    lane.set(key, { bytes, order });
    if (!urgent) this.#restBytes += bytes.length - (known?.bytes.length ?? 0);
    return known === undefined ? "waits" : "replaces";
  }

  /** Throws away the oldest of what is too much; how many packets that were. The others are asked for
   *  again by those who miss them. */
  trim(): number {
    let dropped = 0;
    for (const [key, { bytes }] of this.#rest) {
      if (this.#restBytes <= this.#waitingMax) break;
      this.#rest.delete(key);
      this.#restBytes -= bytes.length;
      dropped += 1;
    }
    return dropped;
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
    const count = this.#urgent.size + this.#rest.size + (this.#current === undefined ? 0 : 1);
    this.#urgent.clear();
    this.#rest.clear();
    this.#restBytes = 0;
    this.#current = undefined;
    this.#busyUntil = undefined;
    this.#resync = true;
    return count;
  }

  #hasRoom(now: Instant): boolean {
    const due = this.deadline();
    return due !== undefined && due <= now;
  }

  #take(): Uint8Array | undefined {
    const lane = this.#urgent.size > 0 ? this.#urgent : this.#rest;
    const [first] = lane;
    if (first === undefined) return undefined;
    const [key, { bytes }] = first;
    lane.delete(key);
    if (lane === this.#rest) this.#restBytes -= bytes.length;
    if (!this.#resync) return bytes;
    this.#resync = false;
    const whole = new Uint8Array(RESYNC.length + bytes.length);
    whole.set(textToBytes(RESYNC));
    whole.set(bytes, RESYNC.length);
    return whole;
  }
}

function isNewer(one: Slot["order"], other: Slot["order"]): boolean {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);
}
