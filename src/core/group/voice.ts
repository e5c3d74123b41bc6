// What a group says of itself: log lines, and one account of each order.

import type { Effect, Fields, Level } from "../effect.ts";
import type { Instant } from "../instant.ts";
import { Reckoning } from "../reckoning.ts";
import { Account, type Act, type End } from "./account.ts";
import type { Result, StepKind } from "./work.ts";

export class Voice {
  readonly #key: () => string;
  readonly #reckoning = new Reckoning();
  #account: Account | undefined;
  #orderedAt: Instant | undefined;
  #text = "";

  constructor(key: () => string) {
    this.#key = key;
  }

  /** How the last order ended: empty, or why it came to nothing. */
  get text(): string {
    return this.#text;
  }

  log(level: Level, text: string, fields?: Fields): Effect {
    return { do: "log", level, text, topic: "group", ...(fields && { fields }) };
  }

  /** An order begins, and its account; one that has not come to its end is told first. */
  open(act: Act, why: string, now: Instant): Effect[] {
    const told = this.break("overtaken", `overtaken: ${why}`, now);
    this.#orderedAt = this.#reckoning.at(now);
    this.#account = new Account(act, why, this.#orderedAt);
    this.#text = "";
    return [...told, this.log("info", opening(act, this.#key(), why))];
  }

  /** Who remembers nothing of the group looked what runs of it. */
  found(up: readonly string[]): { text: string; log: Effect } {
    const group = this.#key();
    const text =
      `Group ${group} is not down here, though this agent started nothing of it: ` +
      `${up.join(" and ")} runs or does not answer`;
    return { text, log: this.log("warn", text, { group, up }) };
  }

  /** An address vanished. */
  lost(word: string, reason: string): Effect {
    const text = `Address ${word} is lost, putting it back: ${reason}`;
    return this.log("warn", text, { group: this.#key(), address: word });
  }

  /** The files name another owner. */
  reowned(owner: string): Effect {
    return this.log("info", `Group ${this.#key()} is owned by ${owner} now`);
  }

  /** What the files say of the group counts from now on. */
  renewed(): Effect {
    return this.log("info", `Group ${this.#key()} follows its changed line of haresources now`);
  }

  /** A start has come to its end. */
  arrived(now: Instant): Effect {
    const text = `Group ${this.#key()} is up after ${this.took(now)}`;
    return this.close("info", text, "held", now);
  }

  /** Something went wrong and the group goes down for it: the end of the order that is under way. */
  turn(reason: string, now: Instant): Effect {
    this.#orderedAt = this.#reckoning.at(now);
    this.#account = this.#open ?? new Account("give", reason, this.#orderedAt);
    this.#text = reason;
    const text = `Group ${this.#key()} fails here: ${reason}`;
    return this.log("error", text, { group: this.#key(), reason });
  }

  /** A job of the group begins; there is one at a time. */
  begin(): void {
    this.#reckoning.begin();
  }

  /** The job has ended, and took so long. */
  end(tookMs: number, now: Instant): void {
    this.#reckoning.end(tookMs, now);
  }

  /** What ended was a step of the order. */
  step(at: StepKind, resource: string, result: Result): void {
    this.#account?.step(at, resource, result);
  }

  /** The order does not come to its end. */
  break(end: End, why: string, now: Instant): Effect[] {
    this.#text = why;
    const account = this.#open;
    if (account === undefined) return [];
    const text = `Group ${this.#key()}: the ${account.act} under way is ${why}`;
    return [this.log("info", text, account.tell(this.#key(), end, this.#reckoning.at(now)))];
  }

  /** The order has come to its end. */
  close(level: Level, text: string, end: End, now: Instant): Effect {
    return this.log(level, text, this.#open?.tell(this.#key(), end, this.#reckoning.at(now)));
  }

  /** Length of the last order so far, for people: "35 ms". */
  took(now: Instant): string {
    const reached = this.#reckoning.at(now);
    const ms = reached - (this.#orderedAt ?? reached);
    return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  }

  get #open(): Account | undefined {
    return this.#account?.isOpen ? this.#account : undefined;
  }
}

function opening(act: Act, group: string, why: string): string {
  switch (act) {
    case "take":
      return `Taking group ${group}: ${why}`;
    case "resume":
      return `Resuming group ${group}: ${why}`;
    case "give":
      return `Releasing group ${group}: ${why}`;
    case "restart":
      return `Group ${group} has changed: stopping it to start it anew`;
  }
}
