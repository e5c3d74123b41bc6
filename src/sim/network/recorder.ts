// What a stranger has recorded of the packets that came to one host: a ring of the latest.

import type { Delivery } from "./delivery.ts";

const packetsMax = 2_048;

export class Recorder {
  readonly #packets: Delivery[] = [];
  #next = 0;

  keep(delivery: Delivery): void {
    if (delivery.touched === "replayed") return;
    this.#packets[this.#next] = delivery;
    this.#next = (this.#next + 1) % packetsMax;
  }

  /** The latest packets that were sent at this moment or before, at most so many, oldest first. */
  before(moment: number, count: number): Delivery[] {
    const found: Delivery[] = [];
    for (let back = 1; back <= packetsMax && found.length < count; back += 1) {
      const packet = this.#packets[(this.#next - back + packetsMax) % packetsMax];
      if (packet === undefined) break;
      if (packet.sentAt <= moment) found.push(packet);
    }
    return found.reverse();
  }
}
