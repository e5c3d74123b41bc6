// An advertisement as the core hears it: its form, checksums, TTL, vhid and digest were good.

import type { Family } from "../ipframe.ts";

export interface HeardAdvert {
  readonly family: Family;
  /** Source address, canonical text. */
  readonly from: string;
  /** Ethernet source, "00:00:5e:00:00:2a". */
  readonly mac: string;
  readonly advbase: number;
  readonly advskew: number;
  /** OpenBSD's demotion count; 0 from everybody else. */
  readonly demote: number;
  readonly counter: bigint;
  /** Absent: not sealed, or by a version that we do not know. A seal whose digest is wrong never
   *  comes so far. */
  readonly seal?: HeardSeal;
}

/** Who says when it said so; the digest that proves it was good. */
export interface HeardSeal {
  /** Random per installation, 16 hex digits. */
  readonly sender: string;
  /** Grows with every advert of this sender, also over its reboots. */
  readonly number: bigint;
}
