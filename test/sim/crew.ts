// The worker processes of main.ts: each plays every n-th seed, at low priority, and says what it does. A
// run that costs too much of a processor or ends its process is a failure with its seed, too.

import { join } from "node:path";
import { processorMs } from "../../src/desk/process.ts";
import type { Line } from "./worker.ts";

export interface Failure {
  readonly kind: string;
  readonly seed: number;
  /** Empty: a law was broken, and playing the seed again tells which. */
  readonly how: string;
}

export interface Tally {
  runs: number;
  nodeMs: number;
  readonly failures: Failure[];
}

export interface CrewOptions {
  readonly kind: string;
  readonly from: number;
  readonly workers: number;
  /** A run that takes more of a processor hangs. */
  readonly runLimitMs: number;
  /** Called after each run; true ends everything. */
  readonly enough: (tally: Tally) => boolean;
}

/** Plays seeds until it is enough; none of its processes is left then. */
export async function work(options: CrewOptions): Promise<Tally> {
  const tally: Tally = { runs: 0, nodeMs: 0, failures: [] };
  const crew = Array.from({ length: options.workers }, (_, n) => new Worker(n, tally, options));
  await Promise.all(crew.map((worker) => worker.run()));
  return tally;
}

class Worker {
  readonly #tally: Tally;
  readonly #options: CrewOptions;
  #next: number;

  constructor(place: number, tally: Tally, options: CrewOptions) {
    this.#tally = tally;
    this.#options = options;
    this.#next = options.from + place;
  }

  /** Processes one after the other: the next one begins behind the seed that ended the last. */
  async run(): Promise<void> {
    while (!this.#options.enough(this.#tally)) {
      const failure = await this.#process();
      if (failure !== undefined) this.#tally.failures.push(failure);
    }
  }

  async #process(): Promise<Failure | undefined> {
    const { kind, workers, runLimitMs, enough } = this.#options;
    const script = join(import.meta.dir, "worker.ts");
    const child = Bun.spawn(
      ["nice", "-n", "10", process.execPath, script, kind, String(this.#next), String(workers)],
      { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    );
    let current = this.#next;
    let usedMs = 0;
    let isHanging = false;
    let isEnough = false;
    const watch = setInterval(() => {
      isHanging = (processorMs(child.pid) ?? 0) - usedMs > runLimitMs;
      isEnough = enough(this.#tally);
      if (isHanging || isEnough) child.kill("SIGKILL");
    }, 200);
    const stderr = new Response(child.stderr).text();
    for await (const { seed, done } of linesOf(child.stdout)) {
      current = seed;
      usedMs = processorMs(child.pid) ?? 0;
      if (done === undefined) continue;
      this.#next = seed + workers;
      this.#tally.runs += 1;
      this.#tally.nodeMs += done.nodeMs;
      if (done.broken) this.#tally.failures.push({ kind: done.kind, seed, how: "" });
      isEnough = enough(this.#tally);
      if (isEnough) break;
    }
    child.kill("SIGKILL");
    await child.exited;
    clearInterval(watch);
    if (isEnough && !isHanging) return undefined;
    this.#next = current + workers;
    const how = isHanging
      ? `hangs: no end within ${runLimitMs / 1_000} s of a processor`
      : await stderr;
    return { kind, seed: current, how: how.trim() === "" ? "ended its process" : how.trim() };
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncIterable<Line> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}
