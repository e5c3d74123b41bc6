// When to ask one sender again for the numbers that are missing (heartbeat-wire 7.3).
//
// Heartbeat draws the first delay of each number at random so that a cluster does not ask in chorus; here
// it follows from the names and the first number of a gap, which differ as well and can be replayed. And
// where Heartbeat asks for every missing number in a packet of its own, as often as it may, here
// neighbours are asked for together, and so many questions at most within one max_rexmit_delay:
// whoever misses hundreds has a bad line, and floods it with thousands of questions a second.

import type { Instant } from "../instant.ts";
import { after, earliest } from "../instant.ts";

/** Least delay before the first request: the copy on another medium may be on its way. */
const FIRST_MIN_MS = 50;

/** Below this the first delay may be anything from 0 (heartbeat-wire 7.3). */
const SHORT_MS = 100;

/** Nobody needs a message that was asked for this often in vain. */
const TRIES_MAX = 240;

/** No more than this is sent again for one request (heartbeat-wire 7.3). */
const RANGE_MAX = 50;

/** Requests within one max_rexmit_delay: 40 a second by default. */
const BURST_MAX = 10;

interface Request {
  dueAt: Instant;
  tries: number;
}

/** Numbers that are asked for together. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

interface Due {
  readonly first: number;
  readonly requests: Request[];
}

export class RexmitRequests {
  /** Ascending: numbers are missed above all others. */
  readonly #requests = new Map<number, Request>();
  #next: Instant | undefined;
  /** Since when requests are counted, and how many there were. */
  #burstAt: Instant | undefined;
  #burst = 0;
  readonly #salt: number;
  /** max_rexmit_delay. */
  delayMs: number;

  /** `salt` spreads the first requests of different askers. */
  constructor(options: { readonly salt: number; readonly delayMs: number }) {
    this.#salt = options.salt;
    this.delayMs = options.delayMs;
  }

  /** These numbers are missing since now. */
  want({ first, last }: Range, now: Instant): void {
    const dueAt = after(now, this.#firstDelayMs(first));
    for (let seq = first; seq <= last; seq++) this.#requests.set(seq, { dueAt, tries: 0 });
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

  /** The numbers to ask for now, those asked for least often first, and those asked for often enough. */
  expire(now: Instant): { readonly ask: readonly Range[]; readonly hopeless: readonly number[] } {
    if (this.#next === undefined || now < this.#next) return { ask: [], hopeless: [] };
    const hopeless = this.#giveUp(now);
    const ask = this.#due(now).slice(0, this.#free(now));
    this.#burst += ask.length;
    const againAt = after(now, this.#pauseMs);
    for (const { requests } of ask) {
      for (const request of requests) {
        request.tries++;
        request.dueAt = againAt;
      }
    }
    this.#plan();
    const ranges = ask.map(({ first, requests }) => ({ first, last: first + requests.length - 1 }));
    return { ask: ranges, hopeless };
  }

  deadline(): Instant | undefined {
    return this.#requests.size === 0 ? undefined : this.#next;
  }

  get #pauseMs(): number {
    return Math.max(this.delayMs, 1);
  }

  #giveUp(now: Instant): number[] {
    const hopeless: number[] = [];
    for (const [seq, { dueAt, tries }] of this.#requests) {
      if (dueAt > now || tries < TRIES_MAX) continue;
      hopeless.push(seq);
      this.#requests.delete(seq);
    }
    return hopeless;
  }

  /** What it is time to ask for, neighbours together. */
  #due(now: Instant): Due[] {
    const due: Due[] = [];
    let open: Due | undefined;
    for (const [seq, request] of this.#requests) {
      if (request.dueAt > now) continue;
      const length = open?.requests.length ?? 0;
      if (open !== undefined && seq === open.first + length && length < RANGE_MAX) {
        open.requests.push(request);
        continue;
      }
      open = { first: seq, requests: [request] };
      due.push(open);
    }
    const tries = ({ requests }: Due) => requests[0]?.tries ?? 0;
    return due.sort((one, other) => tries(one) - tries(other) || one.first - other.first);
  }

  /** How many more requests may leave now. */
  #free(now: Instant): number {
    if (this.#burstAt === undefined || now >= after(this.#burstAt, this.#pauseMs)) {
      this.#burstAt = now;
      this.#burst = 0;
    }
    return BURST_MAX - this.#burst;
  }

  #plan(): void {
    this.#next = undefined;
    for (const { dueAt } of this.#requests.values()) this.#next = earliest(this.#next, dueAt);
    if (this.#next === undefined || this.#burstAt === undefined || this.#burst < BURST_MAX) return;
    const freeAt = after(this.#burstAt, this.#pauseMs);
    if (freeAt > this.#next) this.#next = freeAt;
  }

  #firstDelayMs(seq: number): number {
    const least = this.delayMs < SHORT_MS ? 0 : FIRST_MIN_MS;
    const spread = Math.max(this.delayMs - least, 1);
    return least + ((this.#salt + seq * 7919) % spread);
  }
}
