// Sends this node's bulletins: at every change, with every keepalive, and at once when a peer asks.
//
// It keeps silent while no other hb node is there: Heartbeat 3 nodes need not hear of it.

import type { Effect } from "../effect.ts";
import { after, earlier, type Instant } from "../instant.ts";
import { type Bulletin, bareOf, encodeBulletin, linesOf } from "./bulletin.ts";
import type { Council } from "./council.ts";
import { Pace } from "./pace.ts";

export class Herald {
  /** What the last bulletin said, but for its number and its echoes. */
  #said = "";
  #asked = false;
  #nextAt: Instant | undefined;

  readonly #council: Council;
  readonly #pace: Pace;

  constructor(council: Council) {
    this.#council = council;
    this.#pace = new Pace(() => council.config.timing.keepaliveMs);
  }

  /** A peer wants to hear from us now. */
  asked(): void {
    this.#asked = true;
  }

  /** Say what there is to say, if anything. */
  speak(
    status: Bulletin["status"],
    { groups, bare, layout, up }: Pick<Bulletin, "groups" | "bare" | "layout" | "up">,
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
    const homes = council.homes();
    const { fencing } = council.table;
    const { fenced } = fencing;
    const reset = [...fenced.keys()];
    const said = [
      status,
      pings,
      fencing.hasDevice,
      ...reset,
      ...lines,
      "is home of",
      ...homes,
      bareOf(bare) ?? "",
      layout,
      ...(up === undefined ? [] : ["has up", ...up].flat(2)),
      ...seen.keys(),
      "asks",
      ...ask,
    ];
    const due = this.#nextAt === undefined || now >= this.#nextAt;
    const text = said.join("\n");
    if (text === this.#said && !this.#asked && !due) return [];
    if (!due && now < this.#pace.freeAt) {
      this.#nextAt = earlier(this.#nextAt, this.#pace.freeAt);
      return [];
    }
    this.#pace.spend(now);
    this.#said = text;
    this.#asked = false;
    this.#nextAt = after(now, council.config.timing.keepaliveMs);
    const { bulletins } = council.table;
    bulletins.last += 1;
    const { digest } = council.config;
    const told = {
      ...(fencing.hasDevice && { fences: true as const }),
      ...(fenced.size > 0 && { fenced }),
      ...(bare && { bare }),
      ...(digest !== undefined && { digest }),
      ...(layout !== undefined && { layout }),
      ...(up !== undefined && { up }),
    };
    const gone = new Set(council.table.hand.leaving.map(({ key }) => key));
    const who = { seen, runs: council.runs(), ask };
    const bulletin = { n: bulletins.last, status, pings, ...who, groups, homes, gone, ...told };
    const message = encodeBulletin(bulletin, lines);
    return council.table.send(message, now);
  }

  /** When there is something to say again, if nothing happens before. */
  deadline(): Instant | undefined {
    return this.#nextAt;
  }
}
