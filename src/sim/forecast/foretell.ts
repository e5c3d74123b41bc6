// Everything that one run tells: the run itself, what the same faults cost at other moments, and what
// would prevent the harm.

import type { Fault } from "./fault.ts";
import { type Forecast, forecast, play } from "./forecast.ts";
import { type Harm, harms } from "./harm.ts";
import { remediesFor, type Shown } from "./remedy.ts";
import type { Site } from "./site.ts";

/** What would help against one harm, of one group or of several alike. */
export interface Advice extends Pick<Harm, "kind" | "ms" | "lasts"> {
  readonly groups: readonly string[];
  readonly remedies: readonly Shown[];
}

export type Range = readonly [leastMs: number, mostMs: number];

export interface Told {
  readonly site: Site;
  readonly forecast: Forecast;
  readonly advice: readonly Advice[];
  /** By group, for each wait: what the same faults cost at other moments of a keepalive. Absent where
   *  other moments have other consequences. */
  readonly ranges: ReadonlyMap<string, readonly Range[]>;
}

/** A death strikes anywhere between two heartbeats: so many moments of it are tried. */
const phases = 8;

/** A generator: what is yielded is what it is at, for people. */
export function* foretell(
  site: Site,
  { faults, endMs }: { readonly faults: readonly Fault[]; readonly endMs: number },
): Generator<string, Told> {
  const steps = play(site, { faults, endMs, told: true });
  let step = steps.next();
  for (; !step.done; step = steps.next()) yield `${Math.round(step.value / 1_000)} s simulated`;
  const told = step.value;

  const others: Forecast[] = [];
  if (faults.length > 0) {
    const [config] = site.configs;
    const shiftMs = (config?.timing.keepaliveMs ?? 0) / phases;
    for (let n = 1; n < phases; n++) {
      yield `the same at ${n} of ${phases - 1} other moments`;
      const shifted = faults.map((fault) => ({ ...fault, at: later(fault.at, n * shiftMs) }));
      others.push(forecast(site, { faults: shifted, endMs: endMs + n * shiftMs }));
    }
  }
  const advice: Advice[] = [];
  const all = harms(site, told);
  for (const harm of all) {
    yield `looking for what prevents ${harm.kind === "twice" ? "two holders" : "a gap"}`;
    const remedies = remediesFor(site, { faults, endMs, harm, harms: all });
    merge(advice, { ...harm, groups: [harm.group], remedies });
  }
  return { site, forecast: told, advice, ranges: rangesOf(told, others) };
}

/** What is so from the beginning stays so. */
function later(at: number, ms: number): number {
  return at === 0 ? 0 : at + ms;
}

/** Groups that share their harm and its remedies are told of together. */
function merge(known: Advice[], { kind, ms, lasts, groups, remedies }: Advice): void {
  const lines = (shown: readonly Shown[]) => shown.flatMap(({ lines }) => lines).join("\n");
  const same = known.findIndex(
    (each) =>
      each.kind === kind && each.lasts === lasts && lines(each.remedies) === lines(remedies),
  );
  const other = known[same];
  if (other === undefined) known.push({ kind, ms, lasts, groups, remedies });
  else {
    const worst = Math.max(ms, other.ms);
    known[same] = { ...other, ms: worst, groups: [...other.groups, ...groups] };
  }
}

function rangesOf(told: Forecast, others: readonly Forecast[]): Map<string, readonly Range[]> {
  const ranges = new Map<string, readonly Range[]>();
  if (others.length === 0) return ranges;
  for (const [index, { key, waits }] of told.groups.entries()) {
    const all = [waits, ...others.map(({ groups }) => groups[index]?.waits ?? [])];
    if (all.some((each) => each.length !== waits.length)) continue;
    ranges.set(
      key,
      waits.map((_, n) => {
        const lengths = all.map((each) => {
          const { from = 0, to = from } = each[n] ?? {};
          return to - from;
        });
        return [Math.min(...lengths), Math.max(...lengths)] as const;
      }),
    );
  }
  return ranges;
}
