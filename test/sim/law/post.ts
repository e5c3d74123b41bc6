// Numbered messages as an onlooker follows them: when each was first sent, and which node has heard which
// in this life of its agent. A copy that comes by a second link, late, doubled or replayed is no news.

import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { Memory } from "./memory.ts";

/** So many messages are remembered at least. */
const remembered = 5_000;

/** One numbered message, however often it is sent and heard. */
interface Letter {
  readonly sentAt: number;
  /** Its place among all sights. */
  readonly sentNo: number;
  /** In which life each node heard it. */
  readonly heardIn: Map<string, number>;
}

export class Post {
  readonly #letters = new Memory<Letter>(remembered);
  /** The same for messages that were looked at before: all hear the same object. */
  readonly #known = new WeakMap<Message, Letter>();
  readonly #lives = new Map<string, number>();
  #no = 0;
  /** Of the sight that was shown last. */
  #letter: Letter | undefined;
  #isNews = false;

  see(sight: Sight, now: number): void {
    this.#no += 1;
    if (sight.saw === "process" && sight.process === "pulse") {
      this.#lives.set(sight.node, this.#lifeOf(sight.node) + 1);
    }
    if (sight.saw === "sent") this.#letter = this.#find(sight.message, now);
    if (sight.saw === "heard") this.#heard(sight);
  }

  /** The message that is heard now was not heard by this node before. */
  get isNews(): boolean {
    return this.#isNews;
  }

  /** When the message that is heard or sent now was first sent; undefined: it has no number, or was
   *  sent too long ago. */
  get sentAt(): number | undefined {
    return this.#letter?.sentAt;
  }

  /** The place of the sight that was shown last among all sights: much happens in one moment. */
  get no(): number {
    return this.#no;
  }

  /** The place of that at which its message was first sent, in the same cases. */
  get sentNo(): number | undefined {
    return this.#letter?.sentNo;
  }

  #heard({ node, message, rejected }: Extract<Sight, { readonly saw: "heard" }>): void {
    const letter = this.#find(message);
    this.#letter = letter;
    this.#isNews = false;
    if (letter === undefined || rejected !== undefined) return;
    const life = this.#lifeOf(node);
    if (letter.heardIn.get(node) === life) return;
    letter.heardIn.set(node, life);
    this.#isNews = true;
  }

  /** `sentAt`: it is sent now, perhaps for the first time. */
  #find(message: Message, sentAt?: number): Letter | undefined {
    const known = this.#known.get(message);
    if (known !== undefined) return known;
    const key = keyOf(message);
    if (key === undefined) return undefined;
    let letter = this.#letters.get(key);
    if (letter === undefined) {
      if (sentAt === undefined) return undefined;
      letter = { sentAt, sentNo: this.#no, heardIn: new Map() };
      this.#letters.set(key, letter);
    }
    this.#known.set(message, letter);
    return letter;
  }

  #lifeOf(node: string): number {
    return this.#lives.get(node) ?? 0;
  }
}

function keyOf(message: Message): string | undefined {
  const seq = textOf(message, "seq");
  if (seq === undefined) return undefined;
  return `${textOf(message, "src")} ${textOf(message, "hg")} ${seq}`;
}
