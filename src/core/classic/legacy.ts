// One node of a pair whose other node is a Heartbeat 3 node, with auto_failback legacy: an owner asks for
// its groups by `ip-request` and always gets them (heartbeat-resources 6). No reports, no standby.
//
//   init       the cluster has not agreed yet; an owner that asks is answered: it asks once
//   stable     full member: own groups are taken or asked for
//   leaving, overslept: as in classic.ts
//
// Where it does better than 3.0.6: a request without an answer is repeated, a group that failed is tried
// again, and after a partition this node keeps what it holds while the partner restarts. If no `shutdone`
// comes then, the partner did not see the partition, or slept through it: this node releases the
// partner's groups and asks for its own, which makes the partner give them up.

import { type Message, textOf } from "../../wire/message.ts";
import type { Effect } from "../effect.ts";
import type { Settled } from "../group/hand.ts";
import type { Negotiator, Table } from "../group/negotiator.ts";
import type { Command } from "../input.ts";
import { after, type Instant } from "../instant.ts";
import type { MemberEvent } from "../member.ts";
import { Appeal } from "./appeal.ts";
import { Clearance } from "./clearance.ts";
import { fencingDraft, groupAnswerDraft } from "./draft.ts";
import type { Ended } from "./errand.ts";
import { Farewell } from "./farewell.ts";
import { Nap } from "./nap.ts";
import { claimOf, everything, mayRun } from "./ownership.ts";
import { type AlarmName, listed, Pair, type Purpose } from "./pair.ts";

/** As in dispute.ts: a partner that saw the partition releases everything 2 s after the heal. */
export const releaseWithinMs = 5_000;
/** What failed is tried again after this. */
export const retryMs = 60_000;

export class Legacy implements Negotiator {
  readonly #pair: Pair;
  readonly #farewell: Farewell;
  readonly #nap: Nap;
  readonly #clearance: Clearance;
  readonly #appeal: Appeal;
  /** The partner came back from a partition and has not shown yet whether it restarts. */
  #healing = false;

  constructor(table: Table, _now: Instant) {
    this.#pair = new Pair(table);
    this.#farewell = new Farewell(this.#pair, false);
    this.#nap = new Nap(this.#pair);
    this.#clearance = new Clearance(this.#pair);
    this.#appeal = new Appeal(this.#pair);
    const text = `${this.#pair.partner.name} runs Heartbeat 3 with auto_failback legacy`;
    this.#pair.log("info", "legacy", text);
  }

  get stable(): boolean {
    const { state, errands } = this.#pair;
    if (this.#clearance.isAwaited) return false;
    const quiet = !this.#appeal.isOpen && !this.#healing && !this.#farewell.wanted;
    return state === "stable" && !errands.busy && quiet;
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
    return this.#turn(now, () => {
      if (command.name === "leave") {
        this.#farewell.command(request, now);
        return;
      }
      const why = 'auto_failback legacy moves groups only by death and return: use "on" or "off"';
      this.#pair.reply(request, false, `Refused ${command.name}: ${why}`);
    });
  }

  overslept(ms: number, now: Instant): Effect[] {
    return this.#turn(now, () => {
      this.#appeal.drop();
      this.#healing = false;
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
    const { hand, self, partner } = this.#pair;
    const group = hand.groups.find((candidate) => candidate.key === key);
    if (group?.state === "held") return self;
    // An owner always has its groups while it is there.
    return group?.owner === partner.name && partner.active ? partner.name : null;
  }

  #turn(now: Instant, act: () => void): Effect[] {
    act();
    this.#drain(now);
    const why = this.#clearance.arrived(this.#farewell.wanted, now);
    if (why !== undefined) this.#takeOver(why, now);
    if (this.#farewell.wanted) this.#farewell.attempt(undefined, now);
    else this.#watchFailed(now);
    this.#drain(now);
    return this.#pair.flush();
  }

  #drain(now: Instant): void {
    for (let next = this.#pair.ended.shift(); next; next = this.#pair.ended.shift()) {
      this.#ended(next, now);
    }
  }

  #member(event: MemberEvent, now: Instant): void {
    const { partner, state } = this.#pair;
    if (event.event === "comm-up") {
      if (state !== "leaving" && state !== "overslept") this.#commUp(now);
      return;
    }
    if (event.node !== partner.name) return;
    switch (event.event) {
      case "up":
      case "restarted":
        partner.forget();
        this.#healed();
        if (state === "overslept") this.#nap.release(`${partner.name} is back`, now);
        if (state === "stable" && partner.active) this.#settle("began a new run without us", now);
        break;
      case "returned":
        this.#returned(now);
        break;
      case "dead":
      case "removed":
        this.#dead(event.event === "dead" ? event.why : "removed from the cluster", now);
        break;
      case "left":
        this.#left(now);
        break;
      case "message":
        if (state === "stable" || state === "init") this.#heard(event.message, now);
        break;
      case "active":
      case "ping":
        break;
    }
  }

  #commUp(now: Instant): void {
    const pair = this.#pair;
    pair.state = "stable";
    const { partner } = pair;
    if (partner.gone) {
      this.#seek(`${partner.name} ${partner.left ? "left" : "was not heard"}`, now);
      return;
    }
    // What an earlier run left up is its: it took it back, never lost it, or starts it without asking.
    const foreign = pair.groups(claimOf("foreign"));
    const strays = foreign.filter(mayRun).map(({ key }) => key);
    const why = `given up: ${partner.name} is there and owns it`;
    if (strays.length > 0) pair.yield(strays, why, now);
    const own = pair.missing(claimOf("local"));
    if (partner.active) for (const key of own) this.#appeal.ask(key, now);
    else
      pair.work("take", own, `taken: ${partner.name} is not active yet`, { for: "acquire" }, now);
  }

  #heard(message: Message, now: Instant): void {
    const pair = this.#pair;
    const key = textOf(message, "ipaddr") ?? "";
    switch (textOf(message, "t")) {
      case "ip-request":
        this.#requested(key, now);
        break;
      case "ip-request-resp":
        if (textOf(message, "ok") !== "OK" || !this.#appeal.answered(key)) return;
        this.#take([key], `taken: ${pair.partner.name} answered`, now);
        break;
      case "stonith":
        // Late is dead to it: it took our groups, and goes on (heartbeat-wire 9.3).
        if (textOf(message, "node") === pair.self && !this.#healing) this.#settle("took over", now);
        break;
      case "starting": {
        const text = `${pair.partner.name} does not run auto_failback legacy and this node does`;
        pair.log("error", "legacy", `${text}: use one mode on both`);
        break;
      }
    }
  }

  /** The owner wants its group: it gets it. */
  #requested(key: string, now: Instant): void {
    const pair = this.#pair;
    const group = pair.hand.groups.find((candidate) => candidate.key === key);
    const running = group !== undefined && mayRun(group);
    if (!running && pair.errands.last(key) !== "take") {
      pair.say(groupAnswerDraft(pair.partner.name, key, false), now);
      return;
    }
    const why = `given to ${pair.partner.name}: it asked`;
    pair.log("info", "legacy", `Giving ${key} to ${pair.partner.name}: it asked`);
    pair.work("give", [key], why, { for: "answer", key, running }, now);
  }

  #returned(now: Instant): void {
    const pair = this.#pair;
    pair.partner.forget();
    if (pair.state === "overslept") this.#nap.release(`${pair.partner.name} is back`, now);
    if (pair.state !== "stable") return;
    this.#healing = true;
    pair.alarms.set("dispute", after(now, releaseWithinMs));
    const text = `${pair.partner.name} returns after a partition: this node keeps what it holds`;
    pair.log("error", "partition", `${text}, ${pair.partner.name} is expected to restart`);
  }

  /** The partner has everything too, and will not restart: each owner gets its own groups. */
  #settle(why: string, now: Instant): void {
    const pair = this.#pair;
    this.#healed();
    if (pair.state !== "stable" || pair.partner.gone) return;
    const keys = pair.keys(claimOf("foreign"));
    pair.log("warn", "partition", `${pair.partner.name} ${why}: each owner gets its own groups`);
    pair.yield(keys, "given up: its owner never lost it", now);
    for (const key of pair.keys(claimOf("local"))) this.#appeal.ask(key, now);
  }

  #healed(): boolean {
    const was = this.#healing;
    this.#healing = false;
    this.#pair.alarms.clear("dispute");
    return was;
  }

  #dead(why: string, now: Instant): void {
    const pair = this.#pair;
    const { partner } = pair;
    const left = partner.left;
    partner.emptied();
    this.#healed();
    if (pair.state !== "stable") return;
    const reason = `${partner.name} is dead: ${why}`;
    if (left) pair.say(fencingDraft(partner.name, "unneeded"), now);
    else if (!this.#clearance.isGivenByDeath(reason, now)) return;
    this.#takeOver(reason, now);
  }

  #left(now: Instant): void {
    const pair = this.#pair;
    pair.partner.emptied();
    pair.partner.left = true;
    const healed = this.#healed();
    if (pair.state !== "stable") return;
    pair.log("info", "takeover", `Received shutdown notice from ${pair.partner.name}`);
    if (healed) pair.add(...pair.hand.announce(pair.keys(everything), now));
    this.#takeOver(`${pair.partner.name} left`, now);
  }

  /** Takes over as soon as the partner's end is certain. */
  #seek(why: string, now: Instant): void {
    if (this.#clearance.isGiven(why, now)) this.#takeOver(why, now);
  }

  #takeOver(why: string, now: Instant): void {
    const pair = this.#pair;
    this.#clearance.over(now);
    this.#appeal.drop();
    pair.alarms.clear("ask");
    const keys = pair.missing(everything);
    const what = keys.length === 0 ? "everything is here already" : `taking ${listed(keys)}`;
    pair.log("info", "takeover", `Resources being acquired, ${why}: ${what}`);
    pair.work("take", keys, `taken over: ${why}`, { for: "takeover" }, now);
  }

  #take(keys: readonly string[], why: string, now: Instant): void {
    this.#pair.work("take", keys, why, { for: "acquire" }, now);
  }

  #watchFailed(now: Instant): void {
    const { state, alarms } = this.#pair;
    if (state !== "stable" || alarms.isSet("retry")) return;
    const keys = this.#failed();
    if (keys.length === 0) return;
    alarms.set("retry", after(now, retryMs));
    const text = `${listed(keys)} failed here, and legacy cannot hand it over: again in ${retryMs} ms`;
    this.#pair.log("error", "failed", text);
  }

  /** Not the groups of a partner that is there: it may run them. */
  #failed(): string[] {
    const isHeir = this.#pair.partner.gone && !this.#clearance.isAwaited;
    const claim = isHeir ? everything : claimOf("local");
    return this.#pair
      .groups(claim)
      .filter((group) => group.state === "failed" && !this.#pair.errands.concerns(group.key))
      .map((group) => group.key);
  }

  #ended(ended: Ended<Purpose>, now: Instant): void {
    const pair = this.#pair;
    const { purpose } = ended.errand;
    if (purpose.for === "answer") {
      pair.say(groupAnswerDraft(pair.partner.name, purpose.key, purpose.running), now);
    } else if (purpose.for === "leave") {
      this.#farewell.ended(ended, now);
    } else if (purpose.for === "overslept") {
      if (this.#farewell.wanted) this.#farewell.unheard();
      else this.#nap.ended(ended);
    }
  }

  #alarm(name: AlarmName, now: Instant): void {
    if (name === "ask") this.#appeal.again(now);
    else if (name === "dispute") this.#settle("did not release anything", now);
    else if (name === "retry") this.#take(this.#failed(), "tried again after a failure", now);
    else if (name === "alone" && this.#nap.alone(now) && this.#pair.state === "stable") {
      this.#seek(`${this.#pair.partner.name} is gone`, now);
    }
  }
}
