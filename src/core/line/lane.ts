// Packets that wait, in order and at most one for each slot; a newer one keeps the place of the old one.

import type { Slot } from "./slot.ts";

interface Waiting {
  readonly bytes: Uint8Array;
  readonly urgent: boolean;
  readonly order: Slot["order"];
}

/** What became of a message: it waits, it took another's place, or it was no news beside what waits. */
export type Put = "waits" | "replaces" | "stale";

export class Lane {
  readonly #waiting = new Map<string, Waiting>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#waiting.size;
  }

  put({ key, urgent, order }: Slot, bytes: Uint8Array): Put {
    const known = this.#waiting.get(key);
    if (known !== undefined && isNewer(known.order, order)) return "stale";
    this.#waiting.set(key, { bytes, urgent, order });
    this.#bytes += bytes.length - (known?.bytes.length ?? 0);
    return known === undefined ? "waits" : "replaces";
  }

  /** The next packet in order or, in a hurry, the next urgent one; undefined when none waits. */
  take(hurry: boolean): Uint8Array | undefined {
    const [first] = this.#waiting.keys();
    const urgent = hurry ? this.#keys(true)[0] : undefined;
    const key = urgent ?? first;
    return key === undefined ? undefined : this.#remove(key);
  }

  /** Throws away the oldest beyond so many bytes, urgent ones last; how many packets that were. */
  trim(max: number): number {
    if (this.#bytes <= max) return 0;
    let dropped = 0;
    for (const key of [...this.#keys(false), ...this.#keys(true)]) {
      if (this.#bytes <= max) break;
      this.#remove(key);
      dropped += 1;
    }
    return dropped;
  }

  clear(): void {
    this.#waiting.clear();
    this.#bytes = 0;
  }

  #keys(urgent: boolean): string[] {
    return [...this.#waiting].filter(([, each]) => each.urgent === urgent).map(([key]) => key);
  }

  #remove(key: string): Uint8Array | undefined {
    const bytes = this.#waiting.get(key)?.bytes;
    this.#waiting.delete(key);
    this.#bytes -= bytes?.length ?? 0;
    return bytes;
  }
}

/** True when the first of two is later than the other. */
export function isNewer(one: Slot["order"], other: Slot["order"]): boolean {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);
}
