// After a tie: equal masters that yielded to each other at the same moment would take over at the same
// moment again, and for ever. So everybody who saw it, the backups too, waits an advert longer for every
// equal one with a lower address.
//
// That holds for a dead time. Who speaks last in it need not stay: a ucarp hears others up to a second late, and
// may yield to one of those that have gone since. When nobody else is heard by then, nobody waits longer
// than usual.

import { advertIntervalMs, comparePace, deadIntervalMs } from "../../wire/carp/timing.ts";
import { addressToBytes, compareBytes } from "../../wire/ipaddress.ts";
import type { Instant } from "../instant.ts";
import type { HeardAdvert } from "./heard.ts";
import type { Stance } from "./verdict.ts";

export class Tie {
  /** Since when equals are seen beside each other, and their addresses. */
  #round: { readonly at: Instant; readonly equals: Set<string> } | undefined;
  #last: { readonly at: Instant; readonly advert: HeardAdvert } | undefined;

  /** We were master, and yielded to an equal one. */
  begin(advert: HeardAdvert, now: Instant): void {
    this.#round = { at: now, equals: new Set([advert.from]) };
  }

  /** What a backup at this pace and address waits beyond the dead time after this advert. Without an address
   *  of its own every other one is lower. */
  extraMs(
    advert: HeardAdvert,
    { pace, deadratio }: Pick<Stance, "pace" | "deadratio">,
    source: string | undefined,
    now: Instant,
  ): number {
    if (comparePace(advert, pace) !== 0) {
      this.#round = undefined;
      this.#last = undefined;
      return 0;
    }
    const intervalMs = advertIntervalMs(pace);
    const deadMs = deadIntervalMs(pace, deadratio);
    if (this.#round !== undefined && now - this.#round.at > deadMs) this.#round = undefined;
    if (this.#round === undefined && this.#isSecond(advert, intervalMs / 2, now)) {
      this.#round = { at: now, equals: new Set([this.#last?.advert.from ?? advert.from]) };
    }
    this.#last = { at: now, advert };
    if (this.#round === undefined) return 0;
    this.#round.equals.add(advert.from);
    const lower = [...this.#round.equals].filter((from) => isLower(from, source));
    return lower.length * intervalMs;
  }

  /** Somebody else said the same a moment ago. One host speaks from an address of each family. */
  #isSecond({ from, family }: HeardAdvert, ms: number, now: Instant): boolean {
    const last = this.#last;
    if (last === undefined || last.advert.from === from) return false;
    return last.advert.family === family && now - last.at <= ms;
  }
}

function isLower(from: string, source: string | undefined): boolean {
  if (source === undefined) return true;
  const [theirs, ours] = [addressToBytes(from), addressToBytes(source)];
  return theirs.length === ours.length && compareBytes(theirs, ours) < 0;
}
