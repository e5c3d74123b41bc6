// What becomes of the partner's groups when it dies or leaves (heartbeat-resources 4 rows 6, 7 and 10, 5.5
// and 5.6): everything runs here, and goes home when the partner is back, if auto_failback says so.

import type { Instant } from "../instant.ts";
import { Clearance } from "./clearance.ts";
import type { Dispute } from "./dispute.ts";
import { fencingDraft } from "./draft.ts";
import type { Exchange } from "./exchange.ts";
import { everything, isEverything, isNothing } from "./ownership.ts";
import { listed, type Pair } from "./pair.ts";

export class Succession {
  readonly #pair: Pair;
  readonly #exchange: Exchange;
  readonly #dispute: Dispute;
  readonly #clearance: Clearance;

  constructor(pair: Pair, exchange: Exchange, dispute: Dispute) {
    this.#pair = pair;
    this.#exchange = exchange;
    this.#dispute = dispute;
    this.#clearance = new Clearance(pair);
  }

  /** A takeover waits until the partner is reset. */
  get waiting(): boolean {
    return this.#clearance.isAwaited;
  }

  /** Takes over if nobody else is there: at comm-up, and after a long sleep. */
  check(now: Instant): void {
    const { state, partner } = this.#pair;
    if (state === "init" || state === "leaving" || state === "overslept" || !partner.gone) return;
    const why = `${partner.name} ${partner.left ? "left" : "is not heard"}`;
    if (this.#clearance.isGiven(why, now)) this.#takeOver(why, now);
  }

  /** Takes over when what it waited for has come. */
  proceed(isLeaving: boolean, now: Instant): void {
    const why = this.#clearance.arrived(isLeaving, now);
    if (why !== undefined) this.#takeOver(why, now);
  }

  /** Silent for too long, or never heard. Before it is taken over from, it is fenced, unless it held nothing or
   *  there is no device. */
  dead(wasHeard: boolean, why: string, now: Instant): void {
    const pair = this.#pair;
    const { partner } = pair;
    const empty = wasHeard && partner.known && isNothing(partner.claim);
    const how = partner.left ? "it had left" : "it held nothing";
    this.#dispute.over();
    this.#exchange.cancel(`${partner.name} is dead`, now);
    partner.emptied();
    if (pair.state === "init" || pair.state === "leaving" || pair.state === "overslept") return;
    pair.needsFailback = true;
    const reason = `${partner.name} is dead: ${why}`;
    if (empty) {
      pair.log("info", "takeover", `Dead node ${partner.name} gave up resources: ${how}`);
      pair.say(fencingDraft(partner.name, "unneeded"), now);
      if (isEverything(pair.claim)) return;
    } else if (!this.#clearance.isGivenByDeath(reason, now)) return;
    this.#takeOver(reason, now);
  }

  /** It said that it has released everything. */
  left(now: Instant): void {
    const pair = this.#pair;
    const { partner } = pair;
    const healed = this.#dispute.over();
    this.#exchange.cancel(`${partner.name} left`, now);
    partner.emptied();
    partner.left = true;
    pair.log("info", "takeover", `Received shutdown notice from ${partner.name}`);
    if (pair.state === "init" || pair.state === "leaving" || pair.state === "overslept") return;
    if (healed) pair.add(...pair.hand.announce(pair.keys(everything), now));
    this.#takeOver(`${partner.name} left`, now);
  }

  #takeOver(why: string, now: Instant): void {
    const pair = this.#pair;
    this.#clearance.over(now);
    pair.alarms.clear("local");
    pair.alarms.clear("orphan");
    pair.state = "stable";
    pair.claim = everything;
    pair.partner.stable = true;
    pair.needsFailback = true;
    const keys = pair.missing(everything);
    const what = keys.length === 0 ? "everything is here already" : `taking ${listed(keys)}`;
    pair.log("info", "takeover", `Resources being acquired, ${why}: ${what}`);
    pair.work("take", keys, `taken over: ${why}`, { for: "takeover" }, now);
  }
}
