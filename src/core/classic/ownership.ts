// What a node of a pair claims to hold: two bits, relative to the node that speaks (heartbeat-resources 1).
//
// A claim is set before the scripts have run and says nothing about single groups; what really runs is
// known by the hand alone.

import type { HandGroup } from "../group/hand.ts";
import { type GroupSet, mirror } from "../wish.ts";

export interface Claim {
  readonly local: boolean;
  readonly foreign: boolean;
}

export const nothing: Claim = { local: false, foreign: false };
export const everything: Claim = { local: true, foreign: true };

/** The bits of a set's name. */
export function claimOf(set: GroupSet): Claim {
  return { local: set !== "foreign", foreign: set !== "local" };
}

/** The word of field `rsc_hold`. */
export function wordOf(claim: Claim): GroupSet | "none" {
  if (claim.local) return claim.foreign ? "all" : "local";
  return claim.foreign ? "foreign" : "none";
}

/** The claim that field `rsc_hold` names; undefined for a word that names none. */
export function readClaim(word: string): Claim | undefined {
  switch (word) {
    case "all":
    case "local":
    case "foreign":
      return claimOf(word);
    case "none":
      return nothing;
    default:
      return undefined;
  }
}

export function plus(a: Claim, b: Claim): Claim {
  return { local: a.local || b.local, foreign: a.foreign || b.foreign };
}

export function minus(a: Claim, b: Claim): Claim {
  return { local: a.local && !b.local, foreign: a.foreign && !b.foreign };
}

export function common(a: Claim, b: Claim): Claim {
  return { local: a.local && b.local, foreign: a.foreign && b.foreign };
}

/** The same groups as the other node of the pair names them. */
export function mirrored(claim: Claim): Claim {
  return { local: claim.foreign, foreign: claim.local };
}

export function isNothing(claim: Claim): boolean {
  return !claim.local && !claim.foreign;
}

export function isEverything(claim: Claim): boolean {
  return claim.local && claim.foreign;
}

/** True when the groups of this owner belong to the claim, seen from `self`. */
export function covers(claim: Claim, owner: string, self: string): boolean {
  return owner === self ? claim.local : claim.foreign;
}

/** The set that a request names. The old commands send `failback` as it stands, or an empty word for
 *  it: groups come home, so a giver gives what is foreign to it and a taker takes what is local. */
export function readSet(word: string | undefined, role: "giver" | "taker"): GroupSet | undefined {
  switch (word) {
    case undefined:
      return "all";
    case "all":
    case "local":
    case "foreign":
      return word;
    case "":
    case "failback":
      return role === "giver" ? "foreign" : mirror("foreign");
    default:
      return undefined;
  }
}

/** What an earlier run of this node left up, as a claim: a set counts only when every group of it is up here. */
export function wholeClaim(groups: readonly HandGroup[], self: string): Claim {
  const { ours, others } = byOwner(groups, self);
  const isWhole = (set: readonly HandGroup[]) => set.length > 0 && set.every(isUp);
  return { local: isWhole(ours), foreign: isWhole(others) };
}

/** What this node holds when it meets the partner in the midst of its run. A part of a set counts: it runs here, and
 *  the partner starts all its own groups, this part as well, when it hears that nobody claims them. */
export function runningClaim(
  groups: readonly HandGroup[],
  { self, partner }: { readonly self: string; readonly partner: string },
): Claim {
  const { ours, others } = byOwner(groups, self);
  const theirs = others.filter(({ owner }) => owner === partner);
  return {
    local: ours.length === 0 || ours.some(mayRun),
    // Where the partner has none, the others are of nodes that are gone for good, which it starts by no report.
    foreign: theirs.length > 0 ? theirs.some(mayRun) : others.every(isUp),
  };
}

/** Of which sets something is held here; one that has no group is as it is claimed. */
export function heldSets(groups: readonly HandGroup[], self: string, bare: Claim): Claim {
  const { ours, others } = byOwner(groups, self);
  const holds = (set: readonly HandGroup[], claimed: boolean): boolean =>
    set.length === 0 ? claimed : set.some(({ state }) => state === "held");
  return { local: holds(ours, bare.local), foreign: holds(others, bare.foreign) };
}

function byOwner(groups: readonly HandGroup[], self: string) {
  return {
    ours: groups.filter(({ owner }) => owner === self),
    others: groups.filter(({ owner }) => owner !== self),
  };
}

/** Something of it is up here, or may be. */
export function mayRun({ state, isSought }: HandGroup): boolean {
  return isSought || (state !== "idle" && state !== "failed");
}

/** Up, coming up, or up without our knowing whether we are still the holder. */
export function isUp(group: HandGroup): boolean {
  return group.state === "held" || group.state === "starting" || group.state === "unsure";
}
