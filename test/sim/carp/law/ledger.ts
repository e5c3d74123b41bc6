// Whose adverts each hb host must believe by now (docs/design.md "Seals"), from what it was seen to hear. A second
// writing of that page: the judge must not ask the core.
//
// * "off": everybody's. "require": only sealed ones.
// * Of a source that sealed, only sealed adverts with growing numbers; a sender that is new there needs a
//   number above the source's last one. Everything counts again after its sealed farewell (bare adverts) or
//   when it has sealed nothing for ten minutes.
// * What is refused changes nothing here either.
// * What came while the host stood still was said to it when it went on.
// * What came while an old router left and a new one came may have been heard by either: whether the new one
//   goes by it nobody knows, until it has heard more.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert, HeardSeal } from "../../../../src/wire/carp/heard.ts";
import { secretOf } from "../world/frame.ts";
import { isFarewell, type Picture, scriptsMs } from "./picture.ts";

const lapseMs = 600_000;
/** From the end of a script to the next step of an old router that leaves. */
const changeMs = 100;

interface Source {
  readonly numbers: Map<string, bigint>;
  last: bigint;
  sealedAt: number;
  saidFarewell: boolean;
  /** The router that hears now may not have heard it. */
  isUncertain: boolean;
}

interface Memory {
  sources: Map<string, Source>;
  /** Which router hears is not certain: an old one leaves, a new one comes. */
  isChanging: boolean;
  unsureUntil: number;
  /** Who was refused the last time that he was heard. */
  readonly refused: Map<string, boolean>;
}

export class Ledger {
  readonly #picture: Picture;
  readonly #memories = new Map<string, Memory>();
  readonly #secrets = new Map<string, string>();

  constructor(picture: Picture) {
    this.#picture = picture;
    for (const { name, router } of picture.all) this.#secrets.set(name, secretOf(router));
  }

  /** An old router leaves there and a new one comes: who of them hears is not certain. */
  isUnsure(node: string): boolean {
    const memory = this.#memory(node);
    if (!memory.isChanging) return false;
    // A script that runs since before lasts as long as it was to last then.
    const { busy, busyAt } = this.#picture.host(node);
    memory.isChanging = busy || this.#picture.now < Math.max(memory.unsureUntil, busyAt + changeMs);
    return memory.isChanging;
  }

  /** The advert must change nothing on this host. */
  refuses(node: string, advert: HeardAdvert): boolean {
    return !this.isUnsure(node) && this.#opinion(node, advert) === "refused";
  }

  /** Nobody knows but that it may be refused here. */
  mayRefuse(node: string, advert: HeardAdvert): boolean {
    return this.isUnsure(node) || this.#opinion(node, advert) !== "counts";
  }

  /** Somebody refuses what somebody else says. */
  get isDoubtful(): boolean {
    return [...this.#memories.values()].some(({ refused }) => [...refused.values()].includes(true));
  }

  /** What `from` says is refused by `to`, as far as it was seen. */
  isDeaf(to: string, from: string): boolean {
    return this.#memory(to).refused.get(from) === true;
  }

  see(sight: Sight): void {
    if (sight.saw === "process") this.#memories.set(sight.node, blank());
    else if (sight.saw === "act" && sight.act.act === "reload") this.#reloaded(sight.act.node);
    else if (sight.saw === "frozen" && !sight.frozen) this.#woke(sight.node);
    else if (sight.saw === "advert-heard" && sight.rejected === undefined) this.#heard(sight);
  }

  /** Whether it counts there, if no router is leaving. */
  #opinion(node: string, advert: HeardAdvert): "counts" | "refused" | "either" {
    const { now } = this.#picture;
    const { breed, router } = this.#picture.host(node);
    if (breed !== "hb" || router.seal === "off") return "counts";
    if (advert.seal === undefined && router.seal === "require") return "refused";
    const source = this.#memory(node).sources.get(advert.from);
    if (source === undefined) return "counts";
    const isLapsed = now >= source.sealedAt + lapseMs;
    const isOld =
      advert.seal === undefined
        ? !source.saidFarewell && !isLapsed
        : isReplay(advert.seal, source, isLapsed);
    if (!isOld) return "counts";
    return source.isUncertain ? "either" : "refused";
  }

  #memory(node: string): Memory {
    const memory = this.#memories.get(node) ?? blank();
    this.#memories.set(node, memory);
    return memory;
  }

  #reloaded(node: string): void {
    const host = this.#picture.host(node);
    const secret = secretOf(host.router);
    if (this.#secrets.get(node) === secret) return;
    this.#secrets.set(node, secret);
    const memory = blank();
    memory.isChanging = true;
    memory.unsureUntil = this.#picture.now + scriptsMs(host) + changeMs;
    this.#memories.set(node, memory);
  }

  #woke(node: string): void {
    const { frozenAt } = this.#picture.host(node);
    for (const source of this.#memory(node).sources.values()) {
      if (source.sealedAt >= frozenAt) source.sealedAt = this.#picture.now;
    }
  }

  #heard({ node, from, advert, touched }: Extract<Sight, { saw: "advert-heard" }>): void {
    const memory = this.#memory(node);
    const { now } = this.#picture;
    const isUnsure = this.isUnsure(node);
    const isDoubted = !isUnsure && this.#opinion(node, advert) !== "counts";
    if (touched === undefined) memory.refused.set(from, isDoubted);
    if (isDoubted || advert.seal === undefined) return;
    const source = memory.sources.get(advert.from) ?? {
      numbers: new Map<string, bigint>(),
      last: 0n,
      sealedAt: now,
      saidFarewell: false,
      isUncertain: isUnsure,
    };
    memory.sources.set(advert.from, source);
    source.numbers.set(advert.seal.sender, advert.seal.number);
    source.last = advert.seal.number;
    source.sealedAt = now;
    source.saidFarewell = isFarewell(advert);
    source.isUncertain = isUnsure;
  }
}

function isReplay({ sender, number }: HeardSeal, { numbers, last }: Source, isLapsed: boolean) {
  const least = numbers.get(sender) ?? (isLapsed ? undefined : last);
  return least !== undefined && number <= least;
}

function blank(): Memory {
  return { sources: new Map(), isChanging: false, unsureUntil: 0, refused: new Map() };
}
