// Who seals on a made-up host, and with which numbers: what the desk does with its book (desk/carp/routers.ts)
// and the pulse with a grant, on a disk that can be lost or full.

import type { SealGrant } from "../../../../src/core/channel.ts";
import { firstGrant, furtherGrant, unwrittenGrant } from "../../../../src/desk/carp/sealgrant.ts";
import { SealNumber } from "../../../../src/pulse/carp/sealnumber.ts";
import type { Chance } from "../../../../src/sim/chance.ts";
import type { HeardSeal } from "../../../../src/wire/carp/heard.ts";

export class SealDesk {
  readonly #chance: Chance;
  readonly #clockMs: () => number;
  isDiskFull = false;
  /** The file: outlives everything but its loss. */
  #written: { readonly sender: string; readonly until: number } | undefined;
  #until = 0;
  #isUnwritten = false;
  #number: SealNumber | undefined;

  constructor(chance: Chance, clockMs: () => number) {
    this.#chance = chance;
    this.#clockMs = clockMs;
  }

  lose(): void {
    this.#written = undefined;
  }

  /** A pulse begins. */
  begin(): void {
    this.#number = new SealNumber(this.#grant(), this.#clockMs);
  }

  /** The desk writes down more, now and then. */
  extend(): void {
    if (this.#isUnwritten || this.#number === undefined) return;
    if (this.isDiskFull) {
      this.#number = new SealNumber(this.#fallBack(), this.#clockMs);
      return;
    }
    const { sender, until } = furtherGrant(this.#book, this.#clockMs());
    this.#written = { sender, until };
    this.#until = Math.max(this.#until, until);
    this.#number.extend(until);
  }

  /** The desk ends, and what it did not write down is forgotten. */
  end(): void {
    this.#number = undefined;
    this.#until = 0;
    this.#isUnwritten = false;
  }

  next(): HeardSeal | undefined {
    return this.#number?.next();
  }

  get #book(): { readonly sender: string; readonly until: number } {
    return this.#written ?? { sender: this.#freshSender(), until: 0 };
  }

  #grant(): SealGrant {
    if (this.isDiskFull) return this.#fallBack();
    const grant = firstGrant(this.#book, this.#clockMs());
    this.#written = { sender: grant.sender, until: grant.until };
    this.#isUnwritten = false;
    this.#until = Math.max(this.#until, grant.until);
    return grant;
  }

  #fallBack(): SealGrant {
    this.#isUnwritten = true;
    const grant = unwrittenGrant(this.#freshSender(), this.#clockMs(), this.#until + 1);
    // As much ahead as a written grant would be.
    this.#until = grant.from + 3_600e6;
    return grant;
  }

  #freshSender(): string {
    const half = () =>
      this.#chance
        .below(2 ** 32)
        .toString(16)
        .padStart(8, "0");
    return half() + half();
  }
}
