// What may be up of a group although this agent knows nothing of it: an earlier one died and what it
// remembered is lost, another program held the group before, the host's own start-up was too eager. Each
// script is asked for its status once; nothing is started or stopped.
//
// Addresses are not asked for: what a dead agent left of them ends with its leases.

import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import type { Ladder } from "./ladder.ts";
import type { Result } from "./work.ts";

interface Parts {
  readonly ladder: Ladder;
  readonly nextJob: () => number;
  /** A script that has not answered by then has not said that nothing runs. */
  readonly timeoutMs: number;
}

export class Search {
  readonly #parts: Parts;
  #job = 0;
  #stage = -1;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** All scripts may run, until they say that they do not. Undefined: there is none. */
  begin(): Effect[] | undefined {
    const { ladder } = this.#parts;
    ladder.adopt(ladder.scripts);
    return this.#next();
  }

  waitsFor(job: number): boolean {
    return job === this.#job;
  }

  /** One has answered. Undefined: it was the last. */
  result(result: Result, now: Instant): Effect[] | undefined {
    const { ladder, timeoutMs } = this.#parts;
    if (!result.ok && result.tookMs < timeoutMs) ladder.stopped(this.#stage);
    const effects = this.#next();
    if (effects === undefined && ladder.isDown) ladder.foundIdle(now);
    return effects;
  }

  #next(): Effect[] | undefined {
    const { ladder, nextJob } = this.#parts;
    do this.#stage += 1;
    while (ladder.stage(this.#stage)?.kind === "pulse");
    if (ladder.stage(this.#stage) === undefined) return undefined;
    this.#job = nextJob();
    return ladder.ask(this.#stage, this.#job);
  }
}
