// A process that fuzzes: it loads hb with probes, takes turns among the targets, and tells how far it is.
//
// The input that runs at the moment stands in a file that the parent can read, whatever becomes of this
// process: an endless loop tells nothing by itself.

import { heapStats } from "bun:jsc";
import { writeFileSync, writeSync } from "node:fs";
import { clear, instrument } from "./coverage.ts";
import { foundOf } from "./found.ts";
import { minimise } from "./minimise.ts";
import { type Failure, type Figures, reasonOf, Session } from "./session.ts";
import type { Target } from "./target/target.ts";

/** What a worker is told, as JSON in its one argument. */
export interface Order {
  readonly only: readonly string[];
  readonly seed: number;
  /** In all targets together. */
  readonly inputs: number;
  readonly ms: number;
  /** Where the input that runs is to be read: its length in 4 bytes, then its bytes. */
  readonly current: string;
}

/** What it tells. */
export type Told =
  | { readonly say: "figures"; readonly figures: readonly Figures[] }
  /** From now on inputs of this target run. */
  | { readonly say: "turn"; readonly target: string }
  /** The heap is so much larger than it was after the first rounds, less what is kept on purpose. */
  | { readonly say: "growth"; readonly bytes: number }
  | { readonly say: "failure"; readonly target: string; readonly why: string; readonly hex: string }
  | { readonly say: "end" };

/** The longest turn of one target. */
const turnMaxMs = 2_000;
/** Every target has as many turns at least, also in a short run. */
const turnsMin = 3;
const warmRounds = 2;
/** A parser that keeps a hundred bytes of each input has grown by more within minutes. */
const growthMax = 32 * 1024 * 1024;
const currentMax = 4 * 1024 * 1024;

/** A line of JSON on stdout, at once: this process has no time for an event loop. */
function tell(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}

async function main({ only, seed, inputs, ms, current }: Order): Promise<void> {
  instrument();
  // Loaded behind instrument(), so that what it imports has probes.
  const { targets } = await import("./target/every.ts");
  const chosen = targets.filter(({ name }) => only.length === 0 || only.includes(name));
  const watched = place(current);
  const sessions = chosen.map((target) => new Session(target, seed, foundOf(target.name), watched));
  const until = performance.now() + ms;
  const failed = new Set<Session>();
  const total = () => sessions.reduce((sum, { figures }) => sum + figures.inputs, 0);
  const figures = () => {
    tell({ say: "figures", figures: sessions.map((session) => session.figures) });
  };
  const shares = sessions.reduce((sum, { target }) => sum + (target.share ?? 1), 0);
  const turn = Math.min(turnMaxMs, ms / (turnsMin * shares));
  const heap = new Heap(sessions);
  while (failed.size < sessions.length) {
    for (const session of sessions) {
      if (performance.now() >= until || total() >= inputs) {
        figures();
        return;
      }
      if (failed.has(session)) continue;
      tell({ say: "turn", target: session.target.name });
      session.slice(turn * (session.target.share ?? 1), session.figures.inputs + inputs - total());
      if (session.failure === undefined) continue;
      failed.add(session);
      report(session.target, session.failure);
    }
    figures();
    const bytes = heap.grown();
    tell({ say: "growth", bytes });
    if (bytes <= growthMax) continue;
    tell({ say: "failure", target: "all", why: `The heap grew by ${bytes} bytes`, hex: "" });
    return;
  }
  figures();
}

/** The heap of this process, from round to round. Not from turn to turn: what was compiled for a parser is
 *  thrown away in the turns of others, and made again in its own. */
class Heap {
  readonly #sessions: readonly Session[];
  #rounds = 0;
  #first = 0;

  constructor(sessions: readonly Session[]) {
    this.#sessions = sessions;
  }

  /** Bytes since the first rounds, which fill what is filled once. */
  grown(): number {
    Bun.gc(true);
    const { heapSize, extraMemorySize } = heapStats();
    const kept = this.#sessions.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
    const now = heapSize + extraMemorySize - kept;
    if (++this.#rounds <= warmRounds) this.#first = now;
    return now - this.#first;
  }
}

/** Where each input is put before it runs. */
function place(path: string): (input: Uint8Array) => void {
  writeFileSync(path, new Uint8Array(currentMax));
  const bytes = Bun.mmap(path, { shared: true });
  const words = new DataView(bytes.buffer, bytes.byteOffset, 4);
  return (input) => {
    words.setUint32(0, Math.min(input.length, currentMax - 4), true);
    bytes.set(input.subarray(0, currentMax - 4), 4);
  };
}

/** Tells of a failure, made as small as it can be; slowness has no smaller example. */
function report(target: Target, { input, why }: Failure): void {
  const isThrown = !why.startsWith("Slow");
  const small = isThrown ? minimise(input, (candidate) => failureOf(target, candidate)) : input;
  const words = isThrown ? (failureOf(target, small) ?? why) : why;
  const hex = Buffer.from(small).toString("hex");
  tell({ say: "failure", target: target.name, why: words, hex });
}

function failureOf(target: Target, input: Uint8Array): string | undefined {
  clear();
  try {
    target.run(input);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

if (import.meta.main) {
  await main(JSON.parse(process.argv[2] ?? "{}") as Order);
  tell({ say: "end" });
}
