// The moments that a router waits for. It does not know what they mean.

import { earliest, type Instant } from "../instant.ts";
import type { RouterView } from "../snapshot.ts";

/** "dead": the master has been silent too long. "advert": the next one is due. "announce": so is the next
 *  periodic announcement. "lapse": a failed takeover is forgiven. */
export type Beat = "dead" | "advert" | "announce" | "lapse";

export class Rhythm {
  #moments: { [beat in Beat]?: Instant } = {};

  at(beat: Beat): Instant | undefined {
    return this.#moments[beat];
  }

  set(beat: Beat, at: Instant): void {
    this.#moments[beat] = at;
  }

  stop(...beats: readonly Beat[]): void {
    for (const beat of beats) delete this.#moments[beat];
  }

  /** True once when its moment has come: it is not waited for any more. */
  strikes(beat: Beat, now: Instant): boolean {
    const at = this.#moments[beat];
    if (at === undefined || at > now) return false;
    delete this.#moments[beat];
    return true;
  }

  next(): Instant | undefined {
    const { dead, advert, announce, lapse } = this.#moments;
    return earliest(dead, advert, announce, lapse);
  }

  view(now: Instant): RouterView["next"] {
    const { dead, advert } = this.#moments;
    if (advert !== undefined) return { what: "advert", inMs: advert - now };
    return dead === undefined ? undefined : { what: "takeover", inMs: dead - now };
  }
}
