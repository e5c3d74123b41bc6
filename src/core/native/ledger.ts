// This node's books about its groups among hb nodes: to whom each is assigned, under which epoch it is
// held here, what failed here, whose owner is away, and why. Books only; rulebook.ts applies the rules.

import type { GroupState } from "../group/hand.ts";
import { after, firstAfter, type Instant } from "../instant.ts";
import type { RememberedGroup } from "../memory.ts";
import { isBusy } from "./activity.ts";
import type { GroupNews } from "./bulletin.ts";
import type { Council, NativeTable } from "./council.ts";
import { assign, newer, type Register, sameRegister } from "./register.ts";

/** A group that failed here is not tried here again before that, unless an operator says so. */
const unwillingMs = 600_000;
/** The same when no other node can hold it. */
export const retryAloneMs = 60_000;

export class Ledger {
  readonly #table: NativeTable;
  readonly #registers = new Map<string, Register>();
  readonly #claims = new Map<string, number>();
  readonly #why = new Map<string, string>();
  /** Groups that failed here, and when they may be tried again. */
  readonly #unwilling = new Map<string, Instant>();
  /** Groups whose failure has been noted. */
  readonly #failed = new Set<string>();
  readonly #upAt = new Map<string, Instant>();
  /** Since when a group has been waiting for a node that is starting. */
  readonly #waitingSince = new Map<string, Instant>();
  /** The groups of the files for which the others' reports have been read. */
  #met: NativeTable["hand"]["groups"] | undefined;
  /** Epochs of registers that came from nodes which had not heard this one. */
  readonly #unheard = new Map<string, number>();
  /** When this node last assigned a group to itself. */
  readonly #claimedAt = new Map<string, Instant>();
  /** Groups that are held here although, or because, their owner was away. */
  readonly homesick = new Set<string>();
  /** Groups that no node can hold. */
  readonly orphans = new Set<string>();

  /** Begins with what an earlier run remembered and with what the hand really holds. */
  constructor(table: NativeTable, memory: readonly RememberedGroup[]) {
    this.#table = table;
    for (const { key, assigned, homesick } of memory) {
      this.#registers.set(key, assigned);
      if (homesick) this.homesick.add(key);
    }
    for (const { key, state, owner } of table.hand.groups) {
      if (!isBusy(state)) continue;
      // What is held counts more than who owns it; what is unsure says nothing.
      if (state === "held" && !this.#registers.has(key)) {
        this.#registers.set(key, { node: table.self, epoch: 1 });
        // Held since its owner ran another program: it has been replaced, and is coming back.
        if (owner !== table.self) this.homesick.add(key);
      }
      this.claim(key, this.register(key).epoch);
      this.explain(key, "it was up here when this run began");
    }
  }

  /** To whom the group is assigned; to its owner until somebody says otherwise. */
  register(key: string): Register {
    const known = this.#registers.get(key);
    if (known !== undefined) return known;
    return { node: this.#table.hand.group(key)?.owner ?? this.#table.self, epoch: 0 };
  }

  isMine(key: string): boolean {
    return this.register(key).node === this.#table.self;
  }

  /** Another node's register: the newer one counts. `deaf`: it had not heard this node when it said so. */
  merge(key: string, register: Register, from: string, deaf: boolean): void {
    const known = this.register(key);
    const newest = newer(known, register);
    if (sameRegister(known, newest)) return;
    this.#registers.set(key, newest);
    if (deaf) this.#unheard.set(key, newest.epoch);
    this.explain(key, `${from} says that it is assigned to ${newest.node}`);
  }

  /** After a reload: what the others have been saying of a group counts from now on, although they say
   *  nothing new. */
  meet({ peers, hearsay }: Council): void {
    const { groups } = this.#table.hand;
    if (groups === this.#met) return;
    this.#met = groups;
    for (const { key } of groups) {
      for (const node of peers) {
        const news = hearsay.news(node, key);
        if (news !== undefined) this.merge(key, news.register, node, false);
      }
    }
  }

  /** Whoever assigned the group knew nothing of what this node does with it: under one epoch both acted for
   *  themselves, or this node was not heard then. */
  isUnheard(key: string): boolean {
    const { epoch } = this.register(key);
    return epoch > 0 && (this.claimed(key) === epoch || this.#unheard.get(key) === epoch);
  }

  assign(key: string, node: string, why: string): void {
    this.#registers.set(key, assign(this.register(key), node));
    this.explain(key, why);
  }

  /** A word that ends a conflict: register and claim surpass all others. */
  decree(key: string, register: Register, why: string): void {
    this.#registers.set(key, register);
    this.claim(key, register.epoch);
    this.explain(key, why);
  }

  /** This node takes the group under its present register. */
  claim(key: string, epoch: number): void {
    this.#claims.set(key, epoch);
  }

  /** Epoch under which this node took the group last. */
  claimed(key: string): number {
    return this.#claims.get(key) ?? 0;
  }

  explain(key: string, why: string): void {
    this.#why.set(key, why);
  }

  why(key: string): string | undefined {
    return this.#why.get(key);
  }

  /** This node would start the group if it were assigned here. */
  isWilling(key: string): boolean {
    return !this.#unwilling.has(key);
  }

  /** An operator wants it tried again. */
  forgive(key: string): void {
    this.#unwilling.delete(key);
  }

  /** Nobody else can hold it: try again sooner. */
  hurry(key: string, now: Instant): void {
    const until = this.#unwilling.get(key);
    const soon = after(now, retryAloneMs);
    if (until !== undefined && until > soon) this.#unwilling.set(key, soon);
  }

  /** When the group came up here; now if it is not up. */
  upAt(key: string, now: Instant): Instant {
    return this.#upAt.get(key) ?? now;
  }

  /** Wait for a node that is starting, or for its files; false once that has taken too long. */
  mayWait(key: string, what: "start" | "files", now: Instant): boolean {
    const since = this.#waitingSince.get(key) ?? now;
    this.#waitingSince.set(key, since);
    return now < after(since, this.#waits[what]);
  }

  /** A start may wait for others until initdead, then asks one of them, and tells that it is done. */
  get #waits(): { readonly start: number; readonly files: number } {
    const { initdeadMs, deadtimeMs } = this.#table.config().timing;
    return { start: initdeadMs + deadtimeMs, files: initdeadMs };
  }

  /** Nodes that see different things must not outbid each other as fast as messages travel. */
  mayClaim(key: string, now: Instant): boolean {
    const last = this.#claimedAt.get(key);
    if (last !== undefined && now < after(last, this.#table.config().timing.keepaliveMs)) {
      return false;
    }
    this.#claimedAt.set(key, now);
    return true;
  }

  endWait(key: string): void {
    this.#waitingSince.delete(key);
  }

  /** Keep the books of one group up to date with what the hand and the council say. */
  note(group: NotedGroup, council: Council, now: Instant): void {
    const { key, state, owner, text } = group;
    this.#keep(group);
    if (state !== "failed") this.#failed.delete(key);
    else if (!this.#failed.has(key)) {
      this.#failed.add(key);
      this.#unwilling.set(key, after(now, unwillingMs));
      this.explain(key, `it failed on ${this.#table.self}: ${text}`);
    }
    const until = this.#unwilling.get(key);
    if (until !== undefined && until <= now) this.#unwilling.delete(key);
    if (state !== "held") this.#upAt.delete(key);
    else if (!this.#upAt.has(key)) this.#upAt.set(key, now);
    if (owner === this.#table.self || !this.isMine(key)) this.homesick.delete(key);
    else if (council.isAway(owner)) this.homesick.add(key);
  }

  /** Another owner in the files moves nothing: the register stays, and the node where it runs says so. */
  #keep({ key, state, owner }: NotedGroup): void {
    const known = this.#registers.get(key);
    if (known === undefined) this.#registers.set(key, { node: owner, epoch: 0 });
    else if (known.epoch === 0 && known.node !== owner && this.isMine(key) && isBusy(state)) {
      this.assign(key, this.#table.self, `${owner} owns it now, but it runs here`);
    }
  }

  /** What the others are told of each group; who leaves would start none. */
  news(leaving: boolean): Map<string, GroupNews> {
    const { hand } = this.#table;
    const all = new Map<string, GroupNews>();
    for (const { key, state, isSought } of hand.groups) {
      all.set(key, {
        register: this.register(key),
        // What may be up here must not be started elsewhere.
        activity: isSought ? "unsure" : state,
        claim: isBusy(state) ? this.claimed(key) : 0,
        unwilling: leaving || !this.isWilling(key),
      });
    }
    for (const { key } of hand.leaving) {
      const [register, claim] = [this.register(key), this.claimed(key)];
      all.set(key, { register, activity: "stopping", claim, unwilling: true });
    }
    return all;
  }

  /** The first moment after `now` at which a rule may have a new answer. */
  deadline(now: Instant): Instant | undefined {
    const { keepaliveMs } = this.#table.config().timing;
    const { start, files } = this.#waits;
    let first: Instant | undefined;
    for (const until of this.#unwilling.values()) first = firstAfter(now, first, until);
    for (const since of this.#waitingSince.values()) {
      first = firstAfter(now, first, after(since, files));
      first = firstAfter(now, first, after(since, start));
    }
    for (const last of this.#claimedAt.values()) {
      first = firstAfter(now, first, after(last, keepaliveMs));
    }
    return first;
  }
}

interface NotedGroup {
  readonly key: string;
  readonly owner: string;
  readonly state: GroupState;
  readonly text: string;
}
