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
/** Between two looks at a desk that is silent. */
const LOOK_EVERY_MS = 100;
/** So many looks in a row find it idle before it counts as hung: one that was let run between two looks has
 *  spoken by the second. */
const IDLE_LOOKS = 2;

/** "hung": it had what it needs and says nothing; "starved": it was not let run for so long that it comes to
 *  the same for the services, but it is not its fault. */
export type Verdict = "hung" | "starved";

export class DeskSilence {
  readonly #starves: () => boolean;
  #heardAt: Instant;
  #lookAt: Instant;
  #idleLooks = 0;

  /** `starves` tells whether the desk waits for a processor. */
  constructor(now: Instant, starves = () => wantsProcessor(process.ppid)) {
    this.#starves = starves;
    this.#heardAt = now;
    this.#lookAt = now;
  }

  /** A word of the desk, or something that excuses it until now. */
  heard(now: Instant): void {
    this.#heardAt = now;
    this.#idleLooks = 0;
  }

  silentMs(now: Instant): number {
    return now - this.#heardAt;
  }

  /** When to ask again for the verdict. */
  deadline(deadtimeMs: number): Instant {
    const silentMs = Math.max(SILENCE_MIN_MS, deadtimeMs);
    return at(Math.max(after(this.#heardAt, silentMs), this.#lookAt));
  }

  /** Why there is no desk any more; undefined while there may be one. */
  verdict(now: Instant, deadtimeMs: number): Verdict | undefined {
    if (now < this.deadline(deadtimeMs)) return undefined;
    this.#lookAt = after(now, LOOK_EVERY_MS);
    if (this.#starves()) {
      this.#idleLooks = 0;
      return this.silentMs(now) < Math.max(STARVING_MAX_MS, deadtimeMs) ? undefined : "starved";
    }
    this.#idleLooks += 1;
    return this.#idleLooks < IDLE_LOOKS ? undefined : "hung";
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
