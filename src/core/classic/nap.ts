// What a node does that overslept its own deadtime beside a Heartbeat 3 partner.
//
// The partner has declared it dead and runs its groups. The next status of the old generation would
// look like a healed partition, and the partner would restart itself, too: so this run says nothing
// more. It releases what it had and begins anew with a higher generation, which the partner takes for
// what it is, a restart.
//
// A node whose partner was gone before it slept has probably nobody to fear: it listens for deadtime and,
// if the partner is still not heard, goes on as before. The hand has suspended everything meanwhile, and
// takes nothing of what it was told to take before.

import { Vigil } from "../group/vigil.ts";
import type { Instant } from "../instant.ts";
import type { Ended } from "./errand.ts";
import { everything, nothing } from "./ownership.ts";
import { type Pair, type PairState, type Purpose, troubles } from "./pair.ts";

export class Nap {
  readonly #pair: Pair;
  readonly #vigil: Vigil;
  #slept = 0;
  #before: PairState = "init";
  #released = false;

  constructor(pair: Pair) {
    this.#pair = pair;
    this.#vigil = new Vigil(() => pair.table.deadtimeMs);
  }

  get silent(): boolean {
    return this.#pair.state === "overslept";
  }

  overslept(ms: number, now: Instant): void {
    const { partner, state, errands, ended } = this.#pair;
    this.#slept = Math.round(ms);
    if (state === "leaving" || state === "overslept") return;
    ended.push(...errands.callOff("called off: this node overslept"));
    this.#before = state;
    this.#pair.state = "overslept";
    if (!partner.gone) {
      this.release(`${partner.name} may have taken over`, now);
      return;
    }
    this.#vigil.begin(now);
    this.#isAlone(now);
    const text = `This node overslept ${this.#slept} ms: listening whether ${partner.name} is back`;
    this.#pair.log("warn", "overslept", text);
  }

  /** Gives up everything, then asks for a new run. */
  release(why: string, now: Instant): void {
    if (this.#released) return;
    this.#released = true;
    this.#pair.alarms.clear("alone");
    this.#pair.claim = nothing;
    const text = `This node overslept ${this.#slept} ms: ${why}, giving up everything`;
    this.#pair.log("error", "overslept", text);
    const keys = this.#pair.keys(everything);
    this.#pair.work("give", keys, "given up: this node overslept", { for: "overslept" }, now);
  }

  /** Alarm "alone": nobody was heard, so nobody took over. True when this node goes on. */
  alone(now: Instant): boolean {
    const { partner } = this.#pair;
    if (!this.silent || this.#released) return false;
    if (!partner.gone) {
      this.release(`${partner.name} is back`, now);
      return false;
    }
    if (!this.#isAlone(now)) return false;
    this.#pair.state = this.#before;
    const text = `${partner.name} is still gone: this node goes on with what it holds`;
    this.#pair.log("info", "overslept", text);
    return true;
  }

  /** It has listened for long enough; else it will be asked again. */
  #isAlone(now: Instant): boolean {
    this.#vigil.look(now);
    const until = this.#vigil.deadline();
    if (until !== undefined) this.#pair.alarms.set("alone", until);
    return until === undefined;
  }

  ended(ended: Ended<Purpose>): void {
    const wrong = troubles("give", ended.outcomes);
    if (wrong.length > 0) this.#pair.log("error", "overslept", wrong.join(", "));
    this.#pair.add({ do: "restart", reason: `overslept ${this.#slept} ms` });
  }
}
