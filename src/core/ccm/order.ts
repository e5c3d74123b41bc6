// Which of a node's messages came out of order: `ccm` sends them without one, and a lost packet that is sent
// again arrives after later ones.

import { type Message, textOf } from "../../wire/message.ts";

export class Order {
  readonly #newest = new Map<string, readonly [number, number]>();

  /** True when a later message of the same node was seen before; remembers this one. */
  isLate(src: string, message: Message): boolean {
    const generation = hexOf(message, "hg");
    const seq = hexOf(message, "seq");
    if (generation === undefined || seq === undefined) return false;
    const [lastGeneration, lastSeq] = this.#newest.get(src) ?? [-1, -1];
    if (generation < lastGeneration || (generation === lastGeneration && seq < lastSeq))
      return true;
    this.#newest.set(src, [generation, seq]);
    return false;
  }
}

function hexOf(message: Message, name: string): number | undefined {
  const digits = textOf(message, name);
  return digits !== undefined && /^[0-9a-f]{1,8}$/i.test(digits)
    ? Number.parseInt(digits, 16)
    : undefined;
}
