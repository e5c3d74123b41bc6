// What a stable node of a pair looks after, turn by turn: groups that failed here, groups that should go
// home, groups that nobody claims (heartbeat-resources 4 row 9, and 10 done right).
//
// * A group that fails here goes to the partner at once, by standby of the set that it belongs to; not
//   again for ten minutes, so that a group that runs nowhere does not drag its set to and fro.
// * Groups that nobody claims while both are stable are taken, by their owner after two seconds, by the
//   other one after four; 3.0.6 only logs them. What is down of a set that is claimed here is taken after
//   four: the other node had it as an hb node and is back as Heartbeat 3, or the files have it since.

import type { HandGroup } from "../group/hand.ts";
import { after, type Instant } from "../instant.ts";
import type { GroupSet } from "../wish.ts";
import type { Exchange } from "./exchange.ts";
import {
  type Claim,
  claimOf,
  everything,
  isNothing,
  minus,
  mirrored,
  nothing,
  plus,
  wordOf,
} from "./ownership.ts";
import { listed, type Pair } from "./pair.ts";

/** Own groups of nobody are taken after this, others after twice as long; reports cross in less. */
export const orphanMs = 2_000;
/** A set that failed here is handed over once in this time. */
export const failoverEveryMs = 600_000;
/** What failed here and cannot go elsewhere is tried again after this. */
export const retryMs = 60_000;
/** Looked at again after this while something is in flux; 3.0.6's own number for failback. */
const recheckMs = 1_000;

export class Upkeep {
  readonly #pair: Pair;
  readonly #exchange: Exchange;
  readonly #failedOver = new Map<GroupSet, Instant>();

  constructor(pair: Pair, exchange: Exchange) {
    this.#pair = pair;
    this.#exchange = exchange;
  }

  /** Does what has become possible. `disputed`: it is not clear yet who keeps what. */
  check(disputed: boolean, now: Instant): void {
    if (this.#pair.state !== "stable" || this.#exchange.busy) return;
    this.#failOver(now);
    if (!disputed) this.#failBack(now);
    this.#watchOrphans(now);
  }

  /** Alarm "retry": what failed here is started again. */
  retry(now: Instant): void {
    if (this.#pair.state !== "stable") return;
    const keys = this.#failed().map((group) => group.key);
    if (keys.length === 0) return;
    const purpose = { for: "retry", request: undefined } as const;
    this.#pair.work("take", keys, "tried again after a failure", purpose, now);
  }

  /** Alarm "orphan": both are stable and still nobody claims a set. */
  adopt(now: Instant): void {
    const pair = this.#pair;
    const found = this.#orphans();
    if (isNothing(found)) {
      const keys = this.#left();
      if (keys.length === 0) return;
      pair.log("error", "orphan", `No one runs ${listed(keys)}, claimed here: starting`);
      pair.work("take", keys, "taken: nobody held it", { for: "acquire" }, now);
      return;
    }
    const orphans = claimOf(found.local ? "local" : "foreign");
    pair.claim = plus(pair.claim, orphans);
    pair.log("error", "orphan", `No one owns the [${wordOf(orphans)}] resources: taking them`);
    pair.report(now);
    pair.work("take", pair.keys(orphans), "taken: nobody held it", { for: "acquire" }, now);
  }

  #failed(): HandGroup[] {
    const { claim, errands } = this.#pair;
    return this.#pair
      .groups(claim)
      .filter((group) => group.state === "failed" && !errands.concerns(group.key));
  }

  #failOver(now: Instant): void {
    const pair = this.#pair;
    const failed = this.#failed();
    if (failed.length === 0) return;
    const keys = listed(failed.map((group) => group.key));
    const set = failed.some((group) => group.owner === pair.self) ? "local" : "foreign";
    const last = this.#failedOver.get(set);
    const again = last !== undefined && now - last < failoverEveryMs;
    const awaited = pair.partner.awaited(now)?.set ?? set;
    if (pair.partner.active && !again && awaited === set) {
      if (this.#exchange.refusal(now, set) !== undefined) {
        pair.alarms.set("recheck", after(now, recheckMs));
        return;
      }
      this.#failedOver.set(set, now);
      this.#exchange.give(set, undefined, `${keys} failed here`, now);
      return;
    }
    if (pair.alarms.isSet("retry")) return;
    pair.alarms.set("retry", after(now, retryMs));
    const there = awaited === set ? "is not there" : `waits for hand-over [${awaited}]`;
    const where = again ? "its set was handed over before" : `${pair.partner.name} ${there}`;
    pair.log("error", "failed", `${keys} failed here and ${where}: again in ${retryMs} ms`);
  }

  #failBack(now: Instant): void {
    const pair = this.#pair;
    const { partner } = pair;
    if (pair.table.autoFailback !== "on" || !pair.needsFailback || !pair.claim.foreign) return;
    if (!partner.active || !partner.known || this.#exchange.busy) return;
    if (this.#exchange.refusal(now, "foreign") !== undefined) {
      pair.alarms.set("recheck", after(now, recheckMs));
      return;
    }
    pair.needsFailback = false;
    this.#exchange.give("foreign", undefined, `failback, ${partner.name} is back`, now);
  }

  #watchOrphans(now: Instant): void {
    const { alarms } = this.#pair;
    const orphans = this.#orphans();
    if (isNothing(orphans) && this.#left().length === 0) {
      alarms.clear("orphan");
    } else if (!alarms.isSet("orphan")) {
      alarms.set("orphan", after(now, orphans.local ? orphanMs : 2 * orphanMs));
    }
  }

  /** Sets that nobody claims. */
  #orphans(): Claim {
    const { partner, claim } = this.#pair;
    if (!this.#isAtRest) return nothing;
    return minus(minus(everything, claim), mirrored(partner.claim));
  }

  /** Groups that are down here although this node alone claims their set. */
  #left(): string[] {
    const { partner, self, claim } = this.#pair;
    if (!this.#isAtRest) return [];
    return this.#pair
      .groups(minus(claim, mirrored(partner.claim)))
      .filter(({ state, isSought }) => state === "idle" && !isSought)
      .filter(({ owner }) => owner === self || owner === partner.name)
      .map(({ key }) => key);
  }

  get #isAtRest(): boolean {
    const { partner, state, errands } = this.#pair;
    if (state !== "stable" || !partner.active || !partner.known || !partner.stable) return false;
    return !this.#exchange.busy && !errands.busy;
  }
}
