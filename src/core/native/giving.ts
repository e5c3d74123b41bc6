// This node has a group up that is assigned to another one: it gives it once the other one knows, or the
// assignment is taken back, for the group is better off here.

import type { Effect } from "../effect.ts";
import type { Group } from "../group/group.ts";
import type { Instant } from "../instant.ts";
import { isBusy } from "./activity.ts";
import type { Council } from "./council.ts";
import { log } from "./decision.ts";
import type { Ledger } from "./ledger.ts";

export class Giving {
  readonly #council: Council;
  readonly #ledger: Ledger;

  constructor(council: Council, ledger: Ledger) {
    this.#council = council;
    this.#ledger = ledger;
  }

  /** What is to be done about the assignment of a group that is up here; undefined when it is no matter
   *  of giving. */
  judge(group: Group, now: Instant): Effect[] | undefined {
    const { key, state } = group;
    const register = this.#ledger.register(key);
    const { node } = register;
    if (this.#ledger.isMine(key) || !isBusy(state) || state === "stopping") return undefined;
    if (state === "unsure" && this.#isElsewhere(node)) return this.#give(key, now);
    if (!this.#council.isViable(node, key, true)) return undefined;
    // Who is on the same side could not take it now.
    if (this.#council.table.franchise.objection() !== undefined) return [];
    const why = state === "held" ? this.#objection(group) : undefined;
    if (why !== undefined) return [this.#takeBack(key, why)];
    if (!this.#council.isReadyFor(node, key, register)) return [];
    return this.#give(key, now);
  }

  /** This node does not hear it, but all have reported, and some that do: it acts for itself, and what is
   *  left here of what it was assigned is not resumed. */
  #isElsewhere(node: string): boolean {
    const council = this.#council;
    return !council.isAlive(node) && council.unreported === undefined && council.isHeardOf(node);
  }

  #give(key: string, now: Instant): Effect[] {
    const { node } = this.#ledger.register(key);
    return this.#council.table.hand.give([key], `it is assigned to ${node}`, now);
  }

  /** Why the assigned node is not to have what this node holds in good order. */
  #objection({ key, owner }: Group): string | undefined {
    const { self } = this.#council;
    const { node } = this.#ledger.register(key);
    if (this.#council.isUnsure(node, key))
      return `${node} is not sure that it holds it, ${self} is`;
    // It goes home in any case.
    if (node === owner && this.#ledger.homesick.has(key)) return undefined;
    const isIdle = this.#council.hearsay.news(node, key)?.activity === "idle";
    return isIdle && this.#ledger.isUnheard(key)
      ? `${node} was assigned it unheard and has nothing of it`
      : undefined;
  }

  #takeBack(key: string, why: string): Effect {
    const { self } = this.#council;
    this.#ledger.assign(key, self, why);
    return log("info", "keep", `${key} stays on ${self}: ${why}`, { group: key, to: self, why });
  }
}
