// The desk's jobs: one at a time per group and per resource, whichever pulse asked for them, each
// answered once (src/desk/queue.ts). What the desk before this one left running is ended first.

import type { Order, Outcome, Scripts } from "./script.ts";

interface Job {
  readonly group: string;
  readonly order: Order;
  readonly report: (outcome: Outcome) => void;
}

export class Queue {
  readonly #scripts: Scripts;
  /** Lets the desk act when it can: now, or when it goes on. */
  readonly #defer: (act: () => void) => void;
  /** What runs and what waits, the oldest first. */
  #jobs: Job[] = [];
  readonly #begun = new Set<Job>();
  /** Scripts of an earlier desk still run. */
  #isOpen: boolean;
  #isOver = false;

  constructor(scripts: Scripts, defer: (act: () => void) => void) {
    this.#scripts = scripts;
    this.#defer = defer;
    this.#isOpen = scripts.isIdle;
  }

  run(job: Job): void {
    this.#jobs.push(job);
    this.#begin();
  }

  /** Everything that an earlier desk left is gone. */
  open(): void {
    this.#isOpen = true;
    this.#begin();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The desk is gone: what waits is forgotten, what runs runs on. */
  end(): void {
    this.#isOver = true;
    this.#jobs = [];
  }

  /** Begins what has nothing of its group or its resource before it. */
  #begin(): void {
    if (!this.#isOpen || this.#isOver) return;
    const busy = new Set<string>();
    for (const job of [...this.#jobs]) {
      const lanes = [`group ${job.group}`, `resource ${job.order.word}`];
      const isFree = !lanes.some((lane) => busy.has(lane));
      for (const lane of lanes) busy.add(lane);
      if (!isFree || this.#begun.has(job)) continue;
      this.#begun.add(job);
      this.#scripts.begin(job.order, (outcome) => this.#defer(() => this.#ended(job, outcome)));
    }
  }

  #ended(job: Job, outcome: Outcome): void {
    if (this.#isOver) return;
    this.#begun.delete(job);
    this.#jobs.splice(this.#jobs.indexOf(job), 1);
    job.report(outcome);
    this.#begin();
  }
}
