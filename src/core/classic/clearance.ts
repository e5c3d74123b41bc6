// Whether the partner's end is certain enough to take its groups. Its own goodbye is; silence is where this
// node has no device that resets it (heartbeat-resources 4 row 6 and 9), else the reset is.
//
// Not when that is asked: succession.ts and legacy.ts do.

import { after, type Instant } from "../instant.ts";
import { localTakeoverMs } from "./arrival.ts";
import { fencingDraft } from "./draft.ts";
import type { Pair } from "./pair.ts";

export class Clearance {
  readonly #pair: Pair;
  #why: string | undefined;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  /** A takeover waits for the reset. */
  get isAwaited(): boolean {
    return this.#why !== undefined;
  }

  /** True: everything may be taken at once. Else the partner is reset, and `arrived()` tells of it. */
  isGiven(why: string, now: Instant): boolean {
    const { partner, table, hand } = this.#pair;
    const { fencing } = table;
    // A node that an operator removed is off by his word.
    if (partner.left || partner.status === "unknown" || !fencing.hasDevice) return true;
    const { name: node, generation } = partner;
    if (fencing.isFenced({ node, generation })) return true;
    if (this.#why === undefined) {
      const text = `Nothing is taken from ${node} before it is reset: ${why}`;
      this.#pair.log("warn", "fencing", text, { state: "wanted" });
    }
    this.#why = why;
    // What the start was waiting for, it takes with everything else.
    this.#pair.alarms.clear("local");
    for (const { key, state } of hand.groups) {
      if (state !== "held") this.#pair.explain(key, fencing.why(node));
    }
    this.#pair.add(...fencing.aim([{ node, generation, notBefore: now }], now));
    return false;
  }

  /** The same of a partner that died with groups; of one that nobody can reset it is said to all. */
  isGivenByDeath(why: string, now: Instant): boolean {
    const { table, partner } = this.#pair;
    if (table.fencing.hasDevice) return this.isGiven(why, now);
    const text = "No STONITH device configured. Shared disks are not protected";
    this.#pair.log("warn", "takeover", text);
    this.#pair.say(fencingDraft(partner.name, "n_stnth"), now);
    return true;
  }

  /** Why the takeover was called for that may begin now. Nothing is to be taken from a partner that is back, nor by a
   *  node that leaves or does not know any more what it may do. */
  arrived(isLeaving: boolean, now: Instant): string | undefined {
    const why = this.#why;
    if (why === undefined) return undefined;
    const { state, partner } = this.#pair;
    if (isLeaving || state === "leaving" || state === "overslept" || !partner.gone) {
      this.over(now);
      return undefined;
    }
    if (!this.isGiven(why, now)) return undefined;
    this.#why = undefined;
    return why;
  }

  /** There is nothing to wait for any more. */
  over(now: Instant): void {
    if (this.#why === undefined) return;
    this.#why = undefined;
    const { alarms, state, table } = this.#pair;
    if (state === "received") alarms.set("local", after(now, localTakeoverMs));
    this.#pair.add(...table.fencing.aim([], now));
  }
}
