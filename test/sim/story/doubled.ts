// Watches a story for the first law (docs/design.md, "The core"): two nodes that hear each other do not
// both have an address for longer than the story tolerates.

import type { World } from "../../../src/sim/world.ts";

export class Doubled {
  readonly problems: string[] = [];
  readonly #world: World;
  readonly #toleranceMs: number;
  readonly #words: readonly string[];
  /** Since when two nodes are up, hear each other and both have it. */
  readonly #since = new Map<string, number>();

  constructor(world: World, toleranceMs: number) {
    this.#world = world;
    this.#toleranceMs = toleranceMs;
    const groups = world.shape.hosts.flatMap(({ config }) => config.groups);
    const addresses = groups.flatMap(({ resources }) =>
      resources.flatMap(({ kind, word }) => (kind === "address" ? [word] : [])),
    );
    this.#words = [...new Set(addresses)];
  }

  /** To be called at every change of anything, and after every piece of time. */
  look(): void {
    const { now } = this.#world;
    const doubled = new Set(this.#words.flatMap((word) => this.#pairs(word)));
    for (const [pair, since] of this.#since) {
      const isTooLong = now - since > this.#toleranceMs;
      if (isTooLong) this.problems.push(`${pair} both had it for ${(now - since).toFixed(1)} ms`);
      if (isTooLong || !doubled.has(pair)) this.#since.delete(pair);
    }
    for (const pair of doubled) if (!this.#since.has(pair)) this.#since.set(pair, now);
  }

  #pairs(word: string): string[] {
    const world = this.#world;
    const nodes = world.holders(word).filter((name) => world.host(name).isUp);
    return nodes.flatMap((one) =>
      nodes
        .filter((two) => one < two && world.hears(one, two) && world.hears(two, one))
        .map((two) => `${word}: ${one} and ${two}`),
    );
  }
}
