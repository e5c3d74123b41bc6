// What this node knows of those that are not here: how they went, and what they had.

import { isBusy } from "./activity.ts";
import type { Bulletin } from "./bulletin.ts";

export class Absence {
  /** Nodes that said goodbye and have not come back. */
  readonly #left = new Set<string>();
  /** Nodes that had nothing of any group when they were heard last. */
  readonly #emptyHanded = new Set<string>();
  /** What became of each; completes "bob …". */
  readonly #fates = new Map<string, string>();

  appeared(node: string): void {
    this.#left.delete(node);
    this.#emptyHanded.delete(node);
    this.#fates.delete(node);
  }

  /** It is silent, or was removed. `last`: what it said last that can be believed. */
  died(node: string, fate: string, last: Bulletin | undefined): void {
    this.#left.delete(node);
    if (last !== undefined && hasNothing(node, last)) this.#emptyHanded.add(node);
    this.#fates.set(node, fate);
  }

  left(node: string): void {
    this.#left.add(node);
    this.#fates.set(node, "has left");
  }

  hasLeft(node: string): boolean {
    return this.#left.has(node);
  }

  hadEmptyHands(node: string): boolean {
    return this.#emptyHanded.has(node);
  }

  fate(node: string): string | undefined {
    return this.#fates.get(node);
  }
}

/** It has nothing up, and is to have nothing. */
function hasNothing(node: string, { groups }: Bulletin): boolean {
  return groups.values().every(({ activity, register }) => {
    return !isBusy(activity) && register.node !== node;
  });
}
