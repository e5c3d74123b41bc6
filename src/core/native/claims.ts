// What Heartbeat 3 nodes among many claim to hold, by their own reports, and which groups nobody has.
//
// Such a node counts all nodes' claims as one (heartbeat-resources 11): when it starts and anybody reports
// groups of others, it takes none of its own. It only logs that nobody has them.
//
// By "foreign" it may mean groups of any other node, for it has one word for all. One that was heard to begin
// with empty hands has only those of nodes that are gone since, by its own word (`stonith`) or as seen here,
// until somebody speaks of a hand-over.

import { type Message, textOf } from "../../wire/message.ts";
import { Partner } from "../classic/partner.ts";
import { orphanMs } from "../classic/upkeep.ts";
import { after, firstAfter, type Instant } from "../instant.ts";
import type { Member } from "../member.ts";

/** As long as beside a single one (design.md, "Groups beside a Heartbeat 3 node"). */
const unclaimedMs = 2 * orphanMs;

export class Claims {
  readonly #members: () => readonly Member[];
  readonly #nodes = new Map<string, Partner>();
  /** Whose groups each may have taken since this node hears it. */
  readonly #heirs = new Map<string, Set<string>>();
  /** Since when nobody has had a group. */
  readonly #unclaimedSince = new Map<string, Instant>();

  constructor(members: () => readonly Member[]) {
    this.#members = members;
  }

  /** Takes note of what it says about groups; false when that is nothing. */
  heard(node: string, message: Message): boolean {
    const partner = this.#partner(node);
    this.#nodes.set(node, partner);
    const estates = this.#heirs.get(node) ?? new Set();
    this.#heirs.set(node, estates);
    const type = textOf(message, "t");
    if (type === "stonith") estates.add(textOf(message, "node") ?? "");
    if (type === "ask_resources") for (const { name } of this.#members()) this.#inherit(name);
    if (type === "starting") partner.began(message);
    else if (type !== "resource" || !partner.reported(message)) return false;
    const stable = textOf(message, "isstable");
    if (stable !== undefined) partner.stable = stable === "1";
    return true;
  }

  /** Its end: others may take its groups. */
  gone(node: string): void {
    this.#inherit(node);
    this.forget(node);
  }

  /** A new run of it, or its end. */
  forget(node: string): void {
    this.#nodes.delete(node);
    this.#heirs.delete(node);
    this.#unclaimedSince.clear();
  }

  /** It has begun to hold what it will, and said what. */
  isSettled(node: string): boolean {
    const partner = this.#nodes.get(node);
    return partner?.known === true && partner.stable;
  }

  /** A full member that has said nothing of its groups since it is here. */
  isMute(node: string): boolean {
    const { active, known, fresh } = this.#partner(node);
    return active && !known && !fresh;
  }

  /** For long enough all of these nodes have been saying that they do not have this group. */
  isUnclaimed(
    { key, owner }: { readonly key: string; readonly owner: string },
    nodes: readonly string[],
    now: Instant,
  ): boolean {
    if (nodes.some((node) => this.#mayHave(node, owner))) {
      this.#unclaimedSince.delete(key);
      return false;
    }
    const since = this.#unclaimedSince.get(key) ?? now;
    this.#unclaimedSince.set(key, since);
    return now >= after(since, unclaimedMs);
  }

  /** When a group will have been nobody's for long enough. */
  deadline(now: Instant): Instant | undefined {
    let first: Instant | undefined;
    for (const since of this.#unclaimedSince.values()) {
      first = firstAfter(now, first, after(since, unclaimedMs));
    }
    return first;
  }

  #partner(node: string): Partner {
    return this.#nodes.get(node) ?? new Partner(node, this.#members);
  }

  #inherit(owner: string): void {
    for (const estates of this.#heirs.values()) estates.add(owner);
  }

  #mayHave(node: string, owner: string): boolean {
    const partner = this.#nodes.get(node);
    if (partner === undefined || !this.isSettled(node)) return true;
    const { claim, fresh } = partner;
    if (owner === node) return claim.local;
    return claim.foreign && (!fresh || this.#mayHaveTaken(node, owner));
  }

  /** Of one that took something, and nobody knows from whom, a word was lost: then it may be anybody's. */
  #mayHaveTaken(node: string, owner: string): boolean {
    const estates = this.#heirs.get(node);
    return estates === undefined || estates.size === 0 || estates.has(owner);
  }
}
