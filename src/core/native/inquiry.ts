// Asks Heartbeat 3 nodes among many what they hold: by `starting`, which such a node says as it begins, and
// which all others answer with their report (heartbeat-resources 4.2).
//
// It reports when it starts and when something happens to it, and never again. Who comes back beside it, or
// hears it again after a cut, has missed that; and its groups are left to it until it has disowned them. Who
// is asked holds back its own moves until it hears a report: what it answers is answered in turn.

import { startingDraft } from "../classic/draft.ts";
import { orphanMs } from "../classic/upkeep.ts";
import type { Effect } from "../effect.ts";
import { after, firstAfter, type Instant } from "../instant.ts";
import type { Council } from "./council.ts";

export class Inquiry {
  readonly #council: Council;
  /** Since when a node has been there without a word about groups. */
  readonly #muteSince = new Map<string, Instant>();
  readonly #asked = new Set<string>();

  constructor(council: Council) {
    this.#council = council;
  }

  /** Its next report is an answer. */
  isAsked(node: string): boolean {
    return this.#asked.has(node);
  }

  /** Whoever begins speaks by itself. In mode legacy nobody would answer. */
  check(now: Instant): Effect[] {
    const { active, strangers, claims, table } = this.#council;
    const mute = strangers.filter((node) => claims.isMute(node));
    this.#forgetAllBut(mute);
    if (!active || table.autoFailback === "legacy") return [];
    for (const node of mute) if (!this.#muteSince.has(node)) this.#muteSince.set(node, now);
    if (!mute.some((node) => !this.#asked.has(node) && now >= this.#dueAt(node, now))) return [];
    for (const node of mute) this.#asked.add(node);
    return table.send(startingDraft(), now);
  }

  /** When somebody will have been silent for long enough. */
  deadline(now: Instant): Instant | undefined {
    let first: Instant | undefined;
    for (const node of this.#muteSince.keys()) {
      if (!this.#asked.has(node)) first = firstAfter(now, first, this.#dueAt(node, now));
    }
    return first;
  }

  #dueAt(node: string, now: Instant): Instant {
    return after(this.#muteSince.get(node) ?? now, orphanMs);
  }

  #forgetAllBut(nodes: readonly string[]): void {
    for (const node of this.#muteSince.keys()) {
      if (nodes.includes(node)) continue;
      this.#muteSince.delete(node);
      this.#asked.delete(node);
    }
  }
}
