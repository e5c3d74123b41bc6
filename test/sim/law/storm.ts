// Beside the laws: no node loses its temper. What a node sends within a second stays below what an honest
// exchange needs.
//
// A heartbeat and a bulletin with each keepalive, at most 20 bulletins within one (docs/design.md, "The
// bulletin"), an acknowledgement for every tenth message of each peer, and what is sent again: at most 50
// messages for a request. All that as often as the link has peers of its own (ucast). A serial line carries
// no more than its speed allows, whatever is given to it: what is too much is thrown away before
// (src/core/line).

import { linkOf } from "../../../src/config/medium.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Law, Report } from "./law.ts";
import type { Picture } from "./picture.ts";

interface Count {
  readonly second: number;
  readonly limit: number;
  count: number;
}

export class Storm implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  readonly #counts = new Map<string, Count>();
  /** The most that any node sent in a second, relative to what it may. */
  worst = 0;

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    if (sight.saw !== "sent") return;
    const key = `${sight.node} ${sight.link}`;
    const second = Math.floor(now / 1_000);
    let entry = this.#counts.get(key);
    if (entry?.second !== second) {
      entry = { second, limit: this.#limit(sight), count: 0 };
      this.#counts.set(key, entry);
    }
    entry.count += 1;
    const { limit } = entry;
    this.worst = Math.max(this.worst, entry.count / limit);
    if (entry.count !== limit) return;
    this.#report("storm", `${sight.node} sends ${limit} packets on ${sight.link} in a second`);
  }

  #limit({ node, link }: { readonly node: string; readonly link: string }): number {
    const { timing, media } = this.#picture.host(node).config;
    const mine = media.filter((medium) => linkOf(medium) === link);
    if (mine.some(({ kind }) => kind === "serial")) return Number.POSITIVE_INFINITY;
    const copies = mine.length;
    const others = this.#picture.hosts.size - 1;
    const beats = Math.max(1, 1_000 / timing.keepaliveMs);
    return Math.round(beats * (25 + 10 * others) + 200 * others) * Math.max(1, copies);
  }
}
