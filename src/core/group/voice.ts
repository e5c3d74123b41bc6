// What a group says of itself: log lines, and one account of each order.

import type { Effect, Fields, Level } from "../effect.ts";
import type { Instant } from "../instant.ts";
import { Account, type Act, type End } from "./account.ts";
import type { Result, StepKind } from "./work.ts";

export class Voice {
  readonly #key: () => string;
  #account: Account | undefined;
  #orderedAt: Instant | undefined;

  constructor(key: () => string) {
    this.#key = key;
  }

  log(level: Level, text: string, fields?: Fields): Effect {
    return { do: "log", level, text, topic: "group", ...(fields && { fields }) };
  }

  /** Begins the account of an order; one that has not come to its end is told first. */
  open(act: Act, why: string, now: Instant): Effect[] {
    const told = this.break("overtaken", `overtaken: ${why}`, now);
    this.#account = new Account(act, why, now);
    this.#orderedAt = now;
    return told;
  }

  /** Something went wrong and the group goes down for it: the end of the order that is under way. */
  turn(reason: string, now: Instant): Effect {
    this.#account = this.#open ?? new Account("give", reason, now);
    this.#orderedAt = now;
    const text = `Group ${this.#key()} fails here: ${reason}`;
    return this.log("error", text, { group: this.#key(), reason });
  }

  /** A job of the group has ended. */
  step(at: StepKind, resource: string, result: Result): void {
    this.#account?.step(at, resource, result);
  }

  /** The order does not come to its end. */
  break(end: End, why: string, now: Instant): Effect[] {
    const account = this.#open;
    if (account === undefined) return [];
    const text = `Group ${this.#key()}: the ${account.act} under way is ${why}`;
    return [this.log("info", text, account.tell(this.#key(), end, now))];
  }

  /** The order has come to its end. */
  close(level: Level, text: string, end: End, now: Instant): Effect {
    return this.log(level, text, this.#open?.tell(this.#key(), end, now));
  }

  /** Length of the last order so far. */
  tookMs(now: Instant): number {
    return this.#orderedAt === undefined ? 0 : now - this.#orderedAt;
  }

  /** "35 ms": the same for people. */
  took(now: Instant): string {
    const ms = this.tookMs(now);
    return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  }

  get #open(): Account | undefined {
    return this.#account?.isOpen ? this.#account : undefined;
  }
}
