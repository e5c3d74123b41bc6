// One direction of a serial line: bytes, at the pace of the line, out of the same queue that the pulse has
// (core/line/outbox.ts). What arrives is a piece of a stream; who reads it finds the packets. The queue has
// blanks: it looks at no byte, and bytes are costly to make.

import type { SerialMedium } from "../../config/medium.ts";
import { at } from "../../core/instant.ts";
import { Outbox } from "../../core/line/outbox.ts";
import { slotOf } from "../../core/line/slot.ts";
import type { Happening } from "../agenda.ts";
import type { World } from "../world.ts";
import type { Packet } from "./packet.ts";

/** A line that is opened holds a break (src/pulse/media/serial.ts). */
const breakMs = 250;
/** What still waits when the pulse ends may take so long (src/pulse/links.ts). */
const drainMs = 1_000;

export interface LineEnd {
  /** Who sends is there, and awake. */
  isAwake(): boolean;
  /** A packet will have left after so many milliseconds; `isFirst`: behind what ends a half-sent one. */
  leave(packet: Packet, transit: { readonly isFirst: boolean; readonly ms: number }): void;
}

export class Line implements Happening {
  readonly #world: World;
  readonly #end: LineEnd;
  readonly #bytesPerMs: number;
  readonly #outbox: Outbox;
  /** Whose blanks these are. */
  readonly #packets = new WeakMap<ArrayBufferLike, Packet>();
  #busyUntil = 0;
  #breakUntil = 0;
  #drainUntil = -1;
  #planned: number | undefined;

  constructor(world: World, { baud }: SerialMedium, end: LineEnd) {
    this.#world = world;
    this.#end = end;
    this.#bytesPerMs = baud / 10_000;
    this.#outbox = new Outbox(baud);
  }

  /** A process opens it: what the one before it had not sent is gone. */
  open(): void {
    this.#outbox.clear();
    this.#breakUntil = this.#world.now + breakMs;
    this.#drainUntil = -1;
  }

  /** The process ends by itself: what waits is given a moment to leave. */
  close(): void {
    this.#drainUntil = this.#world.now + drainMs;
    this.#pump(undefined);
  }

  post(packet: Packet): void {
    const { blank } = packet;
    this.#packets.set(blank.buffer, packet);
    this.#outbox.put(slotOf(packet.message), blank);
    this.#outbox.trim();
    this.#pump(packet);
  }

  happen(): void {
    if (this.#planned !== this.#world.now) return;
    this.#planned = undefined;
    this.#pump(undefined);
  }

  /** Hands over what the line has time for. */
  #pump(latest: Packet | undefined): void {
    const { now } = this.#world;
    if (!this.#end.isAwake() && now > this.#drainUntil) return;
    if (now < this.#breakUntil) {
      this.#plan(this.#breakUntil);
      return;
    }
    const moment = at(now);
    for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
      this.#outbox.handedOver(bytes.length, moment);
      this.#busyUntil = Math.max(this.#busyUntil, now) + bytes.length / this.#bytesPerMs;
      const known = this.#packets.get(bytes.buffer);
      // The first packet after an opening is copied behind what ends a half-sent one.
      const packet = known ?? latest;
      const transit = { isFirst: known === undefined, ms: this.#busyUntil - now };
      if (packet !== undefined) this.#end.leave(packet, transit);
    }
    const due = this.#outbox.deadline();
    if (due !== undefined) this.#plan(due);
  }

  #next(): Uint8Array | undefined {
    return this.#outbox.next(at(this.#world.now));
  }

  #plan(moment: number): void {
    if (this.#planned !== undefined && this.#planned <= moment) return;
    this.#planned = this.#world.plan(moment, this);
  }
}
