// Whose adverts each hb host must believe by now (docs/design.md "Seals"), from what it was seen to hear. A second
// writing of that page: the judge must not ask the core.
//
// * "off": everybody's. "require": only sealed ones.
// * Of a source that sealed, only sealed adverts with growing numbers; a sender that is new there needs a
//   number above the source's last one. Everything counts again after its sealed farewell (bare adverts) or
//   when it has sealed nothing for ten minutes.
// * What is refused changes nothing here either.
// * What came while the host stood still was said to it when it went on.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
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
    const { now } = this.#picture;
    const { breed, router } = this.#picture.host(node);
    if (breed !== "hb" || router.seal === "off") return false;
    const memory = this.#memory(node);
    if (this.isUnsure(node)) return false;
    const source = memory.sources.get(advert.from);
    const isLapsed = source !== undefined && now >= source.sealedAt + lapseMs;
    if (advert.seal === undefined) {
      if (router.seal === "require") return true;
      return source !== undefined && !source.saidFarewell && !isLapsed;
    }
    const { sender, number } = advert.seal;
    const least = source?.numbers.get(sender) ?? (isLapsed ? undefined : source?.last);
    return least !== undefined && number <= least;
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
    const isRefused = this.refuses(node, advert);
    if (touched === undefined) memory.refused.set(from, isRefused);
    if (isRefused || advert.seal === undefined) return;
    const source = memory.sources.get(advert.from) ?? {
      numbers: new Map<string, bigint>(),
      last: 0n,
      sealedAt: now,
      saidFarewell: false,
    };
    memory.sources.set(advert.from, source);
    source.numbers.set(advert.seal.sender, advert.seal.number);
    source.last = advert.seal.number;
    source.sealedAt = now;
    source.saidFarewell = isFarewell(advert);
  }
}

function blank(): Memory {
  return { sources: new Map(), isChanging: false, unsureUntil: 0, refused: new Map() };
}
