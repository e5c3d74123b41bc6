// "hand": a master has the addresses, who is not master gives them back, and a host without a cable has them
// not. Only of hb under its own name: ucarp's manners let all three be (carp.md 10, 12).
//
// Each within the time of the host's scripts, up and down; who holds them without a word has besides the
// interval of a demoted one (it preempts a master that works, and says nothing before everything is up).

import type { Sight } from "../../../../src/sim/sight.ts";
import { advertIntervalMs } from "../../../../src/wire/carp/timing.ts";
import type { Law, Report } from "../../law/law.ts";
import { isAlive, isOurs, type Picture, type Seen, scriptsMs, stands } from "./picture.ts";

const slackMs = 100;
const demotedSkew = 255;

export class Hand implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  /** Since when somebody says that he is master, and has nothing. */
  readonly #hollowSince = new Map<string, number>();
  readonly #mutedUntil = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "act" && sight.act.act === "mute") this.#mutedUntil.set(sight.act.node, now);
    if (sight.saw === "process" || sight.saw === "frozen") this.#hollowSince.delete(sight.node);
    if (sight.saw !== "advert") return;
    const host = this.#picture.host(sight.node);
    // A farewell ends the term, and so does silence.
    const isHollow = !host.holds && host.said !== undefined;
    if (!isHollow) this.#hollowSince.delete(host.name);
    else if (!this.#hollowSince.has(host.name)) this.#hollowSince.set(host.name, now);
  }

  tick(now: number): void {
    for (const host of this.#picture.all.filter(isOurs)) {
      this.#lookAt(host, "is master of nothing", this.#hollow(host, now), now);
      this.#lookAt(host, "has no cable, but the addresses", this.#alone(host), now);
      this.#lookAt(host, "has the addresses, but says nothing", this.#mum(host), now);
    }
  }

  #lookAt(host: Seen, what: string, since: number | undefined, now: number): void {
    const key = `${host.name} ${what}`;
    if (since === undefined || now - since <= 2 * scriptsMs(host) + slackMs) {
      this.#told.delete(key);
      return;
    }
    if (!this.#told.has(key)) this.#report("hand", `${key} since ${(since / 1_000).toFixed(3)} s`);
    this.#told.add(key);
  }

  #hollow(host: Seen, now: number): number | undefined {
    const since = this.#hollowSince.get(host.name);
    if (since === undefined || host.holds || host.said === undefined) return undefined;
    const isOver = now - host.saidAt > advertIntervalMs(host.said) + slackMs;
    return isOver || !isAlive(host) ? undefined : Math.max(since, host.heldAt);
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
