// What a node in legacy mode asks its partner for: its own groups, again until the partner answers
// (heartbeat-resources 6). Who has not answered for long may not hear this node, on a cable that is dead in one
// direction, and have them up: it is asked on, more slowly, in case that it hears one day.

import { after, type Instant } from "../instant.ts";
import { groupRequestDraft } from "./draft.ts";
import type { Pair } from "./pair.ts";
import { muteEveryMs } from "./partner.ts";

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

  /** Something was asked for, and an answer is to be expected. */
  get isOpen(): boolean {
    return this.#asked.values().some((times) => times <= asksMax);
  }

  ask(key: string, now: Instant): void {
    const pair = this.#pair;
    const times = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, times);
    if (times <= asksMax) {
      pair.explain(key, `asked ${pair.partner.name} for it`);
      pair.log("info", "legacy", `Asking ${pair.partner.name} for ${key}`);
    } else if (times === asksMax + 1) {
      const text = `${pair.partner.name} does not answer for ${key} after ${asksMax} requests`;
      pair.explain(key, text);
      pair.log("error", "legacy", `${text}, asking on every ${muteEveryMs / 1_000} s`);
    }
    pair.alarms.set("ask", after(now, this.isOpen ? askAgainMs : muteEveryMs));
    pair.say(groupRequestDraft(key), now);
  }

  /** Alarm "ask". */
  again(now: Instant): void {
    for (const key of [...this.#asked.keys()]) this.ask(key, now);
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
