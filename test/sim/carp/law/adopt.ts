// "adopt": a pulse that dies alone while it is master goes on as master, when it is back before anybody can
// have taken over: its addresses stay up, and no script runs.
//
// Expected of hb when nothing else was done for a while, and as long as nothing else is done, and nobody
// else speaks; where a kernel takes addresses.

import type { Sight } from "../../../../src/sim/sight.ts";
import { advertIntervalMs, deadIntervalMs } from "../../../../src/wire/carp/timing.ts";
import type { Law, Report } from "../../law/law.ts";
import { isAlive, type Picture } from "./picture.ts";

/** Until the next pulse is there, and said something. */
const backMs = 100;
const calmMs = 10_000;

export class Adopt implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  #actedAt = Number.NEGATIVE_INFINITY;
  #watched: { readonly node: string; readonly until: number } | undefined;

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "act") {
      const isCalm = now - this.#actedAt > calmMs && this.#picture.isFine;
      this.#actedAt = now;
      this.#watched = undefined;
      if (sight.act.act === "kill-pulse" && isCalm) this.#watch(sight.act.node, now);
      return;
    }
    const { node, until } = this.#watched ?? { node: "", until: 0 };
    if (now > until || !("node" in sight)) return;
    if (sight.saw === "advert" && sight.node !== node) this.#watched = undefined;
    if (sight.node !== node) return;
    const isLoss = sight.saw === "address" && !sight.up;
    const isScript = sight.saw === "script" && sight.phase === "begins";
    if (!isLoss && !isScript) return;
    this.#report("adopt", `${node} lost a pulse, and does not go on as the master that it was`);
    this.#watched = undefined;
  }

  #watch(node: string, now: number): void {
    const host = this.#picture.host(node);
    if (host.breed !== "hb" || !isAlive(host) || !this.#picture.isMaster(host) || host.busy) return;
    if (host.tempers.get("address")?.startFails === true) return;
    if (this.#picture.masters.length > 1 || now - host.masterSince < host.intervalMs) return;
    const { advbase, advskew, deadratio } = host.router;
    const least = { advbase, advskew: advbase === 0 ? advskew : 0 };
    const youngMs = deadIntervalMs(least, deadratio) - advertIntervalMs(host.router);
    if (youngMs > backMs) this.#watched = { node, until: now + backMs };
  }
}
