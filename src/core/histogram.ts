// How often a value was at most so large: counts that only grow, as monitoring wants them.

export interface HistogramCounts {
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly (readonly [upTo: number, count: number])[];
}

export class Histogram {
  readonly #edges: readonly number[];
  readonly #upTo: Float64Array;
  #count = 0;
  #sum = 0;

  /** `edges` ascend. */
  constructor(edges: readonly number[]) {
    this.#edges = edges;
    this.#upTo = new Float64Array(edges.length);
  }

  add(value: number): void {
    for (let at = this.#edges.length - 1; at >= 0 && value <= (this.#edges[at] ?? 0); at -= 1) {
      this.#upTo[at] = (this.#upTo[at] ?? 0) + 1;
    }
    this.#count += 1;
    this.#sum += value;
  }

  counts(): HistogramCounts {
    const buckets = this.#edges.map((edge, at) => [edge, this.#upTo[at] ?? 0] as const);
    return { count: this.#count, sum: this.#sum, buckets };
  }
}
