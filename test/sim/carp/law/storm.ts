// "storm": no hb host sends more than an honest exchange needs. A master sends once an interval, and answers worse ones
// ten times an interval at most (docs/design.md "CARP").

import type { Sight } from "../../../../src/sim/sight.ts";
import { advertIntervalMs } from "../../../../src/wire/carp/timing.ts";
import type { Law, Report } from "../../law/law.ts";
import { isOurs, type Picture } from "./picture.ts";

const perInterval = 11;
/** Takeovers, last words and farewells within one second. */
const besides = 25;

export class Storm implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  readonly #sent = new Map<string, { second: number; count: number }>();

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    // What others do when they are made to believe forgeries is theirs.
    if (sight.saw !== "advert" || !isOurs(this.#picture.host(sight.node))) return;
    const second = Math.floor(now / 1_000);
    const known = this.#sent.get(sight.node);
    const sent = known?.second === second ? known : { second, count: 0 };
    sent.count += 1;
    this.#sent.set(sight.node, sent);
    const intervalMs = advertIntervalMs(this.#picture.host(sight.node).router);
    const limit = Math.ceil((perInterval * 1_000) / intervalMs) + besides;
    if (sent.count === limit)
      this.#report("storm", `${sight.node} sends ${limit} times in a second`);
  }
}
