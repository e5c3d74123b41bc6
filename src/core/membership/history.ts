// What this node sent lately, so that it can be sent again (heartbeat-wire 7.2, 7.3: the sender's side).

import type { Message } from "../../wire/message.ts";
import type { Instant } from "../instant.ts";

/** Messages kept for retransmission (heartbeat-wire 7.2). */
const HELD_MAX = 500;

/** Most messages sent again for one request (heartbeat-wire 7.3). */
const ANSWER_MAX = 50;

/** A request this much before the asker's next is a second copy of the same (heartbeat-wire 7.3). */
const REPEAT_SLACK_MS = 10;

interface Held {
  readonly message: Message;
  resentAt: Instant | undefined;
}

/** What a request leads to: messages to send again, numbers to deny, and what is worth a line. */
export interface Answer {
  readonly resend: readonly Message[];
  readonly deny: readonly number[];
  readonly complaint?: string;
}

export class History {
  #newest = 0;
  readonly #held = new Map<number, Held>();
  /** Highest acknowledged number by node. */
  readonly #acknowledged = new Map<string, number>();
  /** When numbers were denied lately: a replayed request must not make an echo of fifty. */
  readonly #deniedAt = new Map<number, Instant>();
  /** max_rexmit_delay: how often others ask. */
  delayMs: number;

  constructor(delayMs: number) {
    this.delayMs = delayMs;
  }

  /** The number of the message sent last; 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** Takes the next number. */
  next(): number {
    this.#newest++;
    return this.#newest;
  }

  /** Keeps the message that was given the newest number. */
  keep(message: Message): void {
    this.#held.set(this.#newest, { message, resentAt: undefined });
    this.#held.delete(this.#newest - HELD_MAX);
  }

  /** Up to this number the node has everything. */
  acknowledgedBy(node: string): number {
    return this.#acknowledged.get(node) ?? 0;
  }

  /** Takes note of an acknowledgement; false when it names a number never sent. */
  acknowledged(node: string, seq: number): boolean {
    if (seq > this.#newest) return false;
    const before = this.#acknowledged.get(node) ?? 0;
    if (seq > before) this.#acknowledged.set(node, seq);
    return true;
  }

  /** The node restarted, died or was removed: what it acknowledged before counts no more. */
  forget(node: string): void {
    this.#acknowledged.delete(node);
  }

  /** Answers a request for the numbers from `first` to `last`. */
  answer(node: string, first: number, last: number, now: Instant): Answer {
    if (!(first > 0 && first <= last)) {
      return { resend: [], deny: [], complaint: `invalid numbers ${first} to ${last}` };
    }
    if (last > this.#newest) {
      const complaint = `number ${last} was never sent, ${this.#newest} is the newest`;
      if (first > this.#newest) return { resend: [], deny: [], complaint };
      return { ...this.#collect(node, first, this.#newest, now), complaint };
    }
    return this.#collect(node, first, last, now);
  }

  #collect(node: string, first: number, last: number, now: Instant): Answer {
    const resend: Message[] = [];
    const deny: number[] = [];
    const done = this.#acknowledged.get(node) ?? 0;
    for (let seq = Math.max(first, done + 1); seq <= last; seq++) {
      if (resend.length + deny.length >= ANSWER_MAX) break;
      const held = this.#held.get(seq);
      const answeredAt = held === undefined ? this.#deniedAt.get(seq) : held.resentAt;
      if (this.#isFresh(answeredAt, now)) continue;
      if (held === undefined) {
        this.#noteDenied(seq, now);
        deny.push(seq);
      } else {
        held.resentAt = now;
        resend.push(held.message);
      }
    }
    return { resend, deny };
  }

  #isFresh(answeredAt: Instant | undefined, now: Instant): boolean {
    return answeredAt !== undefined && now - answeredAt < this.delayMs - REPEAT_SLACK_MS;
  }

  #noteDenied(seq: number, now: Instant): void {
    for (const [denied, when] of this.#deniedAt) {
      if (this.#deniedAt.size < HELD_MAX || this.#isFresh(when, now)) break;
      this.#deniedAt.delete(denied);
    }
    this.#deniedAt.delete(seq);
    this.#deniedAt.set(seq, now);
  }
}
