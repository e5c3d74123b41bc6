// A line that may be said once in a while: what an attacker or a wrong configuration can provoke
// with every packet must not fill the log.

import type { Instant } from "../instant.ts";

/** At most one line of a kind per minute. */
const QUIET_MS = 60_000;

export class Complaint {
  #saidAt: Instant | undefined;
  #held = 0;

  /** The line to log now, with the number of those swallowed before it; undefined to stay quiet. */
  say(text: string, now: Instant): string | undefined {
    if (this.#saidAt !== undefined && now - this.#saidAt < QUIET_MS) {
      this.#held++;
      return undefined;
    }
    const more = this.#held === 0 ? "" : ` (and ${this.#held} like it before)`;
    this.#saidAt = now;
    this.#held = 0;
    return text + more;
  }
}
