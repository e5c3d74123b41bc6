// After a tie: equal masters that yielded to each other at the same moment would take over at the same
// moment again, and for ever. So each waits an advert longer for every other one with a lower address.
//
// Who did stay is heard again within an interval, and then nobody waits longer than usual.

import { advertIntervalMs, comparePace, type Pace } from "../../wire/carp/timing.ts";
import { addressToBytes, compareBytes } from "../../wire/ipaddress.ts";
import type { Instant } from "../instant.ts";
import type { HeardAdvert } from "./heard.ts";

interface Round {
  readonly at: Instant;
  readonly pace: Pace;
  /** Our own address; absent: every other one is lower. */
  readonly source: string | undefined;
  readonly lower: Set<string>;
}

export class Tie {
  #round: Round | undefined;

  /** We yielded to an equal master. */
  begin(pace: Pace, source: string | undefined, now: Instant): void {
    this.#round = { at: now, pace, source, lower: new Set() };
  }

  /** What to wait beyond the dead time after this advert. */
  extraMs(advert: HeardAdvert, now: Instant): number {
    const round = this.#round;
    if (round === undefined) return 0;
    const intervalMs = advertIntervalMs(round.pace);
    if (now - round.at > intervalMs / 2 || comparePace(advert, round.pace) !== 0) {
      this.#round = undefined;
      return 0;
    }
    if (isLower(advert.from, round.source)) round.lower.add(advert.from);
    return round.lower.size * intervalMs;
  }
}

function isLower(from: string, source: string | undefined): boolean {
  return source === undefined || compareBytes(addressToBytes(from), addressToBytes(source)) < 0;
}
