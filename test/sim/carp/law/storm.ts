// "storm": nobody sends more than an honest exchange needs. A master answers worse ones ten times an interval
// at most, and the shortest interval of a plan is a tenth of a second.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { Law, Report } from "../../law/law.ts";

const perSecondMax = 150;

export class Storm implements Law {
  readonly #report: Report;
  readonly #sent = new Map<string, { second: number; count: number }>();

  constructor(report: Report) {
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw !== "advert") return;
    const second = Math.floor(now / 1_000);
    const known = this.#sent.get(sight.node);
    const sent = known?.second === second ? known : { second, count: 0 };
    sent.count += 1;
    this.#sent.set(sight.node, sent);
    if (sent.count === perSecondMax) this.#report("storm", `${sight.node} floods the segment`);
  }
}
