// Law 3: a node that cannot know that it is still the holder (it overslept, it lost its desk) stops
// announcing.
//
// A node that stood still for its deadtime or longer takes its addresses off before it says anything,
// and neither puts up nor announces one until it has either heard what somebody else said after it woke
// or listened for a deadtime in vain. How long it may sleep is what it told the others before; for how long
// it listens, what its files say when it has read them.
//
// A pulse whose desk is gone says nothing any more after deadtime (at least a second), plus 100 ms. One that
// stood still meanwhile finds out as it wakes: it has those 100 ms from then on.

import type { Sight } from "../../../src/sim/sight.ts";
import type { Law, Report } from "./law.ts";
import { isAddress, type Picture } from "./picture.ts";
import type { Post } from "./post.ts";

const deskLeastMs = 1_000;
const slackMs = 100;

export class Sleeper implements Law {
  readonly #picture: Picture;
  readonly #post: Post;
  readonly #report: Report;
  /** Nodes that woke and do not know yet how things stand. */
  readonly #dazed = new Map<string, number>();
  readonly #deskLostAt = new Map<string, number>();

  constructor(picture: Picture, post: Post, report: Report) {
    this.#picture = picture;
    this.#post = post;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "frozen":
        this.#frozen(sight.node, sight.frozen, now);
        return;
      case "process":
        this.#dazed.delete(sight.node);
        if (sight.process === "desk" && !sight.alive) this.#deskLostAt.set(sight.node, now);
        else this.#deskLostAt.delete(sight.node);
        return;
      case "sent":
        this.#speaks(sight.node, "speaks", now);
        return;
      case "announce":
        this.#speaks(sight.node, `announces ${sight.words.join(" ")}`, now);
        this.#holds(sight.node, `announces ${sight.words.join(" ")}`, now);
        return;
      case "address":
        if (sight.up) this.#holds(sight.node, `puts up ${sight.word}`, now);
        return;
      case "heard":
        this.#heard(sight);
        return;
      default:
        return;
    }
  }

  #frozen(node: string, frozen: boolean, now: number): void {
    const { frozenAt, mayNapMs, pulse } = this.#picture.host(node);
    if (frozen || !pulse || now - frozenAt < mayNapMs) this.#dazed.delete(node);
    else this.#dazed.set(node, now);
  }

  #heard({ node, from, rejected }: Extract<Sight, { readonly saw: "heard" }>): void {
    const woke = this.#dazed.get(node);
    if (woke === undefined || from === node || rejected !== undefined) return;
    const { sentAt } = this.#post;
    if (sentAt !== undefined && sentAt >= woke) this.#dazed.delete(node);
  }

  #speaks(node: string, what: string, now: number): void {
    const { up, config, thawedAt } = this.#picture.host(node);
    const lostAt = this.#deskLostAt.get(node);
    const limitMs = Math.max(deskLeastMs, config.timing.deadtimeMs);
    if (lostAt !== undefined && now - Math.max(lostAt + limitMs, thawedAt) > slackMs) {
      this.#deskLostAt.delete(node);
      this.#report("3", `${node} ${what} although it has had no desk for ${now - lostAt} ms`);
    }
    if (!this.#isDazed(node, now)) return;
    const words = [...up.keys()].filter(isAddress);
    if (words.length === 0) return;
    this.#dazed.delete(node);
    this.#report("3", `${node} overslept and ${what} while it still has ${words.join(" ")}`);
  }

  #holds(node: string, what: string, now: number): void {
    if (!this.#isDazed(node, now)) return;
    this.#dazed.delete(node);
    this.#report("3", `${node} overslept and ${what} before anybody could tell it anything`);
  }

  #isDazed(node: string, now: number): boolean {
    const woke = this.#dazed.get(node);
    if (woke === undefined) return false;
    if (now - woke < this.#picture.host(node).config.timing.deadtimeMs) return true;
    this.#dazed.delete(node);
    return false;
  }
}
