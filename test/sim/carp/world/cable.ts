// What is between the made-up hosts of a segment: cuts, and weather. It decides what becomes of one packet
// on its way to one host.

import type { Weather } from "../../../../src/sim/act.ts";
import type { Chance } from "../../../../src/sim/chance.ts";

const wireMs = 0.2;

export interface Fate {
  readonly delayMs: number;
  readonly isCorrupt: boolean;
}

export class Cable {
  readonly #chance: Chance;
  readonly #cuts = new Set<string>();
  weather: Weather = {};

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Nothing gets from one side to the other any more; both ways unless `oneWay`. */
  cut(from: readonly string[], to: readonly string[], oneWay: boolean): void {
    for (const one of from) {
      for (const other of to.filter((name) => name !== one)) {
        this.#cuts.add(`${one}>${other}`);
        if (!oneWay) this.#cuts.add(`${other}>${one}`);
      }
    }
  }

  heal(): void {
    this.#cuts.clear();
    this.weather = {};
  }

  joins(from: string, to: string): boolean {
    return this.#cuts.size === 0 || !this.#cuts.has(`${from}>${to}`);
  }

  /** The copies of a packet that arrive somewhere. */
  fates(): Fate[] {
    const { loss = 0, duplicate = 0, corrupt = 0, jitterMs = 0 } = this.weather;
    if (loss > 0 && this.#chance.next() < loss) return [];
    const copies = duplicate > 0 && this.#chance.next() < duplicate ? 2 : 1;
    return Array.from({ length: copies }, () => ({
      delayMs: wireMs + (jitterMs > 0 ? jitterMs * this.#chance.next() : 0),
      isCorrupt: corrupt > 0 && this.#chance.next() < corrupt,
    }));
  }
}
