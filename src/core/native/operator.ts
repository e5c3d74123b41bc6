// The commands standby and takeover among hb nodes: which groups they mean, what they assign anew, and
// how each of them ends.

import type { Effect } from "../effect.ts";
import type { Group } from "../group/group.ts";
import type { Instant } from "../instant.ts";
import type { GroupSet } from "../wish.ts";
import type { Council } from "./council.ts";
import { assigned } from "./decision.ts";
import type { Ledger } from "./ledger.ts";
import { choose } from "./placement.ts";
import { sameRegister } from "./register.ts";
import { type Move, Requests, refusal, type Standing } from "./request.ts";

export class Operator {
  readonly #council: Council;
  readonly #ledger: Ledger;
  readonly requests = new Requests();

  constructor(council: Council, ledger: Ledger) {
    this.#council = council;
    this.#ledger = ledger;
  }

  /** Give what this node holds of the set to the next node that can hold it. */
  standby(request: number, set: GroupSet, now: Instant): Effect[] {
    const { self } = this.#council;
    const effects: Effect[] = [];
    const moves: Move[] = [];
    const refused: string[] = [];
    for (const { key, owner } of this.#named(set)) {
      if (!this.#ledger.isMine(key)) continue;
      const to = choose({
        owner,
        nodes: this.#council.nodes,
        holder: null,
        viable: (node) => node !== self && this.#council.isViable(node, key, false),
        pings: (node) => this.#council.pings(node),
      });
      if (to === undefined) {
        refused.push(`${key}: no other node can hold it`);
        continue;
      }
      moves.push({ key, from: self, to });
      effects.push(this.#assign(key, to, `standby of ${self}, as asked for`, set));
    }
    return [...effects, ...this.#accept(request, moves, refused, now)];
  }

  /** Get what this node does not hold of the set. */
  takeover(request: number, set: GroupSet, now: Instant): Effect[] {
    const { self } = this.#council;
    const effects: Effect[] = [];
    const moves: Move[] = [];
    const refused: string[] = [];
    for (const { key, state } of this.#named(set)) {
      const { node } = this.#ledger.register(key);
      if (node === self && state === "held") continue;
      if (this.#council.strangers.includes(node)) {
        refused.push(`${key}: ${node} runs Heartbeat 3 and cannot be asked to give`);
        continue;
      }
      this.#ledger.forgive(key);
      moves.push({ key, from: node === self ? null : node, to: self });
      effects.push(this.#assign(key, self, `takeover by ${self}, as asked for`));
    }
    return [...effects, ...this.#accept(request, moves, refused, now)];
  }

  /** Answer what has come to its end. */
  check(now: Instant): Effect[] {
    return this.requests.check((move) => this.#standing(move), now);
  }

  #accept(
    request: number,
    moves: readonly Move[],
    refused: readonly string[],
    now: Instant,
  ): Effect[] {
    if (moves.length === 0 && refused.length > 0) {
      return [refusal(request, `Refused: ${refused.join("; ")}`)];
    }
    if (moves.length === 0) return [{ do: "reply", request, ok: true, text: "Nothing to move" }];
    const limitMs = this.#council.table.patienceMs;
    this.requests.add({ id: request, moves, refused, limitMs }, now);
    return [];
  }

  #named(set: GroupSet): readonly Group[] {
    const { self, table } = this.#council;
    return table.hand.groups.filter(
      ({ owner }) => set === "all" || (set === "local") === (owner === self),
    );
  }

  #standing({ key, to }: Move): Standing {
    const { self, table } = this.#council;
    const { node } = this.#ledger.register(key);
    const group = table.hand.group(key);
    if (group === undefined) return { failed: "it is no longer configured" };
    if (node !== to) return { failed: `it is assigned to ${node} now` };
    if (this.#isHeld(key, to)) return "done";
    if (to === self && group.state === "failed" && !this.#ledger.isWilling(key)) {
      return { failed: group.text };
    }
    return "moving";
  }

  /** What a node holds without knowing that it shall, it may be about to give: it was told so before. */
  #isHeld(key: string, node: string): boolean {
    const { self, table, hearsay } = this.#council;
    if (node === self) return table.hand.group(key)?.state === "held";
    const news = hearsay.news(node, key);
    return news?.activity === "held" && sameRegister(news.register, this.#ledger.register(key));
  }

  /** `set`: what a standby gives; absent: a takeover. */
  #assign(key: string, node: string, why: string, set?: GroupSet): Effect {
    this.#ledger.homesick.delete(key);
    this.#ledger.assign(key, node, why);
    const assignment = { group: key, to: node, why };
    if (set === undefined) return assigned("info", "takeover", assignment);
    return assigned("info", "standby", { ...assignment, set });
  }
}
