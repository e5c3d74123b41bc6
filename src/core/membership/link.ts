// One peer heard over one link: up while its packets come that way (heartbeat-wire 9.3). In a ring of
// cables that includes what others pass on: the cable is one by which the peer is heard.
//
// Nothing is decided by it; it tells the administrator which cable to look at. A cable carries each number of
// a run once: what comes by it again, replayed or doubled, is no sign of life.

import { after, type Instant } from "../instant.ts";

export class Link {
  readonly name: string;
  #heardAt: Instant | undefined;
  #state: "unknown" | "up" | "dead" = "unknown";
  #newest = 0;

  constructor(name: string) {
    this.name = name;
  }

  get state(): "unknown" | "up" | "dead" {
    return this.#state;
  }

  /** The packet of this number came this way. True when that brings the link up. */
  heard(seq: number, now: Instant): boolean {
    if (seq <= this.#newest) return false;
    this.#newest = seq;
    return this.answered(now);
  }

  /** A sign of life that has no number. True when it brings the link up. */
  answered(now: Instant): boolean {
    const news = this.#state !== "up";
    this.#heardAt = now;
    this.#state = "up";
    return news;
  }

  /** The sender began a new run: its numbers start again. */
  restart(): void {
    this.#newest = 0;
  }

  /** True once, when the link has been silent for `limitMs`. */
  expire(limitMs: number, now: Instant): boolean {
    const deadline = this.deadline(limitMs);
    if (deadline === undefined || now < deadline) return false;
    this.#state = "dead";
    return true;
  }

  /** The moment at which silence becomes death; undefined while not up. */
  deadline(limitMs: number): Instant | undefined {
    if (this.#state !== "up" || this.#heardAt === undefined) return undefined;
    return after(this.#heardAt, limitMs);
  }

  /** Time that this host slept does not count. */
  forgive(ms: number, now: Instant): void {
    if (this.#heardAt !== undefined) this.#heardAt = later(this.#heardAt, ms, now);
  }
}

/** `moment` moved by `ms`, but not beyond `now`. */
export function later(moment: Instant, ms: number, now: Instant): Instant {
  return Math.min(moment + ms, now) as Instant;
}
