// The desk's jobs: one at a time per group, whichever pulse asked for them, each answered once
// (src/desk/queue.ts). What the desk before this one left running is ended first.

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
  readonly #waiting = new Map<string, Job[]>();
  readonly #busy = new Set<string>();
  /** Scripts of an earlier desk still run. */
  #isOpen: boolean;
  #isOver = false;

  constructor(scripts: Scripts, defer: (act: () => void) => void) {
    this.#scripts = scripts;
    this.#defer = defer;
    this.#isOpen = scripts.isIdle;
  }

  run(job: Job): void {
    const waiting = this.#waiting.get(job.group) ?? [];
    this.#waiting.set(job.group, waiting);
    waiting.push(job);
    this.#next(job.group);
  }

  /** Everything that an earlier desk left is gone. */
  open(): void {
    this.#isOpen = true;
    for (const group of [...this.#waiting.keys()]) this.#next(group);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The desk is gone: what waits is forgotten, what runs runs on. */
  end(): void {
    this.#isOver = true;
    this.#waiting.clear();
  }

  #next(group: string): void {
    if (!this.#isOpen || this.#isOver || this.#busy.has(group)) return;
    const job = this.#waiting.get(group)?.shift();
    if (job === undefined) {
      this.#waiting.delete(group);
      return;
    }
    this.#busy.add(group);
    this.#scripts.begin(job.order, (outcome) => this.#defer(() => this.#ended(job, outcome)));
  }

  #ended(job: Job, outcome: Outcome): void {
    if (this.#isOver) return;
    this.#busy.delete(job.group);
    job.report(outcome);
    this.#next(job.group);
  }
}
