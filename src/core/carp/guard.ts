// Which adverts of a source count: those that prove to be fresh, once it has shown that it can prove it.
//
// CARP's digest covers neither the timing nor the source, and legal peers send constant or random
// counters. A seal (docs/carp-seal.md) proves all of it. Of a source that has sealed once, only sealed
// adverts with growing numbers count; an older one is a replay, a bare one a forgery or a downgrade.
//
// * A new sender under an old address (a host installed anew) is believed when its number is above the
//   old one's: numbers come from clocks, so that what an earlier installation said stays a replay. With
//   a lower number it has to wait until the old sender has been silent for ten minutes.
// * A bare advert of a source that sealed counts again after it said farewell under seal (hb was replaced
//   by ucarp in good order), or after the same ten minutes.
//
// "auto" cannot know an address that never sealed. Where all members run hb, "require" is the safe one.

import { BOW_OUT, comparePace } from "../../wire/carp/timing.ts";
import { after, type Instant } from "../instant.ts";
import type { HeardAdvert } from "./heard.ts";

export type Refusal = "unsealed" | "replay";

/** A sender that was silent for so long may have been replaced. */
const lapseMs = 600_000;
/** Only who knows the password can seal: a bound against odd networks, not against attackers. */
const sourcesMax = 64;
const sendersMax = 8;

interface Source {
  /** The last number of each sender under this address, the latest sender last. */
  readonly numbers: Map<string, bigint>;
  number: bigint;
  sealedAt: Instant;
  isGone: boolean;
}

export class Guard {
  readonly #policy: "auto" | "require" | "off";
  readonly #sources = new Map<string, Source>();

  constructor(policy: "auto" | "require" | "off") {
    this.#policy = policy;
  }

  /** Undefined: the advert counts. */
  judge(advert: HeardAdvert, now: Instant): Refusal | undefined {
    if (this.#policy === "off") return undefined;
    const known = this.#sources.get(advert.from);
    const { seal } = advert;
    if (seal === undefined) {
      if (this.#policy === "require") return "unsealed";
      return known === undefined || known.isGone || isLapsed(known, now) ? undefined : "unsealed";
    }
    const last = known?.numbers.get(seal.sender) ?? floor(known, now);
    if (last !== undefined && seal.number <= last) return "replay";
    const source = known ?? this.#admit(advert.from, now);
    remember(source.numbers, seal.sender, seal.number);
    source.number = seal.number;
    source.sealedAt = now;
    source.isGone = isFarewell(advert);
    return undefined;
  }

  #admit(from: string, now: Instant): Source {
    const source: Source = { numbers: new Map(), number: 0n, sealedAt: now, isGone: false };
    this.#sources.set(from, source);
    const oldest = this.#sources.keys().next();
    if (this.#sources.size > sourcesMax && !oldest.done) this.#sources.delete(oldest.value);
    return source;
  }
}

/** True for the advert that says: I am leaving, take over now (carp.md 7, 10). */
export function isFarewell(advert: HeardAdvert): boolean {
  return comparePace(advert, BOW_OUT) === 0;
}

/** What a sender that is new under this address must exceed. */
function floor(known: Source | undefined, now: Instant): bigint | undefined {
  return known === undefined || isLapsed(known, now) ? undefined : known.number;
}

function isLapsed(source: Source, now: Instant): boolean {
  return now >= after(source.sealedAt, lapseMs);
}

function remember(numbers: Map<string, bigint>, sender: string, number: bigint): void {
  numbers.delete(sender);
  numbers.set(sender, number);
  const oldest = numbers.keys().next();
  if (numbers.size > sendersMax && !oldest.done) numbers.delete(oldest.value);
}
