// What a node in legacy mode asks its partner for: its own groups, again until the partner answers
// (heartbeat-resources 6).

import { after, type Instant } from "../instant.ts";
import { groupRequestDraft } from "./draft.ts";
import type { Pair } from "./pair.ts";

/** A request without an answer is repeated after this. */
const askAgainMs = 5_000;
const asksMax = 6;

export class Appeal {
  readonly #pair: Pair;
  /** Groups that were asked for, and how often. */
  readonly #asked = new Map<string, number>();

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  /** Something was asked for and not answered yet. */
  get isOpen(): boolean {
    return this.#asked.size > 0;
  }

  ask(key: string, now: Instant): void {
    const pair = this.#pair;
    this.#asked.set(key, (this.#asked.get(key) ?? 0) + 1);
    pair.alarms.set("ask", after(now, askAgainMs));
    pair.explain(key, `asked ${pair.partner.name} for it`);
    pair.log("info", "legacy", `Asking ${pair.partner.name} for ${key}`);
    pair.say(groupRequestDraft(key), now);
  }

  /** Alarm "ask". */
  again(now: Instant): void {
    const pair = this.#pair;
    for (const [key, times] of [...this.#asked]) {
      if (times < asksMax) {
        this.ask(key, now);
        continue;
      }
      this.#asked.delete(key);
      const text = `${pair.partner.name} does not answer for ${key} after ${times} requests`;
      pair.explain(key, text);
      pair.log("error", "legacy", text);
    }
  }

  /** The partner has answered; false when it was not asked. */
  answered(key: string): boolean {
    if (!this.#asked.delete(key)) return false;
    if (this.#asked.size === 0) this.#pair.alarms.clear("ask");
    return true;
  }

  /** Nobody is asked any more. The alarm may ring in vain. */
  drop(): void {
    this.#asked.clear();
  }
}
