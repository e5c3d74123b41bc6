// The timer that ends the wait of the loop at a moment. What it is set to is not said again: most turns wait for the
// same moment as the turn before, and something else ends them.

import { acknowledge, arm, timer } from "../../ffi/clock.ts";
import type { Instant } from "../core/instant.ts";

export class Alarm {
  readonly fd = timer();
  /** Undefined once it has fired. */
  #until: Instant | undefined;

  set(until: Instant): void {
    if (until === this.#until) return;
    arm(this.fd, until);
    this.#until = until;
  }

  /** Takes note of it, so that it can fire again. */
  fired(): void {
    acknowledge(this.fd);
    this.#until = undefined;
  }
}
