// What one advert means to a backup and to a master (carp.md 7). Tables without memory.
//
// A demotion count is OpenBSD's: it is compared before the pace. Who does not say it says 0.

import { comparePace, compareReversed, type Pace, willTimeOut } from "../../wire/carp/timing.ts";
import { addressToBytes } from "../../wire/ipaddress.ts";
import { isFarewell } from "./guard.ts";
import type { HeardAdvert } from "./heard.ts";

export interface Stance {
  /** What our own adverts say, or would. */
  readonly pace: Pace;
  readonly demote: number;
  readonly deadratio: number;
  readonly preempt: boolean;
  readonly dialect: "ucarp" | "bsd";
  /** False under the name ucarp, which does not look at the peers' demotion. */
  readonly mindsDemotion: boolean;
}

/** "listen": he is the master. The others say why we take over at once. */
export type BackupVerdict = "listen" | "preempt" | "demoted" | "farewell" | "times-out";

export function asBackup(own: Stance, peer: HeardAdvert): BackupVerdict {
  const demote = own.mindsDemotion ? peer.demote : 0;
  if (isFarewell(peer) && willTimeOut(own.pace, peer, own.deadratio)) return "farewell";
  if (demote > own.demote) return "demoted";
  // With equal counts the pace decides; a lower one of the peer makes him the better master.
  if (own.preempt && demote >= own.demote && comparePace(own.pace, peer) < 0) return "preempt";
  return willTimeOut(own.pace, peer, own.deadratio) ? "times-out" : "listen";
}

/** "tie": equal in everything that is said. */
export type MasterVerdict = "yield" | "stay" | "tie";

export function asMaster(own: Stance, peer: HeardAdvert): MasterVerdict {
  const demote = own.mindsDemotion ? peer.demote : 0;
  if (demote !== own.demote) return demote < own.demote ? "yield" : "stay";
  const difference = comparePace(own.pace, peer);
  if (difference !== 0) return difference > 0 ? "yield" : "stay";
  return "tie";
}

/** Between equal masters: true when we are the one to stay. ucarp compares the octets of the addresses
 *  from the last to the first. Every BSD host yields to an equal advert, and so do we in its dialect, but not
 *  to a sealed one or one from ucarp's virtual MAC: those hosts compare, and two that yield to each other
 *  leave nobody, again and again. Without an address of our own we cannot know, and yield. */
export function staysInTie(
  own: Pick<Stance, "dialect">,
  source: string | undefined,
  peer: HeardAdvert,
): boolean {
  if (source === undefined) return false;
  const compares = peer.seal !== undefined || peer.mac.startsWith("00:00:5e:00:00:");
  if (own.dialect === "bsd" && !compares) return false;
  return compareReversed(addressToBytes(source), addressToBytes(peer.from)) < 0;
}

/** Of two masters that hear each other, `one` stays: it is faster, or as fast and stays in the tie. Addresses of
 *  two families say nothing about each other. */
export function outlasts(
  one: HeardAdvert,
  other: HeardAdvert,
  own: Pick<Stance, "dialect">,
): boolean {
  const difference = comparePace(one, other);
  if (difference !== 0) return difference < 0;
  return one.family === other.family && staysInTie(own, one.from, other);
}

/** True for an advert from a BSD host's virtual MAC, 00:00:5e:00:01:VHID. hb may be told to use it as well:
 *  it is a hint, no proof. */
export function looksLikeBsd(peer: HeardAdvert): boolean {
  return peer.mac.startsWith("00:00:5e:00:01:");
}

/** Why a backup takes over from a master that was heard. */
export function reasonOf(
  verdict: "preempt" | "demoted" | "times-out",
  advert: HeardAdvert,
): string {
  const { from, advbase, advskew, demote } = advert;
  switch (verdict) {
    case "preempt":
      return `preempting ${from}, whose adverts say ${advbase} s and a skew of ${advskew}`;
    case "demoted":
      return `${from} is demoted (${demote})`;
    case "times-out":
      return `${from} advertises too seldom: ${advbase} s and a skew of ${advskew}`;
  }
}
