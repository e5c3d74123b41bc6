// "none": where a host is able, there is a master within its dead time and the time of the scripts.
//
// Able is who is alive, stands on a working interface, and whose last takeover did not fail. It waits at
// most for: the longest dead time of all (as a demoted one), ucarp's pause of 3 s after a yield, the scripts
// of all, the ranks of equals after a tie, and a second's hesitation of who is demoted. It is served while
// it has the addresses itself, or hears a master.
//
// Suspended: while somebody's script lasts; where packets get lost or late; where somebody's forgery was believed as it may be (it makes
// a host wait as an advert does); for a host that hears one without addresses that ucarp's manners let be
// master (its up script fails or hangs).
//
// What ucarp's manners cost besides: naps of 10 s, hearing up to a second late, waking once an interval, and
// waiting by a wall clock that was set.

import type { Sight } from "../../../../src/sim/sight.ts";
import { advertIntervalMs, deadIntervalMs } from "../../../../src/wire/carp/timing.ts";
import type { Law, Report } from "../../law/law.ts";
import type { Contact } from "./contact.ts";
import type { Ledger } from "./ledger.ts";
import { isAlive, isOurs, type Picture, type Seen, scriptsMs, stands } from "./picture.ts";

const yieldMs = 3_000;
const napMs = 10_000;
const ringMs = 1_000;
const slackMs = 500;
const demotedSkew = 255;

export class None implements Law {
  readonly #picture: Picture;
  readonly #contact: Contact;
  readonly #ledger: Ledger;
  readonly #report: Report;
  /** Since when each host waits for a master. */
  readonly #since = new Map<string, number>();

  constructor(picture: Picture, contact: Contact, ledger: Ledger, report: Report) {
    this.#picture = picture;
    this.#contact = contact;
    this.#ledger = ledger;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "act":
        if (sight.act.act === "reload" || sight.act.act === "clock") this.#excuseAll(now);
        break;
      case "advert-heard":
        this.#heard(sight, now);
        return;
      case "address":
      case "process":
      case "frozen":
        break;
      default:
        return;
    }
    this.tick(now);
  }

  tick(now: number): void {
    let patience: number | undefined;
    for (const host of this.#picture.all) {
      if (!this.#waits(host)) {
        this.#since.delete(host.name);
        continue;
      }
      const { longUntil } = this.#picture;
      const since = Math.max(this.#since.get(host.name) ?? now, host.pausedUntil, longUntil);
      this.#since.set(host.name, since);
      patience ??= this.#patienceMs();
      if (now - since <= patience) continue;
      const seconds = (since / 1_000).toFixed(3);
      this.#report("none", `${host.name} is able, but nobody is master since ${seconds} s`);
      this.#since.set(host.name, now + 60_000);
    }
  }

  #heard(sight: Extract<Sight, { readonly saw: "advert-heard" }>, now: number): void {
    if (sight.rejected !== undefined) return;
    const isByMaster = this.#picture.isMaster(this.#picture.host(sight.from));
    const isMischief =
      sight.touched !== undefined && !this.#ledger.refuses(sight.node, sight.advert);
    if (isByMaster || isMischief) this.#since.set(sight.node, now);
  }

  #excuseAll(now: number): void {
    for (const host of this.#picture.all) this.#since.set(host.name, now);
  }

  #waits(host: Seen): boolean {
    const { now } = this.#picture;
    if (!isAbleNow(host) || !this.#picture.isFine || now < host.pausedUntil) return false;
    if (host.holds || this.#isHollow(host)) return false;
    if (this.#picture.all.some((other) => this.#ledger.isUnsure(other.name))) return false;
    const heard = this.#picture.all.filter(
      (other) => other !== host && this.#contact.hears(host, other),
    );
    return !heard.some((other) => this.#picture.isMaster(other) || this.#isHollow(other));
  }

  /** ucarp says that it is master whatever became of its script. */
  #isHollow(host: Seen): boolean {
    if (isOurs(host) || !host.alive || host.holds || host.said === undefined) return false;
    return this.#picture.now - host.saidAt <= 2 * host.intervalMs;
  }

  #patienceMs(): number {
    const { all } = this.#picture;
    const dead = all.map(({ router }) =>
      deadIntervalMs({ ...router, advskew: demotedSkew }, router.deadratio),
    );
    const intervals = all.map(({ router }) =>
      advertIntervalMs({ ...router, advskew: demotedSkew }),
    );
    const interval = Math.max(...intervals);
    const ranksMs = all.length * interval;
    const scripts = all.map(scriptsMs).reduce((sum, ms) => sum + ms, 0);
    const isUcarp = all.some(({ breed }) => breed === "ucarp");
    const mannersMs = isUcarp ? napMs + ringMs + 2 * interval : 0;
    return Math.max(...dead) + interval + ranksMs + yieldMs + scripts + mannersMs + slackMs;
  }
}

/** It could be master now. */
function isAbleNow(host: Seen): boolean {
  const isSick = [...host.tempers.values()].some(
    (temper) => temper.startFails || temper.startHangs,
  );
  // ucarp waits by the wall clock: set back, it waits for as long as that.
  const isWaiting = host.breed === "ucarp" && host.clockedAt >= host.bornAt;
  return isAlive(host) && stands(host) && !isSick && !host.muted && !isWaiting;
}
