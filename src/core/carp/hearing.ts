// What a router has heard: which adverts count, from whom the last one came, and the next number to say.

import { advertIntervalMs } from "../../wire/carp/timing.ts";
import type { Instant } from "../instant.ts";
import type { RouterView } from "../snapshot.ts";
import { Counter } from "./counter.ts";
import { Guard, isFarewell, type Refusal } from "./guard.ts";
import type { HeardAdvert } from "./heard.ts";
import { outlasts, type Stance } from "./verdict.ts";

/** A source whose adverts are refused is named at most so often. */
const tellMs = 60_000;
const toldMax = 256;

export class Hearing {
  readonly counter = new Counter();
  readonly refused: Record<string, number> = {};
  received = 0;
  #guard: Guard;
  #last: { readonly advert: HeardAdvert; readonly at: Instant } | undefined;
  /** The master that we bow to. */
  #master: { readonly advert: HeardAdvert; readonly at: Instant } | undefined;
  #ipv4At: Instant | undefined;
  #told = new Map<string, Instant>();

  constructor(policy: "auto" | "require" | "off") {
    this.#guard = new Guard(policy);
  }

  /** Another policy begins with an empty memory. */
  follow(policy: "auto" | "require" | "off"): void {
    this.#guard = new Guard(policy);
  }

  /** Takes the advert in, or says why it does not count. */
  take(advert: HeardAdvert, now: Instant): Refusal | undefined {
    const refusal = this.#guard.judge(advert, now);
    if (refusal !== undefined) {
      this.refused[refusal] = (this.refused[refusal] ?? 0) + 1;
      return refusal;
    }
    this.received += 1;
    this.counter.heard(advert.from, advert.counter);
    this.#last = { advert, at: now };
    if (isFarewell(advert) && this.#master?.advert.from === advert.from) this.#master = undefined;
    if (advert.family === 4) this.#ipv4At = now;
    return undefined;
  }

  /** Notes that whoever said this is the master for us: the one that stays, where two speak at a time. The
   *  last words of those who yield come late. */
  bow(advert: HeardAdvert, own: Pick<Stance, "dialect">, now: Instant): void {
    const master = this.#master;
    const isOther = master !== undefined && master.advert.from !== advert.from;
    const isWorse = isOther && outlasts(master.advert, advert, own);
    if (isWorse && now - master.at < advertIntervalMs(master.advert)) return;
    this.#master = { advert, at: now };
  }

  /** True when somebody else is our master and was heard within `ms`: what this one says is his concern. */
  isServed(advert: HeardAdvert, ms: number, now: Instant): boolean {
    const master = this.#master;
    return master !== undefined && master.advert.from !== advert.from && now - master.at < ms;
  }

  /** An IPv4 advert counted within `ms`. */
  heardIpv4(ms: number, now: Instant): boolean {
    return this.#ipv4At !== undefined && now - this.#ipv4At < ms;
  }

  /** True when this refusal is worth a line. */
  tells(advert: HeardAdvert, refusal: Refusal, now: Instant): boolean {
    const key = `${refusal} ${advert.from}`;
    const last = this.#told.get(key);
    if (last !== undefined && now - last < tellMs) return false;
    if (this.#told.size >= toldMax) this.#told = new Map();
    this.#told.set(key, now);
    return true;
  }

  view(now: Instant): NonNullable<RouterView["heard"]> | undefined {
    if (this.#last === undefined) return undefined;
    const { from, advbase, advskew, demote, seal } = this.#last.advert;
    const agoMs = now - this.#last.at;
    return { from, advbase, advskew, demote, sealed: seal !== undefined, agoMs };
  }
}
