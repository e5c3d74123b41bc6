// Law 6: bytes that do not authenticate change nothing but a counter. No bytes stop the process.
//
// * What was damaged on its way and let in all the same must say word for word what was sent: the damage
//   hit what means nothing. Anything else is a forgery that was believed.
// * A packet that was refused, or is heard again in the same life of the agent (a replay), has no
//   consequence: in the moment in which it is heard, the node moves no address and no service, announces
//   nothing, and says nothing. In the made-up world such a packet arrives at a moment of its own.
//   Exceptions: a replayed request to send something again (NS_rexmit) may be answered as it asks; a ring
//   of cables passes on what others said, whoever says it again (it is theirs, and its hops are counted).
//   Who wakes reads everything in one moment, and speaks; and a packet whose key is unknown, but which
//   nobody touched, comes when it comes: nodes that answer each other speak in step. There what is said
//   is not judged, only what is done.
// * Whatever makes a mind throw ends the run, and is told by judge.ts under this law.
//
// A replay that its hearer has never heard in this life is not judged: Heartbeat's protocol gives a node
// that has just begun to run nothing by which to know it.

import type { Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import type { Law, Report } from "./law.ts";
import type { Post } from "./post.ts";

/** So many messages of each node are remembered word for word. */
const remembered = 1_000;

interface Watched {
  readonly node: string;
  readonly at: number;
  readonly what: string;
  /** It asks for something to be sent again. */
  readonly asks: boolean;
  readonly isTouched: boolean;
}

export class Forgery implements Law {
  readonly #post: Post;
  readonly #report: Report;
  readonly #sent = new Map<string, Message[]>();
  /** The packet whose consequences are watched. */
  #watched: Watched | undefined;

  /** The shortest; what a node says again after so long, it says by its own clock. */
  readonly #keepaliveMs: number;
  /** When a node last said something of a type. */
  readonly #saidAt = new Map<string, number>();
  /** When a node last went on after standing still. */
  readonly #wokeAt = new Map<string, number>();

  constructor({ hosts }: Shape, post: Post, report: Report) {
    this.#keepaliveMs = Math.min(...hosts.map(({ config }) => config.timing.keepaliveMs));
    this.#post = post;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "sent":
        this.#said(sight, now);
        return;
      case "heard":
        this.#heard(sight, now);
        return;
      case "address":
      case "announce":
      case "service":
        this.#consequence(sight.node, sight.saw, now);
        return;
      case "script":
        this.#consequence(sight.node, `${sight.action} of ${sight.word} ${sight.phase}`, now);
        return;
      case "act":
        this.#watched = undefined;
        return;
      case "frozen":
        if (!sight.frozen) this.#wokeAt.set(sight.node, now);
        return;
      default:
        return;
    }
  }

  #said({ node, message }: Extract<Sight, { readonly saw: "sent" }>, now: number): void {
    const src = textOf(message, "src") ?? node;
    this.#keep(src, message);
    if (src !== node || this.#watched?.isTouched === false) return;
    const speech = `${node} ${textOf(message, "t")}`;
    const isDue = now - (this.#saidAt.get(speech) ?? 0) >= this.#keepaliveMs;
    this.#saidAt.set(speech, now);
    if (isDue) return;
    if (this.#watched !== undefined) this.#consequence(node, "sends", now);
  }

  #heard(sight: Extract<Sight, { readonly saw: "heard" }>, now: number): void {
    const { node, message, rejected, touched } = sight;
    this.#watched = undefined;
    if (rejected === undefined && touched === undefined) return;
    const type = textOf(message, "t") ?? "";
    if (touched === "corrupted" && rejected === undefined) {
      const words = wordsOf(message);
      const known = this.#sent.get(textOf(message, "src") ?? sight.from) ?? [];
      const isHonest = known.some((sent) => wordsOf(sent) === words);
      if (!isHonest) this.#report("6", `${node} believes a damaged ${type} of ${sight.from}`);
      return;
    }
    if (rejected === undefined && this.#post.isNews) return;
    if (this.#wokeAt.get(node) === now) return;
    const asks = type === "NS_rexmit";
    const isTouched = touched !== undefined;
    this.#watched = { node, at: now, what: `${rejected ?? touched} ${type}`, asks, isTouched };
  }

  #consequence(node: string, what: string, now: number): void {
    const watched = this.#watched;
    if (watched === undefined || watched.node !== node || watched.at !== now) return;
    if (watched.asks && what === "sends") return;
    this.#watched = undefined;
    this.#report("6", `${node} hears a packet that must not count (${watched.what}), and ${what}`);
  }

  #keep(node: string, message: Message): void {
    let sent = this.#sent.get(node);
    if (sent === undefined) {
      sent = [];
      this.#sent.set(node, sent);
    }
    sent.push(message);
    if (sent.length > 2 * remembered) sent.splice(0, remembered);
  }
}

/** Everything that a message says but for how many hops are left, so that two can be compared. */
function wordsOf(message: Message): string {
  const fields = message.fields.filter(({ name }) => name !== "ttl");
  return JSON.stringify(
    fields.map(({ name, value }) => [name, value instanceof Uint8Array ? [...value] : value]),
  );
}
