// Collects garbage while nothing is due. Left to itself the runtime does so when its heap is full, which may
// be the moment of a heartbeat; and as memory is locked, the highest that the heap ever was is kept for good.
//
// All of it at once: what is collected in parts leaves garbage behind that has grown old, and grows by it.

import { fullGC } from "bun:jsc";
import { bootMs } from "../../ffi/clock.ts";
import { after, type Instant } from "../core/instant.ts";

/** At a keepalive of 100 ms some 5 MB come together in this time, less than what the heap has room for. */
const EVERY_MS = 5_000;
/** Until it is known: what a small heap takes on a busy host. */
const TOOK_FIRST_MS = 10;
/** So many times as long as the last collection took must be free, when it falls due. */
const ROOM = 3;

export class Collector {
  readonly #collect: () => number;
  #dueAt: Instant;
  #tookMs = TOOK_FIRST_MS;

  /** `collect` says how long it took, in milliseconds. */
  constructor(now: Instant, collect = collectAll) {
    this.#collect = collect;
    this.#dueAt = now;
  }

  /** True when it is time and there is room: nothing is due before that moment. Less and less room will do: a
   *  heap that is larger, or a collection that was held up, must not put the next one off for good. */
  wants(now: Instant, until: Instant): boolean {
    const overdue = (now - this.#dueAt) / EVERY_MS;
    return overdue >= 0 && until - now >= ROOM * this.#tookMs * Math.max(0, 1 - overdue);
  }

  collect(now: Instant): void {
    this.#tookMs = this.#collect();
    this.#dueAt = after(now, EVERY_MS);
  }
}

function collectAll(): number {
  const began = bootMs();
  fullGC();
  return bootMs() - began;
}
