// "sleeper": who stood still for longer than the most eager backup waits cannot know that it is still master.
// Its addresses are off (or its down script runs) before it says anything, and it says nothing before it
// has listened for its dead time, or heard an advert that lets a backup take over at once: a farewell, one that
// comes too seldom, a demoted one, one that it may preempt. What came while it stood still, and it reads now,
// is heard as well. Of hb under any name.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { advertIntervalMs, comparePace, deadIntervalMs } from "../../../../src/wire/carp/timing.ts";
import type { Law, Report } from "../../law/law.ts";
import { isFarewell, type Picture, type Seen } from "./picture.ts";

const slackMs = 5;

export class Sleeper implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  /** Who woke and knows nothing, and until when it listens. */
  readonly #dazed = new Map<string, number>();
  /** Who woke with addresses. */
  readonly #holding = new Set<string>();
  /** When each last heard that it may take over. */
  readonly #invitedAt = new Map<string, number>();
  /** When each was last seen as master, and who was it when it was stopped. */
  readonly #masterAt = new Map<string, number>();
  readonly #stoppedAsMaster = new Set<string>();

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "frozen":
        if (sight.frozen) this.#stops(sight.node, now);
        else this.#wakes(sight.node, now);
        return;
      case "process":
        this.#forget(sight.node);
        return;
      case "act":
        if ("node" in sight.act && sight.act.act !== "thaw") this.#forget(sight.act.node);
        return;
      case "address":
        if (!sight.up) this.#holding.delete(sight.node);
        return;
      case "script":
        if (sight.action === "stop") this.#holding.delete(sight.node);
        return;
      case "advert-heard":
        if (
          sight.rejected !== undefined ||
          !invites(this.#picture.host(sight.node), sight.advert)
        ) {
          return;
        }
        this.#invitedAt.set(sight.node, now);
        this.#dazed.delete(sight.node);
        return;
      case "advert":
        if (!isFarewell(sight.advert)) this.#speaks(sight.node, "speaks as master", now);
        if (this.#picture.isMaster(this.#picture.host(sight.node))) {
          this.#masterAt.set(sight.node, now);
        }
        return;
      case "announce":
        this.#speaks(sight.node, "announces", now);
        return;
      default:
    }
  }

  #stops(node: string, now: number): void {
    this.#forget(node);
    const { holds, intervalMs } = this.#picture.host(node);
    const masterAt = this.#masterAt.get(node) ?? Number.NEGATIVE_INFINITY;
    if (holds && now - masterAt <= intervalMs + slackMs) this.#stoppedAsMaster.add(node);
    else this.#stoppedAsMaster.delete(node);
  }

  #forget(node: string): void {
    this.#dazed.delete(node);
    this.#holding.delete(node);
  }

  #speaks(node: string, what: string, now: number): void {
    const isDazed = now < (this.#dazed.get(node) ?? 0);
    const holds = this.#holding.has(node);
    if (isDazed) this.#report("sleeper", `${node} woke, and ${what} before it has listened`);
    if (holds) this.#report("sleeper", `${node} woke, and ${what} with the addresses still up`);
    this.#forget(node);
  }

  #wakes(node: string, now: number): void {
    const host = this.#picture.host(node);
    if (host.breed !== "hb") return;
    const { advbase, advskew, deadratio } = host.router;
    const least = { advbase, advskew: advbase === 0 ? advskew : 0 };
    // A demoted one has been speaking more seldom, and others made of it what they would.
    const intervalMs = Math.max(advertIntervalMs(host.router), host.intervalMs);
    const limitMs = deadIntervalMs(least, deadratio) + intervalMs + slackMs;
    if (now - host.frozenAt <= limitMs) return;
    // For a backup the kernel kept what was said: silence was silence.
    if (!this.#stoppedAsMaster.has(node)) return;
    if (host.holds) this.#holding.add(node);
    if ((this.#invitedAt.get(node) ?? 0) >= host.frozenAt) return;
    this.#dazed.set(node, now + deadIntervalMs(host.router, deadratio) - slackMs);
  }
}

/** A backup that hears it may take over at once (carp.md 7). */
function invites({ router }: Seen, advert: HeardAdvert): boolean {
  if (advert.demote > 0 || (router.preempt && comparePace(router, advert) < 0)) return true;
  return deadIntervalMs(router, router.deadratio) < advertIntervalMs(advert);
}
