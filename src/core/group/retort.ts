// What this node says when somebody else answers for an address that it holds: louder that it is ours.

import type { Effect } from "../effect.ts";
import { after, type Instant } from "../instant.ts";
import { log } from "../native/decision.ts";
import type { Runner } from "./runner.ts";

/** A rival that shouts is answered at most so often. */
const pauseMs = 1_000;

export interface Rival {
  readonly word: string;
  readonly mac: string;
}

export class Retort {
  readonly #runner: Runner;
  readonly #saidAt = new Map<string, Instant>();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  answer({ word, mac }: Rival, now: Instant): Effect[] {
    const group = this.#runner.groups.find((candidate) => candidate.up.includes(word));
    if (group?.state !== "held") return [];
    const last = this.#saidAt.get(word);
    if (last !== undefined && now < after(last, pauseMs)) return [];
    this.#saidAt.set(word, now);
    const text = `${mac} answers for ${word}, which this node holds: announcing it again`;
    return [
      log("warn", "rival", text, { group: group.key, address: word, mac }),
      ...this.#runner.announce([group.key], now),
    ];
  }
}
