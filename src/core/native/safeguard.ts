// Nothing is started here while a node that is not heard may have the same up, where some node can reset it
// (docs/design.md, "Fencing").
//
// Among nodes that hear each other one does the resetting: the first by name of those with a device. The
// next one begins when the first has not managed for a while. What was reset stands in every bulletin, so
// that whoever waits for it, or comes later, knows.
//
// Who died with empty hands would have to reset the holder before it takes anything, so that the holder
// itself has nothing to fear from it. A third one has: both may have reset the holder.

import type { Effect } from "../effect.ts";
import type { Target } from "../fencing/fencing.ts";
import type { Group } from "../group/group.ts";
import type { GroupState } from "../group/hand.ts";
import { after, type Instant } from "../instant.ts";
import { isRunning } from "./activity.ts";
import type { Council } from "./council.ts";
import type { Ledger } from "./ledger.ts";

/** A device has a minute to reset a node (desk/fencing); then the next one may try. */
const patienceMs = 70_000;

export class Safeguard {
  readonly #council: Council;
  readonly #ledger: Ledger;
  /** Since when each node that is not heard is in the way. */
  readonly #since = new Map<string, Instant>();

  constructor(council: Council, ledger: Ledger) {
    this.#council = council;
    this.#ledger = ledger;
  }

  /** Why the group must not be started on a living node now; undefined: it may. */
  objection(key: string): string | undefined {
    const [first] = this.#inTheWay(key);
    return first === undefined ? undefined : this.#council.table.fencing.why(first);
  }

  /** Has reset who is in the way of a group that could run. */
  check(isLeaving: boolean, now: Instant): Effect[] {
    const { fencing, hand } = this.#council.table;
    if (!this.#isOn) return fencing.aim([], now);
    const mayAct = !isLeaving && this.#council.doubt() === undefined;
    const wanted = mayAct ? hand.groups.filter((group) => this.#isStalled(group)) : [];
    const nodes = new Set(wanted.flatMap(({ key }) => this.#inTheWay(key)));
    for (const node of this.#since.keys()) if (!nodes.has(node)) this.#since.delete(node);
    for (const node of nodes) this.#since.set(node, this.#since.get(node) ?? now);
    if (!fencing.hasDevice) return fencing.aim([], now);
    const { self } = this.#council;
    const before = this.#fencers.filter((node) => node < self).length;
    const targets = [...nodes].sort().map((node): Target => {
      const since = this.#since.get(node) ?? now;
      const notBefore = after(since, before * patienceMs);
      return { node, generation: this.#generation(node) ?? 0, notBefore };
    });
    return fencing.aim(targets, now);
  }

  /** Some living node can reset others. */
  get #isOn(): boolean {
    const { peers, table } = this.#council;
    return table.fencing.hasDevice || peers.some((node) => this.#fences(node));
  }

  /** The peer has a device, by its own word. */
  #fences(node: string): boolean {
    return this.#council.hearsay.bulletin(node)?.fences === true;
  }

  /** It runs nowhere among those that are heard, and one of them could have it. */
  #isStalled({ key, state }: Group): boolean {
    const council = this.#council;
    if (runsForSure(state)) return false;
    const isElsewhere = council.peers.some((node) =>
      runsForSure(council.hearsay.news(node, key)?.activity ?? "idle"),
    );
    if (isElsewhere) return false;
    if (council.isViable(council.self, key, this.#ledger.isWilling(key))) return true;
    return council.peers.some((node) => council.isViable(node, key, false));
  }

  /** Nodes that may have the group, or take it at the same moment. */
  #inTheWay(key: string): string[] {
    if (!this.#isOn) return [];
    const council = this.#council;
    const { fencing, franchise } = council.table;
    const isOurs = council.isAlive(this.#ledger.register(key).node);
    const isHarmless = isOurs || franchise.isGoverned;
    return council.nodes.filter((node) => {
      // One that an operator removed is off by his word.
      const generation = this.#generation(node);
      if (generation === undefined) return false;
      if (!council.isAway(node) || council.absence.hasLeft(node) || council.isHeardOf(node))
        return false;
      if (isHarmless && council.absence.hadEmptyHands(node)) return false;
      return !fencing.isFenced({ node, generation });
    });
  }

  /** In which run the node was heard last, 0: never; undefined: it is no member. */
  #generation(node: string): number | undefined {
    return this.#council.member(node)?.generation;
  }

  /** Living nodes with a device. */
  get #fencers(): readonly string[] {
    const { peers, self, table } = this.#council;
    const others = peers.filter((node) => this.#fences(node));
    return table.fencing.hasDevice ? [...others, self] : others;
  }
}

/** It knows that it is the holder, or becomes it. */
function runsForSure(activity: GroupState): boolean {
  return isRunning(activity) && activity !== "unsure";
}
