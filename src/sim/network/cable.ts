// A serial line or a PPP link as it passes time: a packet leaves when those before it have left.
//
// The pulse paces what it hands over and lets newer news replace what waits too long
// (src/pulse/media/outbox.ts); here a packet that would wait longer than that is dropped.

import type { PppMedium, SerialMedium } from "../../config/medium.ts";
import { compact, fitsLine, isSlow } from "../../wire/compact.ts";
import type { Message } from "../../wire/message.ts";

/** So much of the line's time may wait, and so many bytes in any case. */
const waitMs = 2_000;
const waitBytes = 4_096;
/** Of the text form: frame, signature, and "=" and LF for each field. */
const frameBytes = 64;

export class Cable {
  readonly #bytesPerMs: number;
  /** What travels is the text form: a serial line. */
  readonly isText: boolean;
  readonly #isSlow: boolean;
  #busyUntil = 0;

  constructor({ kind, baud }: SerialMedium | PppMedium) {
    this.isText = kind === "serial";
    this.#isSlow = isSlow(baud);
    this.#bytesPerMs = baud / 10_000;
  }

  /** How the message leaves: without what nobody misses on a slow line; undefined: a line cannot carry it. */
  fit(message: Message): Message | undefined {
    if (!this.isText) return message;
    const short = this.#isSlow ? compact(message) : message;
    return fitsLine(short) ? short : undefined;
  }

  /** How long it takes to the other end; undefined when too much waits already. */
  carry(message: Message, now: number): number | undefined {
    const waits = Math.max(0, this.#busyUntil - now);
    if (waits > Math.max(waitMs, waitBytes / this.#bytesPerMs)) return undefined;
    this.#busyUntil = now + waits + sizeOf(message) / this.#bytesPerMs;
    return this.#busyUntil - now;
  }
}

function sizeOf({ fields }: Message): number {
  let bytes = frameBytes;
  for (const { name, value } of fields) {
    bytes += name.length + 2;
    // Nested messages are rare on a line, and small.
    bytes += typeof value === "string" || value instanceof Uint8Array ? value.length : frameBytes;
  }
  return bytes;
}
