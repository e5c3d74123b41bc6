// Which messages a node must know for old ones, in this life of its pulse:
//
// * what has a number and was given to it before by the same link, doubled or replayed (by another link,
//   the first copy is a sign that this link works);
// * what has a number of a run that is over: it was given something of a later run of that sender.
//
// What has no number (NS_…: requests to send again, acknowledgements) means what it says whenever it comes.
// Of a message of the present run that it has never heard, Heartbeat's protocol does not tell it whether a
// stranger sends it.

import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { Memory } from "./memory.ts";

/** More than what a stranger has recorded (src/sim/network/recorder.ts). */
const remembered = 5_000;

/** What one life of a node was given. */
interface Given {
  readonly messages: Memory<Message>;
  /** The latest run of each sender. */
  readonly runs: Map<string, number>;
}

export class Copies {
  readonly #given = new Map<string, Given>();

  see(sight: Sight): void {
    if (sight.saw === "process" && sight.process === "pulse") this.#given.delete(sight.node);
  }

  /** True for what the node must know for old; takes note of everything else. */
  isOld(node: string, link: string, message: Message): boolean {
    const [src = "", hg = "", seq] = ["src", "hg", "seq"].map((name) => textOf(message, name));
    if (seq === undefined) return false;
    const { messages, runs } = this.#of(node);
    const run = Number.parseInt(hg, 16);
    if (run < (runs.get(src) ?? run)) return true;
    runs.set(src, run);
    const key = `${link} ${src} ${hg} ${seq}`;
    const before = messages.get(key);
    if (before !== undefined && isSame(before, message)) return true;
    messages.set(key, message);
    return false;
  }

  #of(node: string): Given {
    const known = this.#given.get(node);
    if (known !== undefined) return known;
    const given = { messages: new Memory<Message>(remembered), runs: new Map() };
    this.#given.set(node, given);
    return given;
  }
}

/** A node that lost its generation may use a number twice, for something else. */
function isSame(one: Message, other: Message): boolean {
  return one === other || wordsOf(one) === wordsOf(other);
}

/** Everything that a message says but for how many hops are left, so that two can be compared. */
export function wordsOf(message: Message): string {
  const fields = message.fields.filter(({ name }) => name !== "ttl");
  return JSON.stringify(
    fields.map(({ name, value }) => [name, value instanceof Uint8Array ? [...value] : value]),
  );
}
