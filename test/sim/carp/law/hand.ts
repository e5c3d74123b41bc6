// "hand": a master has the addresses, who is not master gives them back, and a host without a cable has them
// not. Only of hb under its own name: ucarp's manners let all three be (carp.md 10, 12).
//
// Each at once when no script of the host runs; who holds them without a word has the interval of a demoted one
// besides.

import type { Sight } from "../../../../src/sim/sight.ts";
import { advertIntervalMs, comparePace } from "../../../../src/wire/carp/timing.ts";
import type { Law, Report } from "../../law/law.ts";
import { isAlive, isOurs, type Picture, type Seen, stands } from "./picture.ts";

const slackMs = 100;
const demotedSkew = 255;

export class Hand implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  /** Since when somebody says that he is master, and has nothing. */
  readonly #hollow = new Map<string, { readonly since: number; readonly until: number }>();
  /** When who says so heard a better one: what it says in answer is its last word. */
  readonly #bowedAt = new Map<string, number>();
  readonly #mutedUntil = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "act" && sight.act.act === "mute") this.#mutedUntil.set(sight.act.node, now);
    if (sight.saw === "process" || sight.saw === "frozen") this.#hollow.delete(sight.node);
    if (sight.saw === "advert-heard" && sight.rejected === undefined) this.#heard(sight, now);
    if (sight.saw === "advert") this.#said(this.#picture.host(sight.node), now);
  }

  /** A better master, or an equal one, ends the term. */
  #heard({ node, advert }: Extract<Sight, { readonly saw: "advert-heard" }>, now: number): void {
    const { said } = this.#picture.host(node);
    if (said === undefined || comparePace(advert, said) > 0) return;
    this.#hollow.delete(node);
    this.#bowedAt.set(node, now);
  }

  #said(host: Seen, now: number): void {
    // A farewell ends it as well.
    const isLast = this.#bowedAt.get(host.name) === now;
    if (isLast || host.holds || host.said === undefined || !isOurs(host)) {
      this.#hollow.delete(host.name);
      return;
    }
    const before = this.#hollow.get(host.name);
    // And so does silence.
    const since = before !== undefined && now <= before.until ? before.since : now;
    this.#hollow.set(host.name, { since, until: now + host.intervalMs + slackMs });
    this.#lookAt(host, "is master of nothing", Math.max(since, host.heldAt), now);
  }

  tick(now: number): void {
    for (const host of this.#picture.all.filter(isOurs)) {
      this.#lookAt(host, "has no cable, but the addresses", this.#alone(host), now);
      this.#lookAt(host, "has the addresses, but says nothing", this.#mum(host), now);
    }
  }

  #lookAt(host: Seen, what: string, since: number | undefined, now: number): void {
    const key = `${host.name} ${what}`;
    if (since === undefined || host.busy || now - Math.max(since, host.busyAt) <= slackMs) {
      this.#told.delete(key);
      return;
    }
    if (!this.#told.has(key)) this.#report("hand", `${key} since ${(since / 1_000).toFixed(3)} s`);
    this.#told.add(key);
  }

  #alone(host: Seen): number | undefined {
    if (!isAlive(host) || !host.holds || stands(host) || isRest(host)) return undefined;
    return Math.max(host.stoodAt, host.bornAt, host.thawedAt);
  }

  #mum(host: Seen): number | undefined {
    if (!isAlive(host) || !host.holds || host.muted || isRest(host)) return undefined;
    const mutedUntil = this.#mutedUntil.get(host.name) ?? 0;
    const { bornAt, thawedAt, heldAt, saidAt, stoodAt } = host;
    const intervalMs = advertIntervalMs({ ...host.router, advskew: demotedSkew });
    return Math.max(bornAt, thawedAt, heldAt, saidAt, stoodAt, mutedUntil) + intervalMs;
  }
}

/** A neutral one leaves up what a life before it left. */
function isRest(host: Seen): boolean {
  return host.router.neutral && host.heldAt < host.bornAt;
}
