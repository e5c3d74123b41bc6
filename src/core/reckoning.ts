// The moment that it is at least, within a turn. All inputs of a turn carry one moment (pulse/loop.ts), and
// what the pulse does at once, such as to put addresses up, has ended by then: only the result says that it
// took time. Without this, work that is done in one turn would have taken none.

import { after, at, type Instant } from "./instant.ts";

export class Reckoning {
  #at: Instant = at(0);
  #begunAt: Instant = this.#at;

  /** The moment that it is, as far as the clock and the jobs tell. */
  at(now: Instant): Instant {
    if (this.#at < now) this.#at = now;
    return this.#at;
  }

  /** A job begins; there is one at a time. */
  begin(): void {
    this.#begunAt = this.#at;
  }

  /** The job has ended, and took so long. */
  end(tookMs: number, now: Instant): void {
    this.at(after(this.#begunAt, tenths(tookMs)));
    this.at(now);
  }
}

/** Milliseconds as they are told: less than a tenth tells more of the host's load than of the job. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
