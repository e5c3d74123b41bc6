// Two nodes hold the same group, because they could not hear each other for a time: exactly one keeps
// it (docs/design.md, "Partition"; the rule itself is keeper() in placement.ts).
//
// The other one takes its addresses off at once and releases. The keeper announces what it holds at
// once, and again when it is alone. A node that is not sure of what it holds always yields.

import type { Effect } from "../effect.ts";
import type { Group } from "../group/group.ts";
import type { GroupState } from "../group/hand.ts";
import type { Instant } from "../instant.ts";
import { isBusy } from "./activity.ts";
import type { Council } from "./council.ts";
import { log } from "./decision.ts";
import type { Ledger } from "./ledger.ts";
import { areEqual, keeper, type Rival, settle } from "./placement.ts";

export class Partition {
  readonly #council: Council;
  readonly #ledger: Ledger;
  /** Groups that this node keeps while another one still has to release. */
  readonly #contested = new Set<string>();
  /** Groups whose start ends as soon as the script that runs has ended. */
  readonly #ending = new Set<string>();

  constructor(council: Council, ledger: Ledger) {
    this.#council = council;
    this.#ledger = ledger;
  }

  /** What is to be done about rivals for this group; undefined when there are none. */
  judge(group: Group, now: Instant): Effect[] | undefined {
    const { key, state } = group;
    if (state !== "starting") this.#ending.delete(key);
    if (!isBusy(state)) return undefined;
    // Scripts may take long to stop: the addresses are the other one's already, or nobody's any more.
    if (state === "stopping" && this.#isElsewhere(key))
      return this.#council.table.hand.suspend([key]);
    const others = this.#others(key, ["held", "starting"]);
    if (others.length === 0) return this.#end(key, now);
    if (this.#ending.has(key)) return this.#council.table.hand.suspend([key]);
    const [other = this.#council.self] = others;
    if (state === "unsure") {
      return this.#yield(key, other, `${others.join(", ")} holds it now`, now);
    }
    if (state === "starting") this.#ending.add(key);
    const rivals = [this.#council.self, ...others].map((node) => this.#rival(node, group));
    const verdict = keeper(rivals);
    if (verdict === undefined) return undefined;
    const names = rivals.map(({ node }) => node).join(" and ");
    const text = `${names} hold ${key} at once: ${verdict.node} keeps it, ${verdict.rule}`;
    if (verdict.node !== this.#council.self) return this.#yield(key, verdict.node, text, now);
    this.#settleIn(group, rivals);
    if (state === "starting") return this.#beginAnew(key, rivals, text, now);
    return this.#keep(key, rivals, text, now);
  }

  /** Addresses that are a holder's alone, and cannot wait for a rule: of what left the files of this node and
   *  is still being stopped, and of what is unsure here and assigned to another node. */
  relinquish(): Effect[] {
    const { hand } = this.#council.table;
    const leaving = hand.leaving.filter(({ key }) => this.#isElsewhere(key));
    const unsure = hand.groups.filter(
      ({ key, state }) => state === "unsure" && !this.#ledger.isMine(key) && this.#isShared(key),
    );
    return [...leaving, ...unsure].flatMap((group) => group.suspend());
  }

  /** Somebody else has its addresses up, or may have. Of those that are unsure only the one that is to have it
   *  may: it adopted what it left up. */
  #isElsewhere(key: string): boolean {
    const { node } = this.#ledger.register(key);
    return (
      this.#others(key, ["held", "starting", "stopping"]).length > 0 ||
      this.#others(key, ["unsure"]).includes(node)
    );
  }

  /** Somebody else has something of it up, or may have. */
  #isShared(key: string): boolean {
    return this.#others(key, ["held", "starting", "stopping", "unsure"]).length > 0;
  }

  /** Others that do so with it, as far as they can be believed. */
  #others(key: string, activities: readonly GroupState[]): string[] {
    const { hearsay } = this.#council;
    return this.#council.peers.filter((node) => {
      const activity = hearsay.news(node, key)?.activity;
      if (activity === undefined || !activities.includes(activity)) return false;
      return hearsay.isFresh(node) || hearsay.isDeaf(node);
    });
  }

  #rival(node: string, group: Group): Rival {
    const { self, hearsay } = this.#council;
    const { key, state } = group;
    const pings = this.#council.pings(node);
    const home = this.#council.isHomeOf(node, group);
    if (node === self) {
      const whole = state === "held";
      return { node, claim: this.#ledger.claimed(key), pings, deaf: false, whole, home };
    }
    const news = hearsay.news(node, key);
    const whole = news?.activity === "held";
    return { node, claim: news?.claim ?? 0, pings, deaf: hearsay.isDeaf(node), whole, home };
  }

  /** Its owner has it as well, is as able to have it, and by its own files does not ask for it: the group
   *  is not here because its owner is away, and does not go home now. */
  #settleIn({ key, owner }: Group, rivals: readonly Rival[]): void {
    const [own, ...others] = rivals;
    const owners = others.find(({ node }) => node === owner);
    if (own === undefined || owners === undefined || !areEqual(own, owners)) return;
    this.#ledger.homesick.delete(key);
  }

  #keep(key: string, rivals: readonly Rival[], text: string, now: Instant): Effect[] {
    const { self, table } = this.#council;
    const claimed = this.#ledger.claimed(key);
    const isSaid =
      this.#ledger.isMine(key) &&
      rivals.every((rival) => rival.node === self || rival.claim < claimed);
    if (isSaid && this.#contested.has(key)) return [];
    if (!this.#ledger.mayClaim(key, now)) return [];
    this.#contested.add(key);
    return [this.#decree(key, rivals, text), ...table.hand.announce([key], now)];
  }

  /** Several nodes are starting it, and none has all of it up. No script of ours may run beside theirs:
   *  what is up here stops as well, and the start begins anew when they have released. */
  #beginAnew(key: string, rivals: readonly Rival[], text: string, now: Instant): Effect[] {
    const told = this.#decree(key, rivals, text);
    return [told, ...this.#council.table.hand.give([key], "others are starting it, too", now)];
  }

  #decree(key: string, rivals: readonly Rival[], text: string): Effect {
    const claims = rivals.map(({ claim }) => claim);
    const word = settle([this.#ledger.register(key)], claims, this.#council.self);
    this.#ledger.decree(key, word, text);
    const nodes = rivals.map(({ node }) => node);
    const fields = { group: key, nodes, keeper: this.#council.self };
    return log("warn", "partition", text, fields);
  }

  #end(key: string, now: Instant): Effect[] | undefined {
    if (!this.#contested.delete(key)) return undefined;
    const { self, table } = this.#council;
    const text = `${self} alone holds ${key} again: announcing it`;
    const told = log("info", "partition", text, { group: key, keeper: self });
    return [told, ...table.hand.announce([key], now)];
  }

  /** What this node said before, when it knew of fewer holders, must not beat the word of the keeper. */
  #yield(key: string, keeper: string, why: string, now: Instant): Effect[] {
    const { hand } = this.#council.table;
    this.#contested.delete(key);
    if (this.#ledger.isMine(key)) this.#ledger.assign(key, keeper, why);
    this.#ledger.explain(key, why);
    return [
      log("warn", "yield", `Giving up ${key}: ${why}`, { group: key, why }),
      ...hand.suspend([key]),
      ...hand.give([key], why, now),
    ];
  }
}
