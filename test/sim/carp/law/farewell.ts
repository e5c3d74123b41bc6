// "farewell": the farewell of a master makes another one at once: a delivery, an up script. ("At once" for a
// model of ucarp: it hears up to a second late.)
//
// And a master that is told to yield or to leave says it, when its scripts have ended, unless it hears somebody
// else meanwhile.
//
// Expected when an hb host that was master says farewell, and another one that is well hears it: alive,
// not demoted, not pausing after a yield or a failure, with nothing under way, and served by nobody else. Of
// several that spoke the best one is the master, and is believed for a dead time, unless he is heard to go: a
// cut may have kept his farewell back. Under ucarp's name, and by a kernel, any master goes without a word.
// Anything that is done to the segment meanwhile suspends it, and so do lost and late packets; and equals in
// BSD's dialect without seals, who all yield to each other and then go by their ranks.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { comparePace, compareReversed, deadIntervalMs } from "../../../../src/wire/carp/timing.ts";
import { addressToBytes } from "../../../../src/wire/ipaddress.ts";
import type { Law, Report } from "../../law/law.ts";
import type { Ledger } from "./ledger.ts";
import {
  isAlive,
  isFarewell,
  isOurs,
  type Picture,
  type Seen,
  scriptsMs,
  stands,
} from "./picture.ts";

const atOnceMs = 30;
/** After anything was done to it, a host may be busy with that. */
const calmMs = 5_000;

interface Hope {
  readonly from: string;
  readonly at: number;
  readonly until: number;
}

interface Word {
  readonly advert: HeardAdvert;
  readonly at: number;
}

export class Farewell implements Law {
  readonly #picture: Picture;
  readonly #ledger: Ledger;
  readonly #report: Report;
  readonly #touchedAt = new Map<string, number>();
  readonly #masterUntil = new Map<string, number>();
  /** Of each host: whom it heard, and has not heard go. */
  readonly #speakers = new Map<string, Map<string, Word>>();
  #hope: Hope | undefined;
  /** Who was told to go, and until when it must have said so. */
  readonly #owed = new Map<string, number>();

  constructor(picture: Picture, ledger: Ledger, report: Report) {
    this.#picture = picture;
    this.#ledger = ledger;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    this.#seeLeaver(sight, now);
    if (sight.saw === "act") {
      this.#hope = undefined;
      if ("node" in sight.act) this.#touchedAt.set(sight.act.node, now);
    } else if (sight.saw === "process" || sight.saw === "frozen") {
      this.#touchedAt.set(sight.node, now);
    } else if (sight.saw === "advert-heard" && sight.rejected === undefined) {
      if (isFarewell(sight.advert)) this.#heard(sight, now);
      else if (sight.touched !== undefined) this.#hope = undefined;
      this.#serves(sight, now);
    } else if (sight.saw === "advert") {
      const host = this.#picture.host(sight.node);
      if (this.#picture.isMaster(host)) this.#masterUntil.set(host.name, now);
    }
    if (this.#hope !== undefined && this.#picture.masters.length > 0) this.#hope = undefined;
  }

  tick(now: number): void {
    for (const [node, due] of this.#owed) {
      const { busy, busyAt } = this.#picture.host(node);
      if (!busy && now > Math.max(due, busyAt + atOnceMs)) this.#owes(node);
    }
    const hope = this.#hope;
    if (hope === undefined || now <= hope.until || this.#isBusy(now)) return;
    this.#hope = undefined;
    const length = (now - hope.at).toFixed(1);
    this.#report("farewell", `${hope.from} said farewell ${length} ms ago, and nobody took over`);
  }

  #seeLeaver(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "act":
        // What is done to a host excuses it, but for what it was just told.
        if ("node" in sight.act) this.#owed.delete(sight.act.node);
        return;
      case "asked": {
        const host = this.#picture.host(sight.node);
        const isCalm = isOurs(host) && stands(host) && !host.muted && !host.busy;
        if (!isCalm || !this.#picture.isMaster(host)) return;
        this.#owed.set(sight.node, now + atOnceMs);
        return;
      }
      case "advert":
        if (isFarewell(sight.advert)) this.#owed.delete(sight.node);
        return;
      case "advert-heard":
      case "frozen":
        this.#owed.delete(sight.node);
        return;
      case "process":
        if (this.#owed.has(sight.node)) this.#owes(sight.node);
        return;
      default:
    }
  }

  #owes(node: string): void {
    this.#owed.delete(node);
    this.#report("farewell", `${node} was master and was told to go, and says no farewell`);
  }

  #heard({ node, from, advert, touched }: Extract<Sight, { saw: "advert-heard" }>, now: number) {
    const [heir, leaver] = [this.#picture.host(node), this.#picture.host(from)];
    if (touched !== undefined || !isOurs(heir) || this.#ledger.refuses(node, advert)) return;
    const wasMaster = now - (this.#masterUntil.get(from) ?? Number.NEGATIVE_INFINITY);
    if (wasMaster > leaver.intervalMs + 2 * scriptsMs(leaver) + atOnceMs) return;
    if (!this.#isWell(heir, now) || this.#picture.masters.length > 0 || this.#isRanked()) return;
    if (this.#isServed(heir, from, now)) return;
    this.#hope ??= { from, at: now, until: now + atOnceMs };
  }

  #serves({ node, from, advert }: Extract<Sight, { saw: "advert-heard" }>, now: number): void {
    const speakers = this.#speakers.get(node) ?? new Map<string, Word>();
    this.#speakers.set(node, speakers);
    if (isFarewell(advert)) speakers.delete(from);
    else speakers.set(from, { advert, at: now });
  }

  /** By somebody else than this leaver: one who may have gone without a word, or is better. */
  #isServed({ name, router }: Seen, leaver: string, now: number): boolean {
    const speakers = this.#speakers.get(name) ?? new Map<string, Word>();
    const last = speakers.get(leaver)?.advert;
    return [...speakers].some(([from, { advert, at }]) => {
      if (from === leaver || now - at >= deadIntervalMs(router, router.deadratio)) return false;
      const isSilent = !isOurs(this.#picture.host(from));
      return isSilent || last === undefined || outlasts(advert, last);
    });
  }

  #isWell(host: Seen, now: number): boolean {
    const touchedAt = this.#touchedAt.get(host.name) ?? Number.NEGATIVE_INFINITY;
    const isSick = [...host.tempers.values()].some(
      (temper) => temper.startFails || temper.startHangs,
    );
    const isFit = isAlive(host) && stands(host) && host.checked && !isSick && host.sendsOwed === 0;
    const isIdle = !host.busy && !host.holds && host.failures === 0;
    return isFit && isIdle && this.#picture.isFine && now - touchedAt > calmMs;
  }

  /** Somebody's scripts run, or ran a moment ago. */
  #isBusy(now: number): boolean {
    return this.#picture.all.some(({ busy, busyAt }) => busy || now - busyAt <= atOnceMs);
  }

  /** Some of equal pace cannot know each other for hb, and speak BSD's dialect. */
  #isRanked(): boolean {
    const { all } = this.#picture;
    return all.some(({ router, breed }) => {
      const isBlind = router.dialect === "bsd" && (router.seal === "off" || breed !== "hb");
      return isBlind || breed === "openbsd" || breed === "freebsd";
    });
  }
}

/** Of two masters `one` stays: it is faster, or as fast with the better address (carp.md 7). */
function outlasts(one: HeardAdvert, other: HeardAdvert): boolean {
  const difference = comparePace(one, other);
  if (difference !== 0) return difference < 0;
  if (one.family !== other.family) return false;
  return compareReversed(addressToBytes(one.from), addressToBytes(other.from)) < 0;
}
