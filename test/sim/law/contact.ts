// Which nodes have been hearing each other, judged by the packets that really arrived and were let in.
//
// Two nodes are in contact from the moment that they have told each other how things stand, until one
// of them may take the other for dead: nothing of it has come for its dead time (less one keepalive,
// for news may be overtaken), it began a new run, or it stood still for so long itself. Its dead time is the
// shortest that any host's files ask for, or what it last said itself where that was still less: files that
// have changed count for others when they have heard of it.
//
// "Told each other" means: `tellings` bulletins (t=hb_groups) have come in turn, each sent after the one
// before it had arrived. One shows that the other lives; it answers with what it holds and that it
// heard; this is answered in the same way; and so both know of each other what was said after they
// met. Everything that follows must hold.

import type { Sight } from "../../../src/sim/sight.ts";
import { textOf } from "../../../src/wire/message.ts";
import { isAlive, type Picture } from "./picture.ts";
import type { Post } from "./post.ts";

const tellings = 4;
interface Pair {
  /** When either last heard the other, and when that had been sent. */
  readonly heardAt: Map<string, number>;
  /** How long each is to wait for the other, as the other last said. */
  readonly saidMs: Map<string, number>;
  readonly sentAt: Map<string, number>;
  /** Bulletins that have come in turn. */
  told: number;
  /** Who speaks next, and after which sight. */
  next: string | undefined;
  after: number;
  /** Since when they are in contact. */
  since: number | undefined;
}

export class Contact {
  readonly #picture: Picture;
  readonly #post: Post;
  /** By both names, whichever comes first. */
  readonly #pairs = new Map<string, Map<string, Pair>>();
  #patience: ReturnType<typeof patienceOf> | undefined;

  constructor(picture: Picture, post: Post) {
    this.#picture = picture;
    this.#post = post;
  }

  /** Since when two nodes have been in contact; undefined: they are not. */
  since(one: string, other: string, now: number): number | undefined {
    const pair = this.#pair(one, other);
    if (pair.since !== undefined && this.#isLost(pair, one, other, now)) this.#part(pair);
    return pair.since;
  }

  /** When `to` last heard `from`. */
  heardAt(to: string, from: string): number {
    return this.#pair(to, from).heardAt.get(to) ?? Number.NEGATIVE_INFINITY;
  }

  /** When what `to` last heard of `from` had been sent. */
  sentAt(to: string, from: string): number {
    return this.#pair(to, from).sentAt.get(to) ?? Number.NEGATIVE_INFINITY;
  }

  /** The longest deadtime that the node heard another one ask for whom it had to wait for at that moment. */
  patienceMs(node: string, then: number): number {
    let longest = 0;
    for (const { name } of this.#picture.all) {
      if (name === node) continue;
      const { heardAt, saidMs } = this.#pair(node, name);
      const said = saidMs.get(node) ?? 0;
      if ((heardAt.get(node) ?? Number.NEGATIVE_INFINITY) + said > then) {
        longest = Math.max(longest, said);
      }
    }
    return longest;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "heard":
        if (sight.touched === undefined) this.#heard(sight, now);
        return;
      case "act":
        if (sight.act.act === "reload") this.#patience = undefined;
        return;
      case "process":
        if (sight.alive) this.#partAll(sight.node);
        return;
      case "frozen": {
        const { frozenAt, config } = this.#picture.host(sight.node);
        // A sleeper forgives the others their silence, but they do not forgive it.
        if (!sight.frozen && now - frozenAt >= config.timing.deadtimeMs / 2) {
          this.#partAll(sight.node);
        }
        return;
      }
      default:
        return;
    }
  }

  #heard({ node, message }: Extract<Sight, { readonly saw: "heard" }>, now: number): void {
    const { sentAt, sentNo, no, isNews } = this.#post;
    if (sentAt === undefined || sentNo === undefined || !isNews) return;
    const from = textOf(message, "src") ?? "";
    if (from === node || !this.#picture.hosts.has(from)) return;
    const pair = this.#pair(node, from);
    if (this.#isLost(pair, node, from, now)) this.#part(pair);
    // What a slow cable brings after something newer is no sign of life.
    if (sentAt < (pair.sentAt.get(node) ?? 0)) return;
    pair.sentAt.set(node, sentAt);
    pair.heardAt.set(node, now);
    const saidMs = Number.parseInt(textOf(message, "dt") ?? "", 16);
    if (saidMs > 0) pair.saidMs.set(node, saidMs);
    if (textOf(message, "t") !== "hb_groups" || pair.since !== undefined) return;
    if ((pair.next !== undefined && pair.next !== from) || sentNo < pair.after) return;
    pair.told += 1;
    pair.next = node;
    pair.after = no;
    if (pair.told >= tellings) pair.since = now;
  }

  /** One may take the other for dead. */
  #isLost(pair: Pair, one: string, other: string, now: number): boolean {
    if (!isAlive(this.#picture.host(one)) || !isAlive(this.#picture.host(other))) return false;
    this.#patience ??= patienceOf(this.#picture);
    const { deadtimeMs, keepaliveMs } = this.#patience;
    return [one, other].some((node) => {
      const heardAt = pair.heardAt.get(node) ?? Number.POSITIVE_INFINITY;
      const saidMs = pair.saidMs.get(node) ?? deadtimeMs;
      return now - heardAt >= Math.min(saidMs, deadtimeMs) - keepaliveMs;
    });
  }

  #pair(one: string, other: string): Pair {
    return this.#pairs.get(one)?.get(other) ?? this.#make(one, other);
  }

  #make(one: string, other: string): Pair {
    const pair: Pair = {
      heardAt: new Map(),
      saidMs: new Map(),
      sentAt: new Map(),
      told: 0,
      next: undefined,
      after: 0,
      since: undefined,
    };
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const pairs = this.#pairs.get(from) ?? new Map();
      this.#pairs.set(from, pairs.set(to, pair));
    }
    return pair;
  }

  #part(pair: Pair): void {
    pair.told = 0;
    pair.next = undefined;
    pair.after = 0;
    pair.since = undefined;
  }

  #partAll(node: string): void {
    for (const other of this.#picture.hosts.keys()) {
      if (other !== node) this.#part(this.#pair(node, other));
    }
  }
}

/** By the files that the hosts read now: the shortest dead time of all, and the longest keepalive. */
function patienceOf({ all }: Picture): { deadtimeMs: number; keepaliveMs: number } {
  const timings = all.map(({ config }) => config.timing);
  return {
    deadtimeMs: Math.min(...timings.map(({ deadtimeMs }) => deadtimeMs)),
    keepaliveMs: Math.max(...timings.map(({ keepaliveMs }) => keepaliveMs)),
  };
}
