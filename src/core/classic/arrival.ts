// How a node of a pair gets from its start to its own groups, and what it makes of the other's reports
// (heartbeat-resources 4 rows 1–5, 5.1 and 5.2).
//
// The ten seconds that 3.0.6 waits before it takes its own groups unasked are a wait for a partner that
// may be in the middle of something. A partner that has just said "starting" and reports empty hands is
// not: then own groups are taken at once.

import { type Message, textOf } from "../../wire/message.ts";
import { after, type Instant } from "../instant.ts";
import { startingDraft } from "./draft.ts";
import {
  claimOf,
  everything,
  isNothing,
  mayRun,
  minus,
  mirrored,
  plus,
  wordOf,
} from "./ownership.ts";
import { listed, type Pair } from "./pair.ts";

/** 3.0.6's own number: from the first report heard to taking own groups unasked. */
export const localTakeoverMs = 10_000;

export class Arrival {
  readonly #pair: Pair;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  /** The cluster has agreed: this node is a full member. */
  commUp(now: Instant): void {
    this.#pair.state = this.#pair.partner.fresh ? "bothstarting" : "starting";
    this.#pair.say(startingDraft(), now);
  }

  /** The partner said `starting`: it wants to know what is held here. */
  starting(message: Message, now: Instant): void {
    const { partner, state } = this.#pair;
    partner.began(message);
    if (state === "starting") this.#pair.state = "bothstarting";
    this.#pair.report(now);
  }

  /** A report of the partner, already taken in. */
  reported(message: Message, now: Instant): void {
    const { partner, state, alarms } = this.#pair;
    if (state === "init" || state === "leaving" || state === "overslept") return;
    if (state === "starting" || state === "bothstarting") {
      this.#pair.state = "received";
      if (!alarms.isSet("local")) alarms.set("local", after(now, localTakeoverMs));
    }
    const starting = this.#pair.state === "received";
    if (starting) this.#concede(now);
    const stable = textOf(message, "isstable");
    if (stable === "0") partner.stable = false;
    if (stable !== "1") return;
    if (!partner.stable) {
      const text = `${partner.name}'s resource transition completed`;
      this.#pair.log("info", "classic", text, { transition: "remote" });
      partner.stable = true;
      this.#pair.report(now);
    }
    if (!starting) return;
    this.#acquire(`${partner.name} is stable and holds [${wordOf(partner.claim)}]`, now);
  }

  /** Alarm "local": the partner did not become stable in time. */
  due(now: Instant): void {
    if (this.#pair.state !== "received") return;
    this.#acquire(`${localTakeoverMs} ms after the first report`, now);
  }

  /** Looks whether there is nothing to wait for. */
  check(now: Instant): void {
    const { partner, state } = this.#pair;
    if (state !== "received" || !partner.fresh || !partner.known) return;
    if (!isNothing(partner.claim) || partner.stable || partner.leaving) return;
    this.#acquire(`${partner.name} is starting with empty hands`, now);
  }

  /** What the partner took over while this node was away is the partner's. */
  #concede(now: Instant): void {
    const pair = this.#pair;
    const theirs = mirrored(pair.partner.claim);
    pair.claim = minus(pair.claim, theirs);
    const keys = pair
      .groups(theirs)
      .filter((group) => mayRun(group) && !pair.errands.concerns(group.key))
      .map((group) => group.key);
    if (keys.length === 0) return;
    pair.log("warn", "classic", `Releasing ${listed(keys)}: ${pair.partner.name} holds them`);
    const why = `given up: ${pair.partner.name} took it while this node was away`;
    pair.yield(keys, why, now);
  }

  /** The start is over: own groups are taken unless the partner holds them, and what an earlier run
   *  of this node left up is confirmed, or released where it is only a part of its set. */
  #acquire(why: string, now: Instant): void {
    const pair = this.#pair;
    pair.alarms.clear("local");
    pair.state = "stable";
    pair.log("info", "classic", `Local resource transition completed: ${why}`);
    if (!pair.partner.claim.foreign) pair.claim = plus(pair.claim, claimOf("local"));
    pair.report(now);
    const parts = pair
      .groups(minus(everything, pair.claim))
      .filter((group) => mayRun(group) && !pair.errands.concerns(group.key))
      .map((group) => group.key);
    if (parts.length > 0) {
      pair.work("give", parts, "given up: only part of its set was up", { for: "yield" }, now);
    }
    if (isNothing(pair.claim)) {
      pair.log("info", "classic", "Local resource acquisition completed (none)", {
        transition: "none",
      });
      return;
    }
    const keys = pair.missing(pair.claim);
    pair.work("take", keys, `taken: ${why}`, { for: "acquire" }, now);
  }
}
