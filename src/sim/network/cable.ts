// A cable as it passes time: a packet leaves when those before it have left.
//
// What waits for a serial line is kept by the pulse's own rule (core/line): news in order, repairs in
// what time is left, and newer news instead of older ones when the line is late. What waits for a PPP link
// waits in the kernel, in order, and what is too much is dropped.

import type { PppMedium, SerialMedium } from "../../config/medium.ts";
import { at } from "../../core/instant.ts";
import { Outbox } from "../../core/line/outbox.ts";
import { slotOf } from "../../core/line/slot.ts";
import { compact, fitsLine, isSlow } from "../../wire/compact.ts";
import type { Message } from "../../wire/message.ts";
import type { Happening } from "../agenda.ts";
import type { Host } from "../host/host.ts";
import type { Delivery } from "./delivery.ts";

/** So much of the link's time may wait, and so many bytes in any case. */
const waitMs = 2_000;
const waitBytes = 4_096;
/** Of the text form: frame, signature, and "=" and LF for each field. */
const frameBytes = 64;

interface Waiting {
  readonly delivery: Delivery;
  /** What the weather adds. */
  readonly delayMs: number;
}

/** One direction of a cable. */
export class Cable implements Happening {
  /** What travels is the text form: a serial line. */
  readonly isText: boolean;
  readonly #from: Host;
  readonly #isSlow: boolean;
  readonly #bytesPerMs: number;
  readonly #outbox: Outbox;
  /** By the memory of the bytes that wait in the outbox, of which it hands out views. */
  readonly #waiting = new WeakMap<ArrayBufferLike, Waiting>();
  #life: unknown;
  #busyUntil = 0;
  #planned: number | undefined;

  constructor(from: Host, { kind, baud }: SerialMedium | PppMedium) {
    this.#from = from;
    this.isText = kind === "serial";
    this.#isSlow = isSlow(baud);
    this.#bytesPerMs = baud / 10_000;
    this.#outbox = new Outbox(baud);
  }

  /** How the message leaves: without what nobody misses on a slow line; undefined: a line cannot carry it. */
  fit(message: Message): Message | undefined {
    if (!this.isText) return message;
    const short = this.#isSlow ? compact(message) : message;
    return fitsLine(short) ? short : undefined;
  }

  /** Carries a packet to the other end, in its turn; or loses it, when too much waits. */
  carry(delivery: Delivery, delayMs: number): void {
    const { message } = delivery.packet;
    const size = sizeOf(message);
    if (!this.isText) {
      this.#push({ delivery, delayMs }, size);
      return;
    }
    this.#forget();
    const bytes = new Uint8Array(size);
    this.#waiting.set(bytes.buffer, { delivery, delayMs });
    this.#outbox.put(slotOf(message), bytes);
    this.#outbox.trim();
    this.#pump();
  }

  /** The line has time again. */
  happen(): void {
    if (this.#planned !== this.#from.world.now) return;
    this.#planned = undefined;
    this.#from.defer(() => this.#pump());
  }

  /** What waited in a pulse is gone with it. */
  #forget(): void {
    const { pulse } = this.#from;
    if (this.#life === pulse) return;
    this.#life = pulse;
    this.#outbox.clear();
    // A new pulse begins with the end of what the line may have heard half of.
    const end = { key: "end", urgent: true, order: [0, 0], src: "end" } as const;
    this.#outbox.put(end, new Uint8Array());
  }

  #pump(): void {
    const { world } = this.#from;
    this.#forget();
    const now = at(world.now);
    for (let bytes = this.#outbox.next(now); bytes !== undefined; bytes = this.#outbox.next(now)) {
      const waiting = this.#waiting.get(bytes.buffer);
      this.#outbox.handedOver(bytes.length, now);
      this.#push(waiting, bytes.length);
    }
    const due = this.#outbox.deadline();
    if (due === undefined || (this.#planned !== undefined && this.#planned <= due)) return;
    this.#planned = world.plan(due, this);
  }

  #push(waiting: Waiting | undefined, bytes: number): void {
    const { world } = this.#from;
    const waits = Math.max(0, this.#busyUntil - world.now);
    if (waits > Math.max(waitMs, waitBytes / this.#bytesPerMs)) return;
    this.#busyUntil = world.now + waits + bytes / this.#bytesPerMs;
    if (waiting === undefined || waiting.delivery.way.isCut) return;
    world.plan(this.#busyUntil + waiting.delayMs, waiting.delivery);
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
