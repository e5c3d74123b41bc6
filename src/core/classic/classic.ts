// One node of a pair whose other node is a Heartbeat 3 node, with auto_failback on or off: who takes and
// gives what, when (heartbeat-resources 2–5 and 10). Here inputs are given to the parts that have rules
// of their own: arrival.ts (start), exchange.ts (standby, takeover), succession.ts (the partner's end),
// upkeep.ts (failures, failback), dispute.ts (both claim the same), farewell.ts (leave), nap.ts
// (overslept).
//
//   state          entered                                         reports isstable
//   init           at start                                        nothing is said
//   starting       comm-up: "starting" said                        0
//   bothstarting   "starting" heard from the partner               0
//   received       "resource" heard: own groups at +10 s           0
//   stable         10 s over, or the partner is stable or gone     1
//   leaving        graceful leave                                  0
//   overslept      silent until the restart                        nothing is said
//
// A restart of the partner ends a hand-over, and what had been let go of our own for it is taken back;
// 3.0.6 waits an hour for its end.

import { type Message, textOf } from "../../wire/message.ts";
import type { Effect } from "../effect.ts";
import type { Settled } from "../group/hand.ts";
import type { Negotiator, Table } from "../group/negotiator.ts";
import type { Command } from "../input.ts";
import type { Instant } from "../instant.ts";
import type { MemberEvent } from "../member.ts";
import { Arrival } from "./arrival.ts";
import { Dispute } from "./dispute.ts";
import { takenOverDraft } from "./draft.ts";
import type { Ended } from "./errand.ts";
import { Exchange } from "./exchange.ts";
import { Farewell } from "./farewell.ts";
import { Nap } from "./nap.ts";
import { type Claim, claimOf, isNothing, minus, plus, wholeClaim } from "./ownership.ts";
import { type AlarmName, listed, Pair, type Purpose, troubles } from "./pair.ts";
import { Succession } from "./succession.ts";
import { Upkeep } from "./upkeep.ts";

export class Classic implements Negotiator {
  readonly #pair: Pair;
  readonly #arrival: Arrival;
  readonly #exchange: Exchange;
  readonly #upkeep: Upkeep;
  readonly #dispute: Dispute;
  readonly #farewell: Farewell;
  readonly #nap: Nap;
  readonly #succession: Succession;

  constructor(table: Table, _now: Instant) {
    const pair = new Pair(table);
    this.#pair = pair;
    this.#arrival = new Arrival(pair);
    this.#exchange = new Exchange(pair);
    this.#upkeep = new Upkeep(pair, this.#exchange);
    this.#dispute = new Dispute(pair, this.#exchange);
    this.#farewell = new Farewell(pair, true);
    this.#nap = new Nap(pair);
    this.#succession = new Succession(pair, this.#exchange, this.#dispute);
    pair.adopt();
  }

  get stable(): boolean {
    const { state, errands, partner } = this.#pair;
    const isBusy = errands.busy || this.#exchange.busy || this.#succession.waiting;
    if (state !== "stable" || isBusy) return false;
    return partner.stable && !this.#dispute.watching && !this.#farewell.wanted;
  }

  get claim(): Claim {
    return this.#pair.claim;
  }

  get awakening(): "silent" | undefined {
    return this.#nap.silent ? "silent" : undefined;
  }

  member(event: MemberEvent, now: Instant): Effect[] {
    return this.#turn(now, () => this.#member(event, now));
  }

  settled(outcomes: readonly Settled[], now: Instant): Effect[] {
    return this.#turn(now, () => this.#pair.settled(outcomes, now));
  }

  command(request: number, command: Command, now: Instant): Effect[] {
    return this.#turn(now, () => this.#command(request, command, now));
  }

  overslept(ms: number, now: Instant): Effect[] {
    return this.#turn(now, () => {
      this.#exchange.cancel(`this node overslept ${Math.round(ms)} ms`, now);
      this.#dispute.over();
      this.#nap.overslept(ms, now);
    });
  }

  expire(now: Instant): Effect[] {
    return this.#turn(now, () => {
      for (const name of this.#pair.alarms.due(now)) this.#alarm(name, now);
    });
  }

  deadline(): Instant | undefined {
    return this.#pair.alarms.next();
  }

  why(key: string): string {
    return this.#pair.why(key);
  }

  holder(key: string): string | null {
    return this.#pair.holder(key);
  }

  /** Runs one input to its end: what it does, what ended by it, what is possible after it. */
  #turn(now: Instant, act: () => void): Effect[] {
    act();
    this.#drain(now);
    this.#progress(now);
    this.#drain(now);
    return this.#pair.flush();
  }

  #drain(now: Instant): void {
    for (let next = this.#pair.ended.shift(); next; next = this.#pair.ended.shift()) {
      this.#ended(next, now);
    }
  }

  #progress(now: Instant): void {
    this.#succession.proceed(this.#farewell.wanted, now);
    if (this.#farewell.wanted) {
      this.#farewell.attempt(this.#flux(), now);
      return;
    }
    this.#arrival.check(now);
    if (!this.#exchange.busy) this.#dispute.check(now);
    this.#upkeep.check(this.#dispute.watching, now);
  }

  /** What a leave should wait for, besides own scripts. */
  #flux(): string | undefined {
    const { partner, state } = this.#pair;
    if (state === "init") return undefined;
    if (this.#exchange.busy) return "a hand-over is going on";
    if (partner.gone || partner.leaving) return undefined;
    if (state !== "stable" || !partner.stable) return `${partner.name} is in flux`;
    return undefined;
  }

  #member(event: MemberEvent, now: Instant): void {
    if (event.event === "comm-up") {
      this.#commUp(now);
      return;
    }
    if (event.node !== this.#pair.partner.name) return;
    switch (event.event) {
      case "up":
        this.#reborn("is back", now);
        break;
      case "restarted":
        this.#reborn("restarted", now);
        break;
      case "returned":
        this.#returned(now);
        break;
      case "dead":
        this.#succession.dead(event.wasHeard, event.why, now);
        break;
      case "removed":
        this.#succession.dead(false, "removed from the cluster", now);
        break;
      case "left":
        this.#succession.left(now);
        break;
      case "message":
        this.#heard(event.message, now);
        break;
    }
  }

  #command(request: number, command: Command, now: Instant): void {
    switch (command.name) {
      case "standby":
        this.#exchange.standby(request, command.set, now);
        break;
      case "takeover":
        this.#exchange.takeover(request, command.set, now);
        break;
      case "leave":
        this.#farewell.command(request, now);
        break;
      default:
        this.#pair.reply(request, false, `Refused ${command.name}: it moves no groups`);
    }
  }

  /** This run begins, whatever it looked like before: the status of this node may have become active in
   *  the same breath in which the partner was first heard and this machine was made. */
  #commUp(now: Instant): void {
    const pair = this.#pair;
    if (pair.state === "leaving" || pair.state === "overslept") return;
    pair.claim = wholeClaim(pair.hand.groups, pair.self);
    pair.needsFailback = false;
    this.#arrival.commUp(now);
    this.#succession.check(now);
  }

  /** A new run of the partner: it holds nothing yet and knows nothing of what was going on. */
  #reborn(how: string, now: Instant): void {
    const pair = this.#pair;
    const { partner } = pair;
    const lost = this.#exchange.cancel(`${partner.name} ${how}`, now);
    pair.keepBack(lost);
    // Its own groups it takes by itself when it has started, or is given.
    const back = minus(lost, claimOf("foreign"));
    partner.forget();
    this.#dispute.over();
    if (pair.state === "overslept") this.#nap.release(`${partner.name} ${how}`, now);
    if (pair.state === "stable" && partner.active) this.#dispute.alone(now);
    if (pair.state !== "stable" || isNothing(back)) return;
    pair.claim = plus(pair.claim, back);
    const why = `taken back: ${partner.name} ${how} during the hand-over`;
    pair.work("take", pair.keys(back), why, { for: "acquire" }, now);
  }

  #returned(now: Instant): void {
    const { partner, state } = this.#pair;
    partner.forget();
    if (state === "overslept") this.#nap.release(`${partner.name} is back`, now);
    if (state === "stable") this.#dispute.returned(now);
  }

  #heard(message: Message, now: Instant): void {
    const { partner, state, self } = this.#pair;
    if (state === "overslept" || partner.status === "dead") return;
    switch (textOf(message, "t")) {
      case "starting":
        this.#arrival.starting(message, now);
        break;
      case "resource":
        this.#resource(message, now);
        break;
      case "ask_resources":
        this.#exchange.heard(message, now);
        break;
      case "hb_takeover":
        this.#exchange.asked(message, now);
        break;
      case "stonith":
        if (textOf(message, "node") === self) this.#condemned(message, now);
        break;
      case "ip-request": {
        const text = `${partner.name} runs auto_failback legacy and this node does not`;
        this.#pair.log("error", "classic", `${text}: use one mode on both`);
        break;
      }
    }
  }

  /** The partner declares this node dead, in whichever state that is. */
  #condemned(message: Message, now: Instant): void {
    this.#pair.partner.condemned(message);
    this.#exchange.condemned(now);
    this.#dispute.condemned(now);
  }

  #resource(message: Message, now: Instant): void {
    const { partner } = this.#pair;
    if (textOf(message, "info") === "standby") this.#exchange.begun(now);
    if (!partner.reported(message)) {
      this.#pair.log("debug", "classic", `Old report of ${partner.name} passed over`);
      return;
    }
    const info = textOf(message, "info");
    if (info === "mach_down" || info === "req_our_resources()") {
      this.#dispute.sign(`it took groups, "${info}"`, now);
    }
    this.#arrival.reported(message, now);
  }

  #ended(ended: Ended<Purpose>, now: Instant): void {
    const { purpose, kind } = ended.errand;
    const pair = this.#pair;
    switch (purpose.for) {
      case "handover":
        this.#exchange.ended(ended, purpose.handover, now);
        break;
      case "leave":
        this.#farewell.ended(ended, now);
        break;
      case "overslept":
        if (this.#farewell.wanted) this.#farewell.unheard();
        else this.#nap.ended(ended);
        break;
      case "retry": {
        const wrong = troubles(kind, ended.outcomes);
        const text = `Started ${listed(ended.outcomes.map((outcome) => outcome.key))}`;
        const ok = wrong.length === 0;
        pair.reply(purpose.request, ok, ok ? text : `Failed: ${listed(wrong)}`);
        break;
      }
      case "acquire":
      case "takeover":
        pair.report(now, "req_our_resources()");
        if (purpose.for === "takeover" && pair.state === "stable") pair.say(takenOverDraft(), now);
        break;
      case "yield":
        pair.report(now);
        break;
      case "answer":
        break;
    }
  }

  #alarm(name: AlarmName, now: Instant): void {
    switch (name) {
      case "local":
        this.#arrival.due(now);
        break;
      case "handover":
      case "takeover":
        this.#exchange.late(now);
        break;
      case "answer":
        this.#exchange.overdue();
        break;
      case "dispute":
        if (this.#exchange.busy) this.#dispute.postpone(now);
        else this.#dispute.due(now);
        break;
      case "alone":
        if (this.#nap.alone(now)) this.#succession.check(now);
        break;
      case "orphan":
        this.#upkeep.adopt(now);
        break;
      case "retry":
        this.#upkeep.retry(now);
        break;
      case "ask":
      case "leave":
      case "recheck":
        // Only wake the turn: its end looks at what has become possible.
        break;
    }
  }
}
