// The workers of one run: starts them, hears what they tell, ends one that hangs.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processorMs } from "../../src/desk/process.ts";
import type { Options } from "./option.ts";
import type { Figures } from "./session.ts";
import type { Order, Told } from "./worker.ts";

/** A worker that tells nothing for so long of its own processor time is in an endless loop: a turn and its
 *  measuring end long before. By the clock a busy machine may keep it waiting for minutes. */
const silentMs = 60_000;
/** One that does not even compute. */
const stuckMs = 20 * 60_000;

export interface Found {
  readonly target: string;
  readonly seed: number;
  readonly why: string;
  readonly input: Uint8Array;
}

export class Pack {
  readonly found: Found[] = [];
  readonly #tell: (found: Found) => void;
  readonly #figures = new Map<number, readonly Figures[]>();
  /** Bytes by which the heap of a worker grew at most. */
  growth = 0;

  /** `tell` is called for each failure when it is found. */
  constructor(tell: (found: Found) => void) {
    this.#tell = tell;
  }

  /** Runs to the end of all workers. */
  async run(options: Options): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "hb-fuzz-"));
    try {
      const share = Math.ceil(options.inputs / options.workers);
      const each = Array.from({ length: options.workers }, (_, at) =>
        this.#work(options.seed + at, {
          only: options.only,
          seed: options.seed + at,
          inputs: Number.isFinite(share) ? share : Number.MAX_SAFE_INTEGER,
          ms: Math.min(options.minutes * 60_000, 1e12),
          current: join(folder, `${at}`),
        }),
      );
      await Promise.all(each);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What all workers together did with each target. */
  figures(): Figures[] {
    const sum = new Map<string, Figures>();
    for (const one of [...this.#figures.values()].flat()) {
      const before = sum.get(one.target);
      sum.set(one.target, before === undefined ? { ...one } : together(before, one));
    }
    return [...sum.values()];
  }

  async #work(seed: number, order: Order): Promise<void> {
    let target = "";
    let heardAt = performance.now();
    let usedMs = 0;
    let ended = false;
    const hear = (told: Told) => {
      heardAt = performance.now();
      usedMs = processorMs(child.pid) ?? 0;
      if (told.say === "turn") target = told.target;
      else if (told.say === "end") ended = true;
      else if (told.say === "figures") this.#figures.set(seed, told.figures);
      else if (told.say === "growth") this.growth = Math.max(this.growth, told.bytes);
      else {
        const input = Uint8Array.from(Buffer.from(told.hex, "hex"));
        this.#find({ target: told.target, seed, why: told.why, input });
      }
    };
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "worker.ts"), JSON.stringify(order)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let hung = false;
    const watch = setInterval(() => {
      const isPatient = (processorMs(child.pid) ?? 0) - usedMs < silentMs;
      if (isPatient && performance.now() - heardAt < stuckMs) return;
      hung = true;
      child.kill("SIGKILL");
    }, 1_000);
    await readLines(child.stdout, (line) => hear(JSON.parse(line) as Told));
    const code = await child.exited;
    clearInterval(watch);
    if (ended && code === 0) return;
    const why = hung
      ? `Hangs: no end within ${silentMs / 1_000} s of a processor`
      : `The process died: ${code}`;
    this.#find({ target, seed, why, input: currentOf(order.current) });
  }

  #find(found: Found): void {
    this.found.push(found);
    this.#tell(found);
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  line: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let part = "";
  for await (const bytes of stream) {
    const lines = (part + decoder.decode(bytes, { stream: true })).split("\n");
    part = lines.pop() ?? "";
    for (const each of lines) line(each);
  }
}

function currentOf(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return Uint8Array.from(bytes.subarray(4, 4 + bytes.readUInt32LE(0)));
}

function together(a: Figures, b: Figures): Figures {
  const worst = a.worstMs >= b.worstMs ? a : b;
  return {
    target: a.target,
    inputs: a.inputs + b.inputs,
    busyMs: a.busyMs + b.busyMs,
    worstMs: worst.worstMs,
    worstBytes: worst.worstBytes,
    kinds: Math.max(a.kinds, b.kinds),
    kept: Math.max(a.kept, b.kept),
    probes: Math.max(a.probes, b.probes),
  };
}
