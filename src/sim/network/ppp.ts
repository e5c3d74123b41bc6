// One direction of a PPP link as it passes time: a datagram leaves when those before it have left. It has
// no queue of the pulse's own; what the kernel's cannot hold is lost.

import type { PppMedium } from "../../config/medium.ts";
import type { Packet } from "./packet.ts";

/** So much may wait in the kernel. */
const waitBytes = 4_096;
/** PPP's frame, IP and UDP. */
const frameBytes = 36;

export class PppLink {
  readonly #bytesPerMs: number;
  #busyUntil = 0;

  constructor({ baud }: PppMedium) {
    this.#bytesPerMs = baud / 10_000;
  }

  /** How long the packet takes to the other end; undefined when it is lost. */
  carry(packet: Packet, now: number): number | undefined {
    const waits = Math.max(0, this.#busyUntil - now);
    if (waits > waitBytes / this.#bytesPerMs) return undefined;
    const bytes = packet.bytes.length + frameBytes;
    this.#busyUntil = now + waits + bytes / this.#bytesPerMs;
    return this.#busyUntil - now;
  }
}
