// The threads that the runtime keeps beside the loop: they help to collect garbage, compile, give memory back.
//
// The loop waits for them: a collection is done when its helpers are, and begins when the compiler has
// paused. As ordinary threads they queue behind everything that is busy on the host, and a loop in real
// time queues with them: a pulse stood still for half a second while a helper with 2 ms of work waited for
// a processor. So they are in real time too, just below the loop, which they must not delay. They come and
// go all the time and begin with the priority of the loop, which starts them.

import { readdirSync } from "node:fs";
import { SysError } from "../../ffi/error.ts";
import { realtime } from "../../ffi/realtime.ts";
import type { ClusterConfig } from "../config/cluster.ts";

const THREADS = "/proc/self/task";

/** What the loop runs at: there must be a priority below it. */
export function loopPriority(rtprio: number): number {
  return Math.max(2, rtprio);
}

export class Helpers {
  readonly #priority: number | undefined;
  #known = new Set<number>([process.pid]);

  constructor({ realtime, rtprio }: Pick<ClusterConfig, "realtime" | "rtprio">) {
    this.#priority = realtime ? loopPriority(rtprio) - 1 : undefined;
  }

  /** Gives those that are new their priority. */
  tend(): void {
    if (this.#priority === undefined) return;
    const threads = readdirSync(THREADS).map(Number);
    for (const thread of threads) if (!this.#known.has(thread)) this.#lower(thread, this.#priority);
    this.#known = new Set([process.pid, ...threads]);
  }

  #lower(thread: number, priority: number) {
    try {
      realtime(priority, thread);
    } catch (error) {
      // It is gone already, or we may not: prepare() has said that, and the loop runs as it can.
      if (!(error instanceof SysError)) throw error;
    }
  }
}
