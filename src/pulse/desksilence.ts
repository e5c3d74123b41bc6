// How long the pulse does without a word of its desk.
//
// A desk that hangs cannot look after services: without it, the pulse gives up. But the desk is an ordinary
// process, and one that wants to run and is not let is slow, not gone: as long as others take every processor,
// the services are better off where they are.

import { readdirSync } from "node:fs";
import { statFields } from "../../ffi/procstat.ts";
import { after, at, type Instant } from "../core/instant.ts";

/** Where real time takes every processor, the kernel gives ordinary processes their turn once a second: below
 *  a few of these silence means nothing. */
const SILENCE_MIN_MS = 3_000;
/** A host that has had no processor for anybody for so long is no place for services. */
const STARVING_MAX_MS = 30_000;
/** Between two looks at a desk that starves. */
const LOOK_EVERY_MS = 100;

export class DeskSilence {
  readonly #starves: () => boolean;
  #heardAt: Instant;
  #lookAt: Instant;

  /** `starves` tells whether the desk waits for a processor. */
  constructor(now: Instant, starves = () => wantsProcessor(process.ppid)) {
    this.#starves = starves;
    this.#heardAt = now;
    this.#lookAt = now;
  }

  /** A word of the desk, or something that excuses it until now. */
  heard(now: Instant): void {
    this.#heardAt = now;
  }

  /** When to ask again whether it is over. */
  deadline(deadtimeMs: number): Instant {
    const silentMs = Math.max(SILENCE_MIN_MS, deadtimeMs);
    return at(Math.max(after(this.#heardAt, silentMs), this.#lookAt));
  }

  /** True when there is no desk any more. */
  isOver(now: Instant, deadtimeMs: number): boolean {
    if (now < this.deadline(deadtimeMs)) return false;
    this.#lookAt = after(now, LOOK_EVERY_MS);
    return now - this.#heardAt >= Math.max(STARVING_MAX_MS, deadtimeMs) || !this.#starves();
  }
}

/** True while a thread of this process runs or waits for a processor. All of them are looked at: the loop of a
 *  runtime sleeps while it waits for a helper that is not let either. */
export function wantsProcessor(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some(
      (thread) => statFields(`${pid}/task/${thread}`)?.[0] === "R",
    );
  } catch {
    return false;
  }
}
