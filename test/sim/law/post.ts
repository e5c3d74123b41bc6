// Numbered messages as an onlooker follows them: when each was first sent, and which node has heard which
// in this life of its agent. A copy that comes by a second link, late, doubled or replayed is no news.

import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { Memory } from "./memory.ts";

/** So many messages are remembered at least. */
const remembered = 5_000;

export class Post {
  readonly #sentAt = new Memory<number>(remembered);
  readonly #known = new Map<string, Memory<true>>();
  /** Of the sight that was shown last. */
  #key: string | undefined;
  #isNews = false;

  see(sight: Sight, now: number): void {
    if (sight.saw === "process" && sight.process === "pulse") this.#known.delete(sight.node);
    if (sight.saw === "sent") {
      this.#key = keyOf(sight.message);
      if (this.#key === undefined || this.#sentAt.get(this.#key) !== undefined) return;
      this.#sentAt.set(this.#key, now);
    }
    if (sight.saw === "heard") this.#heard(sight);
  }

  /** The message that is heard now was not heard by this node before. */
  get isNews(): boolean {
    return this.#isNews;
  }

  /** When the message that is heard or sent now was first sent; undefined: it has no number, or was
   *  sent too long ago. */
  get sentAt(): number | undefined {
    return this.#key === undefined ? undefined : this.#sentAt.get(this.#key);
  }

  #heard({ node, message, rejected }: Extract<Sight, { readonly saw: "heard" }>): void {
    this.#key = keyOf(message);
    this.#isNews = false;
    if (this.#key === undefined || rejected !== undefined) return;
    let known = this.#known.get(node);
    if (known === undefined) {
      known = new Memory(remembered);
      this.#known.set(node, known);
    }
    if (known.get(this.#key) !== undefined) return;
    known.set(this.#key, true);
    this.#isNews = true;
  }
}

function keyOf(message: Message): string | undefined {
  const seq = textOf(message, "seq");
  if (seq === undefined) return undefined;
  return `${textOf(message, "src")} ${textOf(message, "hg")} ${seq}`;
}
