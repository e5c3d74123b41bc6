// What the machines beside a Heartbeat 3 node share: what this node claims, what it knows of its partner,
// the errands under way, its alarms, and the effects of the turn.
//
// No rules of its own: classic.ts, exchange.ts, dispute.ts, farewell.ts, nap.ts and legacy.ts hold those.

import type { Message } from "../../wire/message.ts";
import type { Effect, Fields, Level } from "../effect.ts";
import type { Hand, HandGroup, Settled } from "../group/hand.ts";
import type { Table } from "../group/negotiator.ts";
import type { Instant } from "../instant.ts";
import { Alarms } from "./alarm.ts";
import { reportDraft } from "./draft.ts";
import { type Ended, Errands } from "./errand.ts";
import {
  type Claim,
  claimOf,
  common,
  covers,
  isNothing,
  mirrored,
  nothing,
  plus,
  runningClaim,
  wholeClaim,
  wordOf,
} from "./ownership.ts";
import { Partner } from "./partner.ts";
import type { Handover } from "./standby.ts";

/** heartbeat-resources 3. `init`: the cluster has not agreed yet; `leaving`: gives up everything. */
export type PairState =
  | "init"
  | "starting"
  | "bothstarting"
  | "received"
  | "stable"
  | "leaving"
  | "overslept";

/** Why a take or give was begun; decides what follows its end. */
export type Purpose =
  | { readonly for: "acquire" | "takeover" | "yield" | "leave" | "overslept" }
  | { readonly for: "retry"; readonly request: number | undefined }
  | { readonly for: "handover"; readonly handover: Handover }
  | { readonly for: "answer"; readonly key: string; readonly running: boolean };

export type AlarmName =
  | "alone"
  | "answer"
  | "ask"
  | "dispute"
  | "handover"
  | "leave"
  | "local"
  | "orphan"
  | "recheck"
  | "retry"
  | "takeover";

export class Pair {
  readonly self: string;
  readonly hand: Hand;
  readonly partner: Partner;
  readonly errands: Errands<Purpose>;
  readonly alarms = new Alarms<AlarmName>();
  state: PairState;
  /** What this node claims; set before the scripts have run. */
  claim: Claim = nothing;
  /** The partner was away: its groups go home when it is back (auto_failback on). */
  needsFailback = false;
  /** Errands that ended and have not been looked at. */
  readonly ended: Ended<Purpose>[] = [];
  readonly #whys = new Map<string, string>();
  #effects: Effect[] = [];

  readonly table: Table;

  constructor(table: Table) {
    this.table = table;
    this.self = table.self;
    this.hand = table.hand;
    const others = table
      .members()
      .filter((member) => member.kind === "normal" && member.name !== table.self);
    this.partner = new Partner(others[0]?.name ?? "", () => table.members());
    this.errands = new Errands(table.hand);
    const own = table.members().find((member) => member.name === table.self);
    this.state = own?.status === "active" ? "stable" : "init";
  }

  /** Begins with what is up here. */
  adopt(): void {
    const isStable = this.state === "stable";
    const { self, partner, hand } = this;
    this.claim = isStable
      ? runningClaim(hand.groups, { self, partner: partner.name })
      : wholeClaim(hand.groups, self);
    // They are here because their owner was away: they go home when it is back.
    this.needsFailback = isStable && this.claim.foreign;
    // Handed out with the first turn.
    const text = `${partner.name} runs Heartbeat 3: this node holds [${wordOf(this.claim)}]`;
    this.log("info", "classic", `${text} in state "${this.state}"`);
  }

  /** Keys of the groups in a claim, in the order of the configuration. */
  keys(claim: Claim): string[] {
    return this.groups(claim).map((group) => group.key);
  }

  groups(claim: Claim): HandGroup[] {
    return this.hand.groups.filter((group) => covers(claim, group.owner, this.self));
  }

  /** Keys of a claim's groups that are not up here and not on their way up. */
  missing(claim: Claim): string[] {
    return this.groups(claim)
      .filter((group) => {
        const last = this.errands.last(group.key);
        return last === undefined ? group.state !== "held" : last === "give";
      })
      .map((group) => group.key);
  }

  /** Both are sure of what they claim, and it is nothing of this. */
  isUnclaimed(claim: Claim): boolean {
    const { partner } = this;
    if (this.state !== "stable" || !partner.known) return false;
    return (
      isNothing(common(this.claim, claim)) && isNothing(common(partner.claim, mirrored(claim)))
    );
  }

  /** Begins a take or give. One without groups has ended at once. */
  work(
    kind: "take" | "give",
    keys: readonly string[],
    why: string,
    purpose: Purpose,
    now: Instant,
  ): void {
    for (const key of keys) this.explain(key, why);
    this.begin(kind, keys, why, purpose, now);
  }

  /** The same without saying of each group that this is why it is where it is: some may be there. */
  begin(
    kind: "take" | "give",
    keys: readonly string[],
    why: string,
    purpose: Purpose,
    now: Instant,
  ): void {
    const errand = { kind, keys, why, purpose, since: now };
    if (keys.length === 0) this.ended.push({ errand, outcomes: [] });
    else this.#effects.push(...this.errands.begin(errand, now));
  }

  /** Gives up what the partner has as well: an address may not wait until its services have stopped. */
  yield(keys: readonly string[], why: string, now: Instant): void {
    this.work("give", keys, why, { for: "yield" }, now);
    this.#bare(keys);
  }

  /** A new run of the partner is about to take its own groups, which were `lost` to the one before. What is still
   *  stopping here is claimed again until it has stopped, and given then. It has no address any more: a report on
   *  its way to the earlier run may let the partner take it all the same. */
  keepBack(lost: Claim): void {
    const foreign = claimOf("foreign");
    this.#bare(this.keys(foreign));
    if (!lost.foreign || !this.groups(foreign).some(({ state }) => state === "stopping")) return;
    this.claim = plus(this.claim, foreign);
    this.needsFailback = true;
  }

  /** Takes the addresses of what is stopping off at once. A start is left alone: its errand goes on. */
  #bare(keys: readonly string[]): void {
    const stopping = this.hand.groups.filter(({ state }) => state === "stopping");
    const bare = stopping.map(({ key }) => key).filter((key) => keys.includes(key));
    if (bare.length > 0) this.add(...this.hand.suspend(bare));
  }

  /** Takes outcomes in; `ended` grows by the errands that they end. */
  settled(outcomes: readonly Settled[], now: Instant): void {
    const ended = this.errands.settled(outcomes);
    for (const { errand, outcomes } of ended) {
      if (errand.kind === "give") continue;
      for (const { key, state, text } of outcomes) if (state === "failed") this.explain(key, text);
    }
    this.ended.push(...ended);
    this.#effects.push(...this.errands.next(now));
  }

  say(draft: Message, now: Instant): void {
    this.#effects.push(...this.table.send(draft, now));
  }

  /** A full report of what this node claims; silence before the cluster agreed and at the end. */
  report(now: Instant, info?: "standby" | "req_our_resources()"): void {
    const { claim, state } = this;
    if (state === "init" || state === "leaving" || state === "overslept") return;
    const stable = state === "stable" && info !== "standby";
    this.say(reportDraft(info === undefined ? { claim, stable } : { claim, stable, info }), now);
  }

  /** Beside a Heartbeat 3 node, what is decided is an event that names it. */
  log(level: Level, topic: string, text: string, fields: Fields = {}): void {
    const event = level === "debug" ? {} : { fields: { peer: this.partner.name, ...fields } };
    this.#effects.push({ do: "log", level, topic, text, ...event });
  }

  reply(request: number | undefined, ok: boolean, text: string): void {
    if (request !== undefined) this.#effects.push({ do: "reply", request, ok, text });
  }

  add(...effects: readonly Effect[]): void {
    this.#effects.push(...effects);
  }

  explain(key: string, why: string): void {
    this.#whys.set(key, why);
  }

  why(key: string): string {
    const { self, partner } = this;
    const decided = this.#whys.get(key);
    if (decided !== undefined) return decided;
    const holder = this.holder(key);
    if (holder === self) return `it was up here when ${partner.name} was met`;
    if (holder === partner.name) return `${holder} says that it holds it`;
    const owner = this.hand.groups.find((candidate) => candidate.key === key)?.owner;
    if (owner === partner.name && partner.active) return `${owner} is its owner`;
    return "Nothing has been decided about it yet";
  }

  /** Node that holds the group as far as this node knows. */
  holder(key: string): string | null {
    const { self, partner } = this;
    const group = this.hand.groups.find((candidate) => candidate.key === key);
    if (group === undefined) return null;
    if (group.state === "held") return self;
    const theirs = covers(mirrored(partner.claim), group.owner, self);
    return theirs && !partner.gone ? partner.name : null;
  }

  /** The effects of this turn, once. */
  flush(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

/** "a, b and c" for sentences; "nothing" when there is none. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "nothing";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The groups of an errand that are not as it wanted them, with reasons. */
export function troubles(kind: "take" | "give", outcomes: readonly Settled[]): string[] {
  // What failed here before is down as well.
  const wanted = kind === "take" ? ["held"] : ["idle", "failed"];
  return outcomes
    .filter((outcome) => !wanted.includes(outcome.state))
    .map((outcome) => `${outcome.key} is ${outcome.state}: ${outcome.text}`);
}
