// "one": of two masters that meet, one stays. Judged where two hb hosts were master beside each other: when one
// of them has given the addresses up, the other one does not do so within a second.
//
// Suspended by anything that is done or played again meanwhile, by a third master that is another program, and
// for members that are demoted: what a count says, not all dialects hear. The exception is BSD's: equals in
// its dialect that cannot know each other for hb all yield, and then go by their ranks.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { Law, Report } from "../../law/law.ts";
import type { Contact } from "./contact.ts";
import type { Picture, Seen } from "./picture.ts";

const meetMs = 1_000;
/** What a forgery sets in motion is over then, scripts and all. */
const doubtMs = 20_000;

export class One implements Law {
  readonly #picture: Picture;
  readonly #contact: Contact;
  readonly #report: Report;
  /** When each was last seen as master. */
  readonly #masterAt = new Map<string, number>();
  /** Who has just given up, to whom of those that were master beside it. */
  #yielded: { readonly from: string; readonly to: Set<string>; readonly at: number } | undefined;
  #doubtfulUntil = 0;

  constructor(picture: Picture, contact: Contact, report: Report) {
    this.#picture = picture;
    this.#contact = contact;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "advert":
        this.#spoke(this.#picture.host(sight.node), now);
        return;
      case "act":
      case "process":
      case "frozen":
        this.#yielded = undefined;
        this.#masterAt.clear();
        return;
      case "advert-heard":
        if (sight.touched !== undefined) this.#doubtfulUntil = now + doubtMs;
        return;
      case "address":
        if (!sight.up) this.#gaveUp(this.#picture.host(sight.node), now);
        return;
      default:
    }
  }

  #spoke(host: Seen, now: number): void {
    if (!this.#picture.isMaster(host)) return;
    this.#masterAt.set(host.name, now);
    // An equal BSD host makes all of them yield, itself as well.
    if (!isPlain(host)) this.#doubtfulUntil = Math.max(this.#doubtfulUntil, now + meetMs);
  }

  #gaveUp(host: Seen, now: number): void {
    if (now < this.#doubtfulUntil) return;
    const wasMasterAt = this.#masterAt.get(host.name);
    if (isBelated(host, wasMasterAt)) return;
    this.#masterAt.delete(host.name);
    const before = this.#yielded;
    if (before?.to.has(host.name) && now - before.at <= meetMs) {
      this.#yielded = undefined;
      if (this.#isClaimed(now)) return;
      this.#report("one", `${before.from} and ${host.name} were master, and both gave up`);
      return;
    }
    if (wasMasterAt === undefined || now - wasMasterAt > meetMs || !isPlain(host)) return;
    const others = this.#picture.masters.filter(
      (other) => isPlain(other) && this.#contact.mutualSince(host, other) !== undefined,
    );
    this.#yielded = { from: host.name, to: new Set(others.map(({ name }) => name)), at: now };
  }

  /** Somebody says that he is master, though his addresses may wait for his scripts. */
  #isClaimed(now: number): boolean {
    return this.#picture.all.some(
      ({ said, saidAt, intervalMs }) => said !== undefined && now - saidAt <= intervalMs,
    );
  }
}

/** hb, well, and in a dialect in which equals compare. */
function isPlain({ breed, router, checked, failures, sendsOwed }: Seen): boolean {
  const isWell = checked && failures === 0 && sendsOwed === 0;
  return breed === "hb" && isWell && !(router.dialect === "bsd" && router.seal === "off");
}

/** It became master while a down script of before still ran: what that takes down it puts up again. */
function isBelated({ busy, busyAt }: Seen, wasMasterAt: number | undefined): boolean {
  return busy && wasMasterAt !== undefined && wasMasterAt > busyAt;
}
