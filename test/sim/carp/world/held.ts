// The shared addresses on one made-up host: leased by the pulse, put up by a script, or a kernel's own.
// A lease that nobody renews ends; what a script did stays.

import type { Time } from "./time.ts";

export class Held {
  readonly #time: Time;
  /** The addresses came, or went. */
  readonly #changed: (up: boolean) => void;
  #leasedUntil = Number.NEGATIVE_INFINITY;
  #plannedAt: number | undefined;
  #isByScript = false;
  #wasUp = false;

  constructor(time: Time, changed: (up: boolean) => void) {
    this.#time = time;
    this.#changed = changed;
  }

  get isUp(): boolean {
    return this.#isByScript || this.#leasedUntil > this.#time.now;
  }

  /** Up for so long from now; Infinity: for good. */
  lease(ms: number): void {
    this.#leasedUntil = this.#time.now + ms;
    if (this.#plannedAt === undefined && ms !== Number.POSITIVE_INFINITY) this.#planEnd();
    this.#tell();
  }

  /** Off, whoever put them up. */
  drop(): void {
    this.#isByScript = false;
    this.#leasedUntil = Number.NEGATIVE_INFINITY;
    this.#tell();
  }

  script(isUp: boolean): void {
    this.#isByScript = isUp;
    this.#tell();
  }

  #planEnd(): void {
    const due = this.#leasedUntil;
    this.#plannedAt = due;
    this.#time.plan(due, () => {
      this.#plannedAt = undefined;
      if (this.#leasedUntil > this.#time.now) this.#planEnd();
      this.#tell();
    });
  }

  #tell(): void {
    const { isUp } = this;
    if (isUp === this.#wasUp) return;
    this.#wasUp = isUp;
    this.#changed(isUp);
  }
}
