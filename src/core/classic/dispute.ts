// Both nodes of a pair claim the same groups: after a partition healed (heartbeat-wire 13), or because
// one slept. Heartbeat 3 only logs it, or both sides give up everything and start again, 20 s without
// service. Here one side keeps everything running. What can be behind it, and what is done:
//
//   the partner declared us dead too     It releases everything 2 s after the heal, says `shutdone` and
//                                        restarts. We keep what we hold, and announce it again when it
//                                        has let go. It shows itself by `stonith node=<us>` at once.
//   only we had declared it dead         It noticed nothing and keeps its own groups. No sign comes for
//                                        3 s: we ask for its report (our own report, first unstable and
//                                        then stable, makes it answer) and release what it claims of
//                                        its own.
//   it slept, took everything over, and  It never restarts. 5 s after its last sign, if it still claims
//   now thinks that we came back         the same groups, it is asked to hand ours over, and gets its own.
//                                        If it does not, we release them.
//   the same, and it waits for a         It hears of no other until that one has ended, for up to an
//   hand-over that was given up          hour. That one is carried out: it has these groups anyway.
//   its new run began while it was cut   It took everything, too, and is a member when we first hear it. It
//   off                                  says nothing by itself: we ask, and release what it claims.
//
// It is asked first, for its claim may be wrong, and ours is not: a takeover that ends in the midst of a
// hand-over counts for it as if the hand-over had not stopped what it started (heartbeat-resources 4.8).
//
// Nothing of this needs a new generation of ours: the partner believes the report that follows the
// release, and gives our own groups back by failback where that is on. A release that turns out to be
// wrong (its shutdown was merely slow) is healed by its `shutdone`: then everything is taken again.

import { after, type Instant } from "../instant.ts";
import type { GroupSet } from "../wish.ts";
import { reportDraft } from "./draft.ts";
import type { Exchange } from "./exchange.ts";
import { type Claim, claimOf, common, isNothing, minus, mirrored, wordOf } from "./ownership.ts";
import type { Pair } from "./pair.ts";
import { muteEveryMs } from "./partner.ts";

/** A 3.0.6 node that saw the partition says so within a keepalive of ours and a retransmission. */
export const noSignMs = 3_000;
/** It releases 2 s after the heal, or as soon as what it was doing has ended. */
export const releaseWithinMs = 5_000;
/** Reports asked for one after the other. */
const questionsMax = 4;

export class Dispute {
  readonly #pair: Pair;
  readonly #exchange: Exchange;
  #watching = false;
  /** The partner was asked to hand over what is in dispute. */
  #asked = false;
  #questions = 0;
  /** It answered none of the questions. */
  #isMute = false;
  /** What the partner took it took as one who was alone: it has no reason to release it. */
  #wasAlone = false;

  constructor(pair: Pair, exchange: Exchange) {
    this.#pair = pair;
    this.#exchange = exchange;
  }

  /** True from the heal until it is clear who keeps what. */
  get watching(): boolean {
    return this.#watching;
  }

  /** The partner is back from a partition. */
  returned(now: Instant): void {
    const { partner, alarms, claim } = this.#pair;
    this.#begin(false);
    alarms.set("dispute", after(now, noSignMs));
    const text =
      `${partner.name} returns after a partition: this node keeps [${wordOf(claim)}] running, ` +
      `${partner.name} is expected to release and restart`;
    this.#pair.log("error", "partition", text);
  }

  /** The partner is a full member when its run is first heard: it became one without us. */
  alone(now: Instant): void {
    this.#begin(true);
    this.#ask(now);
  }

  /** The partner declares this node dead, which may not have missed it at all. */
  condemned(now: Instant): void {
    if (!this.#watching && this.#pair.state === "stable") this.#begin(false);
    this.sign("it had to fence us", now);
  }

  /** The partner did something that a node does which had declared us dead. */
  sign(what: string, now: Instant): void {
    if (!this.#watching) return;
    this.#pair.alarms.set("dispute", after(now, releaseWithinMs));
    const text = `${this.#pair.partner.name} saw the partition too (${what}): waiting for its release`;
    this.#pair.log("info", "partition", text);
  }

  /** The partner gave everything up, is gone or began anew: nothing is in dispute. True when something was. */
  over(): boolean {
    const was = this.#watching || this.#pair.alarms.isSet("dispute");
    this.#watching = false;
    this.#asked = false;
    this.#isMute = false;
    this.#pair.alarms.clear("dispute");
    return was;
  }

  /** Looks at the claims, and releases what is better off there. */
  check(now: Instant): void {
    const { partner, state, alarms } = this.#pair;
    if (state !== "stable" || partner.leaving || partner.gone) return;
    if (this.#watching && this.#questions === 0 && !this.#asked) return;
    if (this.#isMute && partner.known) {
      this.#isMute = false;
      this.#watching = true;
    }
    const both = this.#both();
    if (isNothing(both)) {
      if (partner.known || !(this.#watching || this.#isMute)) this.over();
    } else if (!both.local && partner.known) {
      this.#yield(both, "its owner runs them", now);
    } else if (this.#watching && this.#wasAlone) {
      this.#yield(both, "it began its run without us", now);
    } else if (!alarms.isSet("dispute")) {
      alarms.set("dispute", after(now, releaseWithinMs));
      const text = `Both machines own our resources: ${partner.name} claims [${wordOf(both)}] too`;
      this.#pair.log("error", "partition", text);
    }
  }

  /** Alarm "dispute" in the midst of a hand-over, or of a request of the partner that was not answered:
   *  what that makes of the claims comes first. */
  postpone(now: Instant): void {
    this.#pair.alarms.set("dispute", after(now, releaseWithinMs));
  }

  /** Alarm "dispute": no sign, or no release after the signs. */
  due(now: Instant): void {
    const { partner, state, alarms } = this.#pair;
    const both = this.#both();
    const awaited = this.#awaited(both, now);
    if (state !== "stable" || partner.gone) {
      this.over();
    } else if (partner.leaving) {
      alarms.set("dispute", after(now, releaseWithinMs));
    } else if ((this.#watching || this.#isMute) && !partner.known) {
      this.#ask(now);
    } else if (isNothing(both)) {
      this.over();
    } else if (awaited !== undefined) {
      this.over();
      const why = `${partner.name} claims it too, and waits for it`;
      this.#exchange.give(awaited, undefined, why, now);
    } else if (partner.isAsking(now)) {
      this.postpone(now);
    } else if (both.local && !this.#asked && this.#exchange.refusal(now) === undefined) {
      this.#asked = true;
      this.postpone(now);
      this.#exchange.ask("local", undefined, now);
    } else {
      this.#yield(both, `it did not release them in ${releaseWithinMs} ms`, now);
    }
  }

  #begin(wasAlone: boolean): void {
    this.#watching = true;
    this.#questions = 0;
    this.#isMute = false;
    this.#wasAlone = wasAlone;
  }

  /** The set that the partner waits for, if something of these claims is in it and it can be handed over now. */
  #awaited(both: Claim, now: Instant): GroupSet | undefined {
    const set = this.#pair.partner.awaited(now)?.set;
    if (set === undefined || isNothing(common(both, claimOf(set)))) return undefined;
    return this.#exchange.refusal(now, set) === undefined ? set : undefined;
  }

  #ask(now: Instant): void {
    const { partner, claim, alarms } = this.#pair;
    if (this.#questions === questionsMax && !this.#isMute) {
      this.#watching = false;
      this.#isMute = true;
      const text = `${partner.name} does not report what it holds: this node keeps what it has`;
      const again = `asking on every ${muteEveryMs / 1_000} s`;
      this.#pair.log("error", "partition", `${text}, ${again}`);
    }
    alarms.set("dispute", after(now, this.#isMute ? muteEveryMs : releaseWithinMs));
    if (!this.#isMute) {
      this.#questions += 1;
      this.#pair.log("info", "partition", `Asking ${partner.name} what it holds`);
    }
    this.#pair.say(reportDraft({ claim, stable: false }), now);
    this.#pair.say(reportDraft({ claim, stable: true }), now);
  }

  #yield(both: Claim, why: string, now: Instant): void {
    const pair = this.#pair;
    const { partner } = pair;
    this.over();
    pair.claim = minus(pair.claim, both);
    const text = `Releasing [${wordOf(both)}] which ${partner.name} claims too: ${why}`;
    pair.log("warn", "partition", text);
    pair.say(reportDraft({ claim: pair.claim, stable: false }), now);
    const given = `given up: ${partner.name} claims it too`;
    pair.yield(pair.keys(both), given, now);
  }

  #both(): Claim {
    return common(this.#pair.claim, mirrored(this.#pair.partner.claim));
  }
}
