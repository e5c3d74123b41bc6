// Why a router is worse than it was meant to be, and what its adverts say about that (carp.md 8).
//
// A demoted router speaks with a skew of at least 240, as ucarp and FreeBSD do; in BSD's dialect it also says
// a count, which OpenBSD compares first and FreeBSD does not see. A router bears its own troubles and, in
// a group, those of the others: they move together.

import type { RouterConfig } from "../../config/router.ts";
import type { Pace } from "../../wire/carp/timing.ts";

/** ucarp's and FreeBSD's. */
const demotedSkew = 240;
/** So many failed sends in a row demote, so many good ones end it (carp.md 8). */
const sendsInARow = 3;
const countMax = 255;
/** Troubles that are no reason to hand over: the term has ended already, or ucarp's master stays it. */
const selfMade = new Set(["send", "interface", "up"]);

export class Demotion {
  /** What is wrong here, by its kind ("send", "up", "track eth1"). */
  readonly #own = new Map<string, string>();
  /** What is wrong with the others of the group. */
  #group: readonly string[] = [];
  #badSends = 0;
  #goodSends = 0;

  /** Notes or ends a trouble of our own. True when that is news. */
  note(kind: string, trouble: string | undefined): boolean {
    if (this.#own.get(kind) === trouble) return false;
    if (trouble === undefined) this.#own.delete(kind);
    else this.#own.set(kind, trouble);
    return true;
  }

  /** Takes over what is wrong with the others of the group. True when that is news. */
  share(troubles: readonly string[]): boolean {
    if (troubles.join("\n") === this.#group.join("\n")) return false;
    this.#group = troubles;
    return true;
  }

  /** An advert was sent, or could not be. True when that changes whether we are demoted for it. */
  sent(ok: boolean): boolean {
    this.#badSends = ok ? 0 : this.#badSends + 1;
    this.#goodSends = ok ? this.#goodSends + 1 : 0;
    if (this.#badSends === sendsInARow) {
      return this.note("send", `${sendsInARow} adverts in a row could not be sent`);
    }
    return this.#goodSends >= sendsInARow && this.note("send", undefined);
  }

  /** Our own troubles, in the order in which they came. */
  get own(): readonly string[] {
    return [...this.#own.values()];
  }

  get all(): readonly string[] {
    return [...this.#own.values(), ...this.#group];
  }

  get isDemoted(): boolean {
    return this.#own.size > 0 || this.#group.length > 0;
  }

  /** Reason enough to hand over: another host may do better. */
  get calls(): boolean {
    return this.#group.length > 0 || [...this.#own.keys()].some((kind) => !selfMade.has(kind));
  }

  /** What our adverts say. */
  pace({ advbase, advskew }: RouterConfig): Pace {
    return { advbase, advskew: this.isDemoted ? Math.max(advskew, demotedSkew) : advskew };
  }

  count({ dialect }: RouterConfig): number {
    if (dialect === "ucarp") return 0;
    return Math.min(countMax, this.#own.size + this.#group.length);
  }
}
