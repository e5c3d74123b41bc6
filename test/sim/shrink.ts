// Makes a plan that breaks a law as small as can be while it still breaks that law: fewer acts, shorter
// waits, fewer hosts and groups and links. Bounded in time; what it has when the time is over counts.

import type { TimedAct } from "../../src/sim/act.ts";
import type { Plan } from "../../src/sim/shape.ts";
import type { Kind, Violation } from "./kind.ts";

export interface ShrinkOptions {
  /** What must still happen: the same law, broken in the same way by whomever. */
  readonly violation: Violation;
  readonly limitMs: number;
  readonly progress?: (line: string) => void;
}

export function shrink(kind: Kind, plan: Plan, options: ShrinkOptions): Plan {
  return new Shrinker(kind, plan, options).run();
}

class Shrinker {
  readonly #kind: Kind;
  readonly #isIt: (violation: Violation) => boolean;
  readonly #until: number;
  readonly #progress: (line: string) => void;
  readonly #brokenAt: number;
  #best: Plan;
  #tries = 0;
  #toldAt = 0;

  constructor(kind: Kind, plan: Plan, { violation, limitMs, progress }: ShrinkOptions) {
    this.#kind = kind;
    this.#best = plan;
    const way = wayOf(violation, plan);
    this.#isIt = (other) => wayOf(other, plan) === way;
    this.#brokenAt = violation.at;
    this.#until = performance.now() + limitMs;
    this.#progress = progress ?? (() => undefined);
  }

  run(): Plan {
    this.#try(this.#with(this.#acts().filter(({ at }) => at <= this.#brokenAt)));
    this.#simplify();
    for (let size = Number.POSITIVE_INFINITY; this.#size() < size && !this.#isLate(); ) {
      size = this.#size();
      this.#dropActs();
      this.#simplify();
      this.#hurry();
      this.#weaken();
    }
    this.#progress(`shrunk to ${this.#told()} in ${this.#tries} tries`);
    return this.#best;
  }

  /** A number that falls with everything that gets simpler. */
  #size(): number {
    const last = this.#acts().at(-1)?.at ?? 0;
    return JSON.stringify(this.#best).length + last / 1_000;
  }

  #acts(): readonly TimedAct[] {
    return this.#kind.troubles?.(this.#best) ?? this.#best.acts;
  }

  #with(acts: readonly TimedAct[]): Plan {
    return this.#kind.withTroubles?.(this.#best, acts) ?? { ...this.#best, acts };
  }

  /** Leaves out runs of acts, long ones first. */
  #dropActs(): void {
    for (let width = Math.ceil(this.#acts().length / 2); width >= 1; width = width >> 1) {
      for (let from = this.#acts().length - width; from >= 0; from -= width) {
        if (this.#isLate()) return;
        const acts = this.#acts();
        this.#try(this.#with([...acts.slice(0, from), ...acts.slice(from + width)]));
      }
      if (width === 1) return;
    }
  }

  #simplify(): void {
    for (let found = true; found && !this.#isLate(); ) {
      found = false;
      for (const plan of this.#kind.simpler?.(this.#best) ?? []) {
        if (this.#isLate()) return;
        found = this.#try(plan);
        if (found) break;
      }
    }
  }

  /** Makes the wait before each act shorter, or round; what follows comes earlier as well. */
  #hurry(): void {
    for (let n = 0; n < this.#acts().length; n += 1) {
      const acts = this.#acts();
      const at = acts[n]?.at ?? 0;
      const gap = at - (acts[n - 1]?.at ?? 0);
      for (const wanted of [0, gap / 4, gap / 2, round(gap, 1_000), round(gap, 100)]) {
        if (this.#isLate()) return;
        const earlier = gap - Math.floor(wanted);
        if (earlier <= 0) continue;
        const moved = acts.map((act, m) => (m < n ? act : { ...act, at: act.at - earlier }));
        if (this.#try(this.#with(moved))) break;
      }
    }
  }

  /** Bad weather and bad scripts get milder, one trait at a time. */
  #weaken(): void {
    for (let n = 0; n < this.#acts().length; n += 1) {
      for (const milder of milderThan(this.#acts()[n])) {
        if (this.#isLate()) return;
        this.#try(this.#with(this.#acts().map((act, m) => (m === n ? milder : act))));
      }
    }
  }

  #try(plan: Plan): boolean {
    this.#tries += 1;
    const { violations } = this.#kind.play(plan, { until: this.#isIt });
    const still = violations.some(this.#isIt);
    if (still) this.#best = plan;
    if (performance.now() - this.#toldAt > 2_000) {
      this.#toldAt = performance.now();
      this.#progress(`shrinking: ${this.#told()} after ${this.#tries} tries`);
    }
    return still;
  }

  #told(): string {
    return `${this.#acts().length} acts on ${this.#best.shape.hosts.length} hosts`;
  }

  #isLate(): boolean {
    return performance.now() > this.#until;
  }
}

/** The text of a violation without whom and what it is about. */
function wayOf({ law, text }: Violation, { shape }: Plan): string {
  const { config } = shape.hosts[0] ?? {};
  const names = new Set<string>(config?.nodes);
  for (const { resources } of config?.groups ?? [])
    for (const { word } of resources) names.add(word);
  const plain = text.split(/[\s:,]+/).filter((word) => !names.has(word) && !/\d|^and$/.test(word));
  return `${law} ${plain.join(" ")}`;
}

function round(ms: number, unit: number): number {
  return Math.floor(ms / unit) * unit;
}

function milderThan(act: TimedAct | undefined): TimedAct[] {
  if (act?.act === "weather") {
    return Object.keys(act.weather).map((trait) => ({ ...act, weather: omit(act.weather, trait) }));
  }
  if (act?.act === "script") {
    return Object.keys(act.temper).map((trait) => ({ ...act, temper: omit(act.temper, trait) }));
  }
  return [];
}

function omit<T extends object>(traits: T, gone: string): T {
  return Object.fromEntries(Object.entries(traits).filter(([name]) => name !== gone)) as T;
}
