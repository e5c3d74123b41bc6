// Makes a plan that breaks a law as small as can be while it still breaks that law: fewer acts, shorter
// waits, fewer hosts and groups and links. Bounded in time; what it has when the time is over counts.

import type { TimedAct } from "../../src/sim/act.ts";
import type { Plan } from "../../src/sim/shape.ts";
import type { Kind, Violation } from "./kind.ts";

const slackMs = 1_000;
/** After the start of a cluster, until something is done to it. */
const settledMs = 30_000;

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
  /** How long after its last act a run may end; undefined: it must go on to its end. */
  #lagMs: number | undefined;
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
    this.#cutShort();
    this.#keepTail();
    this.#simplify();
    for (let size = Number.POSITIVE_INFINITY; this.#size() < size && !this.#isLate(); ) {
      size = this.#size();
      this.#dropActs();
      this.#simplify();
      this.#hurry();
      this.#weaken();
    }
    this.#lagMs = undefined;
    const whole = this.#with(this.#acts());
    this.#progress(`shrunk to ${this.#told()} in ${this.#tries} tries`);
    return this.#isStillIt(whole) ? whole : this.#best;
  }

  /** What follows the fault is of no interest, if it came before the end. */
  #cutShort(): void {
    const acts = this.#acts().filter(({ at }) => at <= this.#brokenAt);
    const lastAt = acts.at(-1)?.at ?? 0;
    this.#lagMs = this.#brokenAt - lastAt + slackMs;
    if (!this.#try(this.#with(acts))) this.#lagMs = undefined;
  }

  /** Mostly the last few acts are enough, after a start without trouble. */
  #keepTail(): void {
    const acts = this.#acts();
    const starts = acts.filter(
      ({ act }, n) => act === "start" && n < this.#best.shape.hosts.length,
    );
    for (let count = 1; count < acts.length && !this.#isLate(); count *= 2) {
      const tail = acts.slice(-count).filter((act) => !starts.includes(act));
      const earlier = Math.max(0, (tail[0]?.at ?? 0) - settledMs);
      const moved = tail.map((act) => ({ ...act, at: act.at - earlier }));
      const begun = starts.map((act) => ({ ...act, at: 0 }));
      if (this.#try(this.#with([...begun, ...moved]))) return;
    }
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

  #shortened(plan: Plan): Plan {
    if (this.#lagMs === undefined) return plan;
    const lastAt = (this.#kind.troubles?.(plan) ?? plan.acts).at(-1)?.at ?? 0;
    return { ...plan, endMs: lastAt + this.#lagMs };
  }

  #isStillIt(plan: Plan): boolean {
    return this.#kind.play(plan, { until: this.#isIt }).violations.some(this.#isIt);
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

  #try(whole: Plan): boolean {
    this.#tries += 1;
    const plan = this.#shortened(whole);
    const still = this.#isStillIt(plan);
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
