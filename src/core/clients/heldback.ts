// The joins and leaves of one node's clients: they wait while packets that the node sent before are missing
// (heartbeat-api.md 7). Who hears that a client is there, or has gone, has heard what came before.

import { type Message, textOf } from "../../wire/message.ts";
import { hexOf } from "../membership/header.ts";

export class HeldBack {
  #waiting: Message[] = [];

  /** True when the message must wait for some of these numbers: it comes with release(). */
  holds(message: Message, missing: ReadonlySet<number>): boolean {
    if (missing.size === 0 || textOf(message, "t") !== "hbapi-clstat") return false;
    if (!isEarly(message, missing)) return false;
    this.#waiting.push(message);
    return true;
  }

  /** What nothing is missing before any more, in the order of the node. */
  release(missing: ReadonlySet<number>): Message[] {
    if (this.#waiting.length === 0) return [];
    const free = this.#waiting.filter((message) => !isEarly(message, missing));
    this.#waiting = this.#waiting.filter((message) => isEarly(message, missing));
    return free.toSorted((one, other) => seqOf(one) - seqOf(other));
  }

  /** The node's run is over: its clients are gone with it, and a status says so. */
  clear(): void {
    this.#waiting = [];
  }
}

/** `missing` is in ascending order. */
function isEarly(message: Message, missing: ReadonlySet<number>): boolean {
  const [lowest] = missing;
  return lowest !== undefined && lowest < seqOf(message);
}

function seqOf(message: Message): number {
  return hexOf(message, "seq") ?? 0;
}
