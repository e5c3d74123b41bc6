// One target under fuzz: makes inputs, runs them, keeps those that reach something new, and measures.
//
// The same target, seed and code give the same inputs in the same order, however the time is cut.

import { Chance } from "../../src/sim/chance.ts";
import { clear, Reach } from "./coverage.ts";
import { Mutator } from "./mutate.ts";
import type { Target } from "./target/target.ts";

/** No input may take longer, with its judge, which parses most of them twice. Everything real is far below;
 *  what is above is not linear. Probes make a parser some times slower. */
export const slowestMs = 2_000;
/** So often is a slow one tried again: the least counts. */
const tries = 4;

const keptMax = 5_000;
const kindsMax = 20_000;

export interface Figures {
  readonly target: string;
  inputs: number;
  /** Milliseconds within the parser and its judge. */
  busyMs: number;
  worstMs: number;
  worstBytes: number;
  /** Kinds of results. */
  kinds: number;
  kept: number;
  probes: number;
}

export interface Failure {
  readonly target: string;
  readonly input: Uint8Array;
  /** What was thrown, or how slow it was. */
  readonly why: string;
}

export class Session {
  readonly target: Target;
  readonly figures: Figures;
  /** The slowest input so far. */
  worst: Uint8Array = new Uint8Array(0);
  failure: Failure | undefined;
  readonly #chance: Chance;
  readonly #mutator: Mutator;
  readonly #begin: readonly Uint8Array[];
  readonly #kept: Uint8Array[] = [];
  readonly #kinds = new Set<string>();
  readonly #reach = new Reach();
  readonly #current: (input: Uint8Array) => void;
  #keptBytes = 0;

  /** `found`: inputs that failed once. `current` is told each input before it is run: what hangs can be
   *  known afterwards. */
  constructor(
    target: Target,
    seed: number,
    found: readonly Uint8Array[] = [],
    current: (input: Uint8Array) => void = () => {},
  ) {
    this.target = target;
    this.#chance = new Chance(seed);
    this.#mutator = new Mutator(this.#chance, target);
    this.#begin = [...found, ...target.corpus()];
    this.#current = current;
    this.figures = {
      target: target.name,
      inputs: 0,
      busyMs: 0,
      worstMs: 0,
      worstBytes: 0,
      kinds: 0,
      kept: 0,
      probes: 0,
    };
  }

  /** Bytes that it keeps on purpose. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Goes on for a while, or until so many inputs were run in all, or until one fails. */
  slice(ms: number, inputsMax: number): void {
    const until = performance.now() + ms;
    while (this.figures.inputs < inputsMax && this.failure === undefined) {
      this.try(this.#next());
      if (performance.now() >= until) break;
    }
  }

  /** Runs one input and takes it in. */
  try(input: Uint8Array): void {
    const { figures } = this;
    this.#current(input);
    clear();
    const from = performance.now();
    let kind: string;
    try {
      kind = this.target.run(input);
    } catch (error) {
      this.failure = { target: this.target.name, input, why: reasonOf(error) };
      return;
    }
    const ms = performance.now() - from;
    figures.inputs++;
    figures.busyMs += ms;
    const isNew = this.#reach.add();
    if (ms > figures.worstMs) this.#measure(input, ms);
    if (this.#isNewKind(kind) || isNew) this.#keep(input);
  }

  #next(): Uint8Array {
    const first = this.#begin[this.figures.inputs];
    if (first !== undefined) return first;
    return this.#mutator.mutate(this.#pick(), this.#pick());
  }

  /** Young ones lead further; long ones cost time. */
  #pick(): Uint8Array {
    const all = this.#kept;
    if (all.length === 0) return this.#begin[0] ?? new Uint8Array(0);
    const young = this.#chance.below(3) === 0 ? Math.min(all.length, 50) : all.length;
    const index = () => all.length - 1 - this.#chance.below(young);
    const one = all[index()] ?? new Uint8Array(0);
    const two = all[index()] ?? one;
    return one.length <= two.length ? one : two;
  }

  /** A pause of the machine is no slowness of the parser: the least of some tries counts, in time of the
   *  processor. */
  #measure(input: Uint8Array, first: number): void {
    const { figures } = this;
    let least = first;
    for (let again = 1; again < tries && least > figures.worstMs; again++) {
      const from = process.cpuUsage();
      this.target.run(input);
      const { user, system } = process.cpuUsage(from);
      least = Math.min(least, (user + system) / 1_000);
    }
    if (least <= figures.worstMs) return;
    figures.worstMs = least;
    figures.worstBytes = input.length;
    this.worst = input;
    if (least < slowestMs) return;
    const why = `Slow: ${least.toFixed(0)} ms for ${input.length} bytes`;
    this.failure = { target: this.target.name, input, why };
  }

  #isNewKind(kind: string): boolean {
    if (this.#kinds.has(kind) || this.#kinds.size >= kindsMax) return false;
    this.#kinds.add(kind);
    this.#keptBytes += kind.length + 32;
    this.figures.kinds = this.#kinds.size;
    return true;
  }

  #keep(input: Uint8Array): void {
    this.figures.probes = this.#reach.probes;
    if (this.#kept.length >= keptMax) {
      const place = this.#chance.below(keptMax);
      this.#keptBytes += input.length - (this.#kept[place]?.length ?? 0);
      this.#kept[place] = input;
      return;
    }
    this.#kept.push(input);
    this.#keptBytes += input.length + 64;
    this.figures.kept = this.#kept.length;
  }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `Thrown: ${String(error)}`;
  return `${error.name}: ${error.message}`;
}
