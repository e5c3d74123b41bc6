// Two nodes hold the same group, because they could not hear each other for a time: exactly one keeps
// it (docs/design.md, "Partition"; the rule itself is keeper() in placement.ts).
//
// The other one takes its addresses off at once and releases. The keeper announces what it holds at
// once, and again when it is alone. A node that is not sure of what it holds always yields.

import type { Effect } from "../effect.ts";
import type { Group } from "../group/group.ts";
import type { Instant } from "../instant.ts";
import { type Council, isBusy } from "./council.ts";
import type { Ledger } from "./ledger.ts";
import { keeper, type Rival, settle } from "./placement.ts";

export class Partition {
  readonly #council: Council;
  readonly #ledger: Ledger;
  /** Groups that this node keeps while another one still has to release. */
  readonly #contested = new Set<string>();

  constructor(council: Council, ledger: Ledger) {
    this.#council = council;
    this.#ledger = ledger;
  }

  /** What is to be done about rivals for this group; undefined when there are none. */
  judge(group: Group, now: Instant): Effect[] | undefined {
    const { key, state, owner } = group;
    if (!isBusy(state)) return undefined;
    const others = this.#holders(key, now);
    if (others.length === 0) return this.#end(key, now);
    // Scripts may take long to stop; the addresses are the other one's already.
    if (state === "stopping") return this.#council.table.hand.suspend([key]);
    if (state === "unsure") return this.#yield(key, `${others.join(", ")} holds it now`, now);
    const rivals = [this.#council.self, ...others].map((node) => this.#rival(node, key, now));
    const failback = this.#council.table.autoFailback !== "off";
    const verdict = keeper(rivals, { owner, failback });
    if (verdict === undefined) return undefined;
    const names = rivals.map(({ node }) => node).join(" and ");
    const text = `${names} hold ${key} at once: ${verdict.node} keeps it, ${verdict.rule}`;
    if (verdict.node !== this.#council.self) return this.#yield(key, text, now);
    return this.#keep(key, rivals, text, now);
  }

  /** Others that have it up, as far as they can be believed. */
  #holders(key: string, now: Instant): string[] {
    const { hearsay } = this.#council;
    return this.#council.peers.filter((node) => {
      const activity = hearsay.news(node, key)?.activity;
      if (activity !== "held" && activity !== "starting") return false;
      return hearsay.isFresh(node) || hearsay.isDeaf(node, now);
    });
  }

  #rival(node: string, key: string, now: Instant): Rival {
    const { self, hearsay } = this.#council;
    const pings = this.#council.pings(node);
    if (node === self) return { node, claim: this.#ledger.claimed(key), pings, deaf: false };
    const claim = hearsay.news(node, key)?.claim ?? 0;
    return { node, claim, pings, deaf: hearsay.isDeaf(node, now) };
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
    const claims = rivals.map(({ claim }) => claim);
    const word = settle([this.#ledger.register(key)], claims, self);
    this.#ledger.decree(key, word, text);
    const log: Effect = { do: "log", level: "warn", topic: "partition", text };
    return [log, ...table.hand.announce([key], now)];
  }

  #end(key: string, now: Instant): Effect[] | undefined {
    if (!this.#contested.delete(key)) return undefined;
    const { self, table } = this.#council;
    const text = `${self} alone holds ${key} again: announcing it`;
    const log: Effect = { do: "log", level: "info", topic: "partition", text };
    return [log, ...table.hand.announce([key], now)];
  }

  #yield(key: string, why: string, now: Instant): Effect[] {
    const { hand } = this.#council.table;
    this.#contested.delete(key);
    this.#ledger.explain(key, why);
    return [
      { do: "log", level: "warn", topic: "yield", text: `Giving up ${key}: ${why}` },
      ...hand.suspend([key]),
      ...hand.give([key], why, now),
    ];
  }
}
