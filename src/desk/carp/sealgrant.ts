// Which numbers the seals of a process may bear, from what is written down and the clock: arithmetic
// alone (docs/carp-seal.md). The file is sealbook.ts's.

import type { SealGrant } from "../../core/channel.ts";

/** Microseconds that are written down ahead of the clock: what a restart may skip. */
export const aheadUs = 3_600e6;
/** At least so many numbers more each time, if the clock stands still or goes back. */
const moreAtLeast = 2 ** 26;

export interface Written {
  readonly sender: string;
  /** No number beyond this one was granted. */
  readonly until: number;
}

/** For a new life of a pulse: none of these was granted before. */
export function firstGrant({ sender, until }: Written, clockMs: number): SealGrant {
  const from = Math.max(Math.floor(clockMs * 1_000), until + 1);
  return { sender, from, until: from + aheadUs };
}

/** More for the lives that run. */
export function furtherGrant({ sender, until }: Written, clockMs: number): SealGrant {
  const clock = Math.floor(clockMs * 1_000);
  return { sender, from: until, until: Math.max(until + moreAtLeast, clock + aheadUs) };
}

/** A grant that nobody wrote down, from `least` on: of a sender that ends with this process. */
export function unwrittenGrant(sender: string, clockMs: number, least: number): SealGrant {
  const from = Math.max(Math.floor(clockMs * 1_000), least);
  return { sender, from, until: Number.MAX_SAFE_INTEGER };
}
