// When to ask one sender again for the numbers that are missing (heartbeat-wire 7.3).
//
// Heartbeat draws the first delay at random so that a cluster does not ask in chorus; here it follows
// from the names and the number, which differ as well and can be replayed.

import type { Instant } from "../instant.ts";
import { after, earliest } from "../instant.ts";

/** Least delay before the first request: the copy on another medium may be on its way. */
const FIRST_MIN_MS = 50;

/** Below this the first delay may be anything from 0 (heartbeat-wire 7.3). */
const SHORT_MS = 100;

/** Nobody needs a message that was asked for this often in vain. */
const TRIES_MAX = 240;

interface Request {
  dueAt: Instant;
  tries: number;
}

export class RexmitRequests {
  readonly #requests = new Map<number, Request>();
  #next: Instant | undefined;
  readonly #salt: number;
  /** max_rexmit_delay. */
  delayMs: number;

  /** `salt` spreads the first requests of different askers. */
  constructor(options: { readonly salt: number; readonly delayMs: number }) {
    this.#salt = options.salt;
    this.delayMs = options.delayMs;
  }

  /** This number is missing since now. */
  want(seq: number, now: Instant): void {
    const dueAt = after(now, this.#firstDelayMs(seq));
    this.#requests.set(seq, { dueAt, tries: 0 });
    this.#next = earliest(this.#next, dueAt);
  }

  /** This number arrived, or is gone for good. */
  cancel(seq: number): void {
    this.#requests.delete(seq);
  }

  /** Nobody is asked any more. */
  clear(): void {
    this.#requests.clear();
    this.#next = undefined;
  }

  /** The numbers to ask for now, and those asked for often enough. */
  expire(now: Instant): { readonly ask: number[]; readonly hopeless: number[] } {
    const ask: number[] = [];
    const hopeless: number[] = [];
    if (this.#next === undefined || now < this.#next) return { ask, hopeless };
    this.#next = undefined;
    for (const [seq, request] of this.#requests) {
      if (request.dueAt <= now && request.tries >= TRIES_MAX) {
        hopeless.push(seq);
        this.#requests.delete(seq);
        continue;
      }
      if (request.dueAt <= now) {
        ask.push(seq);
        request.tries++;
        request.dueAt = after(now, Math.max(this.delayMs, 1));
      }
      this.#next = earliest(this.#next, request.dueAt);
    }
    return { ask, hopeless };
  }

  deadline(): Instant | undefined {
    return this.#requests.size === 0 ? undefined : this.#next;
  }

  #firstDelayMs(seq: number): number {
    const least = this.delayMs < SHORT_MS ? 0 : FIRST_MIN_MS;
    const spread = Math.max(this.delayMs - least, 1);
    return least + ((this.#salt + seq * 7919) % spread);
  }
}
