// What a judge has found in one run. One fault may be seen a thousand times: it is told a few times.

import type { Violation } from "../kind.ts";

export class Docket {
  readonly violations: Violation[] = [];
  readonly #max: number;
  readonly #tell: (violation: Violation) => void;

  /** `tell` hears of each violation at once. */
  constructor(max: number, tell: (violation: Violation) => void) {
    this.#max = max;
    this.#tell = tell;
  }

  add(violation: Violation): void {
    if (this.violations.length >= this.#max) return;
    this.violations.push(violation);
    this.#tell(violation);
  }
}
