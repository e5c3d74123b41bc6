// Hand-overs between this node and a Heartbeat 3 partner: the standby conversation of heartbeat-resources
// 5.3 in both roles, takeover (5.4), and what an operator is told about either.
//
// At most one hand-over exists at a time. What it leaves unfinished when the partner goes away is not
// repaired here: cancel() says what had been given, and classic.ts takes it back.

import { type Message, textOf } from "../../wire/message.ts";
import type { Settled } from "../group/hand.ts";
import { after, type Instant } from "../instant.ts";
import { type GroupSet, mirror } from "../wish.ts";
import { standbyDraft, takeoverDraft } from "./draft.ts";
import type { Ended } from "./errand.ts";
import { refusal, unwillingness } from "./obstacle.ts";
import {
  type Claim,
  claimOf,
  common,
  isNothing,
  minus,
  mirrored,
  nothing,
  plus,
  readSet,
} from "./ownership.ts";
import type { Pair, Purpose } from "./pair.ts";
import { answerWithinMs, Handover, type Wanted } from "./standby.ts";
import { verdict } from "./verdict.ts";

export class Exchange {
  readonly #pair: Pair;
  #current: Handover | undefined;
  /** Our own takeover, until the partner begins its hand-over. */
  #wanted: Wanted | undefined;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  get busy(): boolean {
    return this.#current !== undefined || this.#wanted !== undefined;
  }

  /** Why nothing, or not this `set` of ours, can be handed over now; undefined when it can. */
  refusal(now: Instant, set?: GroupSet): string | undefined {
    return refusal(this.#pair, { busy: this.busy, set, now });
  }

  /** Offers the set to the partner, or goes on where it has taken up that offer already. The caller has
   *  asked refusal(). */
  give(set: GroupSet, request: number | undefined, why: string, now: Instant): void {
    const { partner } = this.#pair;
    this.#current = new Handover("giver", set, now, request);
    partner.stable = false;
    this.#pair.alarms.set("handover", this.#current.deadline);
    this.#pair.alarms.set("answer", after(now, this.#pair.table.patienceMs));
    const { self } = this.#pair;
    const text = `${self} wants to go standby [${set}]: ${why}`;
    this.#pair.log("info", "standby", text, { from: self, set });
    const awaited = partner.awaited(now);
    partner.heeded();
    if (awaited === undefined) this.#pair.say(standbyDraft(set, "me"), now);
    else this.#answer("other", set, awaited.word, now);
  }

  standby(request: number, set: GroupSet, now: Instant): void {
    const refusal = this.refusal(now, set);
    if (refusal !== undefined) {
      this.#refuse(request, `standby ${set}`, refusal);
      return;
    }
    if (isNothing(common(this.#pair.claim, claimOf(set)))) {
      this.#pair.reply(request, true, `Nothing to move: this node holds no ${set} groups`);
      return;
    }
    this.give(set, request, "asked by the operator", now);
  }

  takeover(request: number, set: GroupSet, now: Instant): void {
    const { claim } = this.#pair;
    const missing = minus(claimOf(set), claim);
    if (isNothing(missing) && this.#pair.state === "stable") {
      const keys = this.#pair.missing(claimOf(set));
      if (keys.length === 0) {
        this.#pair.reply(request, true, `Nothing to move: the ${set} groups are here already`);
        return;
      }
      const why = "taken here: asked by the operator";
      this.#pair.work("take", keys, why, { for: "retry", request }, now);
      return;
    }
    const refusal = this.refusal(now);
    if (refusal !== undefined) {
      this.#refuse(request, `takeover ${set}`, refusal);
      return;
    }
    this.ask(set, request, now);
  }

  /** Asks the partner to hand the set over. The caller has asked refusal(). */
  ask(set: GroupSet, request: number | undefined, now: Instant): void {
    const { partner, alarms, table } = this.#pair;
    this.#wanted = { request, set, since: now };
    alarms.set("takeover", after(now, answerWithinMs));
    alarms.set("answer", after(now, table.patienceMs));
    this.#pair.log("info", "takeover", `Asking ${partner.name} to go standby [${mirror(set)}]`);
    this.#pair.say(takeoverDraft(set), now);
  }

  /** The partner's operator wants groups on the partner: we act as if told to go standby. */
  asked(message: Message, now: Instant): void {
    const set = readSet(textOf(message, "rsc_hold"), "taker");
    const { partner } = this.#pair;
    if (set === undefined) {
      const word = textOf(message, "rsc_hold");
      this.#pair.log("warn", "takeover", `Takeover by ${partner.name} ignored: no set "${word}"`);
      return;
    }
    const refusal = this.refusal(now, mirror(set));
    if (refusal !== undefined) {
      this.#pair.log("warn", "takeover", `Takeover by ${partner.name} ignored: ${refusal}`);
      return;
    }
    this.give(mirror(set), undefined, `takeover [${set}] on ${partner.name}`, now);
  }

  /** A word of the standby conversation. */
  heard(message: Message, now: Instant): void {
    if (this.#pair.state === "leaving" || this.#pair.state === "overslept") return;
    const { partner } = this.#pair;
    const set = readSet(textOf(message, "rsc_hold"), "giver");
    const word = textOf(message, "info");
    if (set === undefined) {
      const text = `Standby request of ${partner.name} ignored: bad resource type`;
      this.#pair.log("error", "standby", `${text} [${textOf(message, "rsc_hold")}]`);
    } else if (partner.hasForsworn(message)) {
      const text = `Old standby message "${word}" of ${partner.name} passed over`;
      this.#pair.log("info", "standby", `${text}: it has taken this node for dead since`);
    } else if (word === "me") this.#offer(set, message, now);
    else if (word === "other" || word === "done") this.#answer(word, set, message, now);
    else this.#pair.log("warn", "standby", `Ignored standby message "${word}" of ${partner.name}`);
  }

  /** The partner has taken this node for dead, and ended the hand-over to which it had agreed before. */
  condemned(now: Instant): void {
    const { partner } = this.#pair;
    const word = this.#current?.word;
    if (word === undefined || !partner.hasForsworn(word)) return;
    this.cancel(`${partner.name} has taken this node for dead`, now);
  }

  /** The partner reported that it lets go of a set. */
  begun(now: Instant): void {
    if (this.#current === undefined) return;
    this.#current.begun(now);
    this.#pair.alarms.set("handover", this.#current.deadline);
  }

  /** A take or give of a hand-over has ended. */
  ended(ended: Ended<Purpose>, handover: Handover, now: Instant): void {
    const { partner } = this.#pair;
    const current = handover === this.#current;
    if (handover.role === "giver") {
      if (!current) return;
      handover.released(ended.outcomes, now);
      this.#pair.alarms.set("handover", handover.deadline);
      this.#pair.log("info", "standby", `Local standby process completed [${handover.set}]`);
      this.#pair.say(standbyDraft(handover.set, "done"), now);
      return;
    }
    if (!current) {
      this.#pair.report(now);
      return;
    }
    this.#end();
    const text = `Standby resource acquisition done [${handover.set}] from ${partner.name}`;
    this.#pair.log("info", "standby", text);
    this.#pair.report(now);
    this.#pair.say(standbyDraft(handover.set, "done"), now);
    // What was here before, the partner may have had and announced as well.
    const kept = ended.errand.keys.filter((key) => !handover.moved.includes(key));
    this.#pair.add(...this.#pair.hand.announce(kept, now));
    this.#tell(handover, ended.outcomes, now);
  }

  /** Ends whatever goes on, with a reason. Gives back what had already been let go. */
  cancel(why: string, now: Instant): Claim {
    const handover = this.#current;
    const wanted = this.#wanted;
    if (handover === undefined && wanted === undefined) return nothing;
    this.#end();
    this.#pair.log("warn", "standby", `Cancelling pending standby operation: ${why}`);
    if (wanted !== undefined) this.#refuse(wanted.request, `takeover ${wanted.set}`, why);
    if (handover === undefined) return nothing;
    const afterMs = Math.round(now - handover.since);
    this.#refuse(handover.request, `hand-over [${handover.set}]`, `${why} after ${afterMs} ms`);
    return handover.given;
  }

  /** Alarms "handover" and "takeover": the other side took too long, or did not begin. */
  late(now: Instant): void {
    const handover = this.#current;
    if (handover === undefined) {
      this.#unheeded(now);
      return;
    }
    const { partner } = this.#pair;
    const waited = Math.round(now - handover.since);
    this.#end();
    partner.stable = true;
    const asked = handover.phase === "asked";
    const text = asked
      ? `No reply to standby request: ${partner.name} was silent for ${waited} ms, request cancelled`
      : `Hand-over [${handover.set}] given up: no end in ${waited} ms, last phase "${handover.phase}"`;
    this.#pair.log(asked ? "warn" : "error", "standby", text);
    const why = asked ? `no answer from ${partner.name} in ${waited} ms` : text;
    this.#refuse(handover.request, `hand-over [${handover.set}]`, why);
    this.#pair.report(now);
  }

  #unheeded(now: Instant): void {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    this.#wanted = undefined;
    const waited = Math.round(now - wanted.since);
    const why = `no answer from ${this.#pair.partner.name} in ${waited} ms`;
    this.#refuse(wanted.request, `takeover ${wanted.set}`, why);
  }

  /** Alarm "answer": whoever asked has waited long enough, and the hand-over goes on. */
  overdue(): void {
    const handover = this.#current;
    if (handover?.request === undefined) return;
    const text = `Hand-over [${handover.set}] is still under way, not waiting any more`;
    this.#pair.reply(handover.request, false, text);
    handover.request = undefined;
  }

  #offer(set: GroupSet, message: Message, now: Instant): void {
    const { partner, alarms } = this.#pair;
    const busy = unwillingness(this.#pair, this.#current, now);
    if (busy !== undefined) {
      this.#pair.log("warn", "standby", `Standby request of ${partner.name} ignored: ${busy}`);
      // Who has agreed to an offer of ours, or is answered already, does not wait for this.
      const isFree = this.#current === undefined || this.#current.phase === "asked";
      if (isFree && partner.awaited(now) === undefined) partner.asks(message, now);
      return;
    }
    partner.answered();
    this.#current = new Handover("taker", set, this.#wanted?.since ?? now, this.#wanted?.request);
    this.#current.word = message;
    this.#wanted = undefined;
    alarms.clear("takeover");
    alarms.set("handover", this.#current.deadline);
    partner.stable = false;
    const text = `${partner.name} wants to go standby [${set}]: we can take`;
    this.#pair.log("info", "standby", text, { from: partner.name, set });
    this.#pair.say(standbyDraft(set, "other"), now);
  }

  #answer(word: "other" | "done", set: GroupSet, message: Message, now: Instant): void {
    const { partner, alarms } = this.#pair;
    if (word === "other" && this.#current?.phase === "offered") {
      this.cancel(`${partner.name} has agreed to an earlier offer, its own is void`, now);
      partner.stable = true;
      this.#pair.report(now);
    }
    const handover = this.#current;
    if (handover === undefined && word === "other") partner.tookUp(set, message, now);
    const isStray = word === "done" && this.#pair.isUnclaimed(mirrored(claimOf(set)));
    if (handover === undefined && isStray) {
      // The giver began this with an earlier run of ours and waits for our "done".
      this.#current = new Handover("taker", set, now);
      this.#answer(word, set, message, now);
      return;
    }
    if (handover === undefined || !handover.heard(word, now)) {
      const phase = handover?.phase ?? "none";
      const text = `Ignored standby message "${word}" of ${partner.name} in phase "${phase}"`;
      this.#pair.log("warn", "standby", text);
      return;
    }
    handover.word = message;
    alarms.set("handover", handover.deadline);
    const mine = claimOf(handover.set);
    if (handover.phase === "giving") {
      this.#pair.log("info", "standby", `${partner.name} can take our [${handover.set}] resources`);
      handover.given = common(this.#pair.claim, mine);
      this.#pair.claim = minus(this.#pair.claim, mine);
      this.#pair.report(now, "standby");
      const why = `given to ${partner.name}: standby [${handover.set}]`;
      handover.moved = this.#pair.keys(handover.given);
      for (const key of handover.moved) this.#pair.explain(key, why);
      this.#pair.begin("give", this.#pair.keys(mine), why, { for: "handover", handover }, now);
    } else if (handover.phase === "taking") {
      // Its "done" says that it let go, even if the report that said so before was lost.
      partner.noted(message, minus(partner.claim, mine));
      const kept = common(this.#pair.claim, mirrored(mine));
      handover.moved = this.#pair.missing(minus(mirrored(mine), kept));
      // Claimed before the scripts run, as everything else: whoever asks meanwhile must hear of it.
      this.#pair.claim = plus(this.#pair.claim, mirrored(mine));
      const why = `taken from ${partner.name}: standby [${handover.set}]`;
      this.#pair.log("info", "standby", `Acquire [${handover.set}] resources from ${partner.name}`);
      for (const key of handover.moved) this.#pair.explain(key, why);
      const again = this.#pair.missing(kept);
      for (const key of again) this.#pair.explain(key, "tried again after a failure");
      const keys = this.#pair.keys(mirrored(mine));
      this.#pair.begin("take", keys, why, { for: "handover", handover }, now);
    } else {
      partner.noted(message, plus(partner.claim, mirrored(mine)));
      this.#end();
      const text = `${partner.name} completed standby takeover of [${handover.set}] resources`;
      this.#pair.log("info", "standby", text);
      this.#pair.report(now);
      this.#tell(handover, handover.outcomes, now);
    }
  }

  #end(): void {
    this.#current = undefined;
    this.#wanted = undefined;
    this.#pair.alarms.clear("handover");
    this.#pair.alarms.clear("takeover");
    this.#pair.alarms.clear("answer");
  }

  #tell(handover: Handover, outcomes: readonly Settled[], now: Instant): void {
    const { ok, text } = verdict(handover, outcomes, { pair: this.#pair, now });
    this.#pair.log(ok ? "info" : "error", "standby", text);
    this.#pair.reply(handover.request, ok, text);
  }

  #refuse(request: number | undefined, what: string, why: string): void {
    if (request === undefined) return;
    this.#pair.log("warn", "standby", `Refused ${what}: ${why}`);
    this.#pair.reply(request, false, `Refused ${what}: ${why}`);
  }
}
