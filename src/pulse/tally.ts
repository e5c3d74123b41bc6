// What was sent, received and rejected on one link. Counters only.

import type { SerialMedium } from "../config/medium.ts";
import type { LineView, PacketView } from "../core/snapshot.ts";

/** The counters of a serial line; its carrier keeps them. */
export type LineCount = { -readonly [Key in keyof LineView]: LineView[Key] };

export class Tally {
  readonly link: string;
  sent = 0;
  received = 0;
  /** Of those sent, messages of others (`serial_ring`). */
  forwarded = 0;
  #line: LineCount | undefined;
  readonly #rejected = new Map<string, number>();

  constructor(link: string) {
    this.link = link;
  }

  /** Counts a packet that was not authentic; how many of this reason there are now. */
  reject(reason: string): number {
    const count = (this.#rejected.get(reason) ?? 0) + 1;
    this.#rejected.set(reason, count);
    return count;
  }

  /** The counters of the serial line that this link is. */
  line({ baud, flow }: SerialMedium): LineCount {
    this.#line = { ...(this.#line ?? noCount), baud, flow };
    return this.#line;
  }

  view(): PacketView {
    return {
      link: this.link,
      sent: this.sent,
      received: this.received,
      rejected: Object.fromEntries(this.#rejected),
      ...(this.#line && { line: { ...this.#line } }),
      ...(this.forwarded > 0 && { forwarded: this.forwarded }),
    };
  }
}

const noCount = {
  bytesIn: 0,
  bytesOut: 0,
  noise: 0,
  waiting: 0,
  replaced: 0,
  dropped: 0,
  unsendable: 0,
  stalls: 0,
} as const;
