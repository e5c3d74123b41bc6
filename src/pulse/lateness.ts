// How late the loop wakes: last, 99th percentile and worst, over the life of the process.
//
// A histogram of fixed size with logarithmic buckets (12 % wide), so that it costs nothing to keep
// and never grows. Only wake-ups that the timer caused count: a packet may come whenever it likes.

import { Histogram } from "../core/histogram.ts";
import type { HistogramView } from "../core/snapshot.ts";

const BUCKETS = 160;
const FLOOR_MS = 0.001;
const STEP = 1.12;
/** What monitoring is told of: edges that stay the same between releases. */
const edgesMs = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500];

export interface LateMs {
  readonly last: number;
  readonly p99: number;
  readonly worst: number;
}

export class Lateness {
  readonly #counts = new Uint32Array(BUCKETS);
  readonly #histogram = new Histogram(edgesMs);
  #total = 0;
  #last = 0;
  #worst = 0;

  record(lateMs: number): void {
    const late = Math.max(0, lateMs);
    const bucket = Math.ceil(Math.log(Math.max(late, FLOOR_MS) / FLOOR_MS) / Math.log(STEP));
    const index = Math.min(bucket, BUCKETS - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#histogram.add(late);
    this.#total += 1;
    this.#last = late;
    this.#worst = Math.max(this.#worst, late);
  }

  /** In milliseconds, rounded to microseconds; p99 is the upper edge of its bucket. */
  view(): LateMs {
    return { last: micro(this.#last), p99: micro(this.#p99()), worst: micro(this.#worst) };
  }

  /** Cumulative, as monitoring wants it: how many wake-ups were at most so late. */
  histogram(): HistogramView {
    const { count, sum, buckets } = this.#histogram.counts();
    return { count, sumMs: micro(sum), buckets };
  }

  #p99(): number {
    let left = Math.ceil(this.#total * 0.99);
    for (let index = 0; index < BUCKETS; index += 1) {
      left -= this.#counts[index] ?? 0;
      if (left <= 0) return Math.min(FLOOR_MS * STEP ** index, this.#worst);
    }
    return this.#worst;
  }
}

function micro(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
