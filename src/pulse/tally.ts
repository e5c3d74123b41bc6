// What was sent, received and rejected on one link. Counters only.

import type { PacketView } from "../core/snapshot.ts";

export class Tally {
  readonly link: string;
  sent = 0;
  received = 0;
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

  view(): PacketView {
    return {
      link: this.link,
      sent: this.sent,
      received: this.received,
      rejected: Object.fromEntries(this.#rejected),
    };
  }
}
