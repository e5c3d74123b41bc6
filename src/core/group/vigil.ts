// The time in which a node that overslept listens, before it goes on with what it had: whoever came up
// meanwhile is heard within one deadtime.
//
// A reload may come while it lasts, even together with the awakening: the deadtime is that of the files in
// force, for the others go by the same ones. What is over is not begun anew by files that come later.

import { after, type Instant } from "../instant.ts";

export class Vigil {
  readonly #deadtimeMs: () => number;
  #wokeAt: Instant | undefined;

  constructor(deadtimeMs: () => number) {
    this.#deadtimeMs = deadtimeMs;
  }

  begin(now: Instant): void {
    this.#wokeAt = now;
  }

  get isKept(): boolean {
    return this.#wokeAt !== undefined;
  }

  /** It ends when its time has come. */
  look(now: Instant): void {
    const until = this.deadline();
    if (until !== undefined && now >= until) this.#wokeAt = undefined;
  }

  deadline(): Instant | undefined {
    return this.#wokeAt === undefined ? undefined : after(this.#wokeAt, this.#deadtimeMs());
  }
}
