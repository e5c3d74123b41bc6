// Sends this node's bulletins: at every change, with every keepalive, and at once when a peer asks.
//
// It keeps silent while no other hb node is there: Heartbeat 3 nodes need not hear of it.

import type { Effect } from "../effect.ts";
import { after, at, earliest, type Instant } from "../instant.ts";
import { type Bulletin, encodeBulletin, type GroupNews, linesOf } from "./bulletin.ts";
import type { Council } from "./council.ts";

/** As many bulletins within one keepalive leave at once; a sleeper that reads what it missed, or a
 *  thousand groups that start, would send hundreds. */
const burstMax = 20;

export class Herald {
  /** What the last bulletin said, but for its number and its echoes. */
  #said = "";
  #asked = false;
  #nextAt: Instant | undefined;
  #burstAt = at(0);
  #burst = 0;

  readonly #council: Council;

  constructor(council: Council) {
    this.#council = council;
  }

  /** A peer wants to hear from us now. */
  asked(): void {
    this.#asked = true;
  }

  /** Say what there is to say, if anything. */
  speak(
    status: Bulletin["status"],
    groups: ReadonlyMap<string, GroupNews>,
    now: Instant,
  ): Effect[] {
    const council = this.#council;
    const peers = council.peers;
    if (!council.hasAudience) {
      this.#nextAt = undefined;
      this.#said = "";
      return [];
    }
    const pings = council.pings(council.self);
    const ask = council.unanswered;
    const seen = council.hearsay.seen(peers);
    const lines = linesOf(groups);
    const said = [status, pings, ...lines, ...seen.keys(), "asks", ...ask].join("\n");
    const due = this.#nextAt === undefined || now >= this.#nextAt;
    if (said === this.#said && !this.#asked && !due) return [];
    if (!this.#mayTalk(now)) return [];
    this.#said = said;
    this.#asked = false;
    this.#nextAt = after(now, council.config.timing.keepaliveMs);
    const { bulletins } = council.table;
    bulletins.last += 1;
    const bulletin = { n: bulletins.last, status, pings, seen, ask, groups };
    const message = encodeBulletin(bulletin, lines);
    return council.table.send(message, now);
  }

  /** When there is something to say again, if nothing happens before. */
  deadline(): Instant | undefined {
    return this.#nextAt;
  }

  /** A few bulletins may follow each other closely; more of them wait for each other's news. */
  #mayTalk(now: Instant): boolean {
    const { keepaliveMs } = this.#council.config.timing;
    if (now >= after(this.#burstAt, keepaliveMs)) {
      this.#burstAt = now;
      this.#burst = 0;
    }
    this.#burst += 1;
    if (this.#burst <= burstMax || this.#nextAt === undefined || now >= this.#nextAt) return true;
    this.#nextAt = earliest(this.#nextAt, after(now, keepaliveMs / burstMax));
    return false;
  }
}
