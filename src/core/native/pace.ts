// How fast bulletins may follow each other. The first ones within a keepalive leave at once; then each
// waits a moment, so that what several packets bring is said in one; then they wait for each other's news:
// a sleeper that reads what it missed, or a thousand groups that start, would send hundreds.

import { after, at, type Instant } from "../instant.ts";

const atOnce = 10;
const soon = 20;
/** Longer than packets that arrive together take, and no wait for people. */
const momentMaxMs = 1;

export class Pace {
  readonly #keepaliveMs: () => number;
  #burstAt = at(0);
  #burst = 0;
  #freeAt = at(0);

  constructor(keepaliveMs: () => number) {
    this.#keepaliveMs = keepaliveMs;
  }

  /** From when on the next one may leave. */
  get freeAt(): Instant {
    return this.#freeAt;
  }

  /** One leaves. */
  spend(now: Instant): void {
    if (now >= after(this.#burstAt, this.#keepaliveMs())) {
      this.#burstAt = now;
      this.#burst = 0;
    }
    this.#burst += 1;
    this.#freeAt = after(now, this.#pauseMs());
  }

  #pauseMs(): number {
    const keepaliveMs = this.#keepaliveMs();
    if (this.#burst < atOnce) return 0;
    return this.#burst < soon ? Math.min(momentMaxMs, keepaliveMs / 1_000) : keepaliveMs / soon;
  }
}
