// Searches the single and double troubles that leave a group without a holder or with two, and what would
// prevent them. A generator: whoever drives it shows how far it is, and may stop.

import type { Fault } from "./fault.ts";
import { type Forecast, forecast, resetMs, unavoidableMs } from "./forecast.ts";
import { byGravity, type Harm, harms } from "./harm.ts";
import { pairsOf } from "./pair.ts";
import { remediesFor, type Shown } from "./remedy.ts";
import type { Site } from "./site.ts";
import { begin, type Trouble, troubles } from "./trouble.ts";

/** One way to a harm. */
export interface Way {
  readonly name: string;
  /** Kinds of its troubles: ways of one sort have one cure. */
  readonly sort: string;
  readonly faultCount: 1 | 2;
  readonly faults: readonly Fault[];
  readonly endMs: number;
  /** The worst that it does of this kind. */
  readonly harm: Harm;
  /** All groups to which it does that. */
  readonly groups: readonly string[];
  /** All that it does. */
  readonly harms: readonly Harm[];
}

/** Equal harm of several ways, against which the same helps. */
export interface Finding extends Pick<Way, "faultCount" | "groups"> {
  /** The worst. */
  readonly harm: Harm;
  /** The worst first. */
  readonly ways: readonly Way[];
  /** Absent: nobody looked. */
  readonly remedies?: readonly Shown[];
}

export interface Explored {
  /** Runs of the search, the undisturbed one included. */
  readonly tried: number;
  /** Pairs that were not tried because of the limit. */
  readonly left: number;
  readonly findings: readonly Finding[];
  /** Groups that nobody holds although nothing went wrong. */
  readonly idle: readonly string[];
}

export interface Progress {
  readonly doing: "faults" | "remedies";
  readonly done: number;
  readonly of: number;
}

/** For so many sorts of ways remedies are looked for, the gravest first: each is a row of runs. */
const examinedMax = 30;

/** Looks for harm with at most so many pairs of troubles. */
export function* explore(site: Site, pairCountMax: number): Generator<Progress, Explored> {
  const calm = forecast(site, { faults: [], endMs: calmMs(site) });
  const at = settledAt(calm);
  const all = troubles(site);
  // A script that does not work shows when something else happens.
  const singles = all.filter(({ part }) => part !== "flaw");
  const pairs = pairsOf(site, all);
  const chosen = pairs.slice(0, pairCountMax);
  const of = 1 + singles.length + chosen.length;
  const ways: Way[] = [];
  const alone = new Map<Trouble, readonly Harm[]>();
  let done = 1;
  for (const single of singles) {
    const found = phasesOf(single, site).map((ms) => {
      const faults = begin(single, at + ms);
      return waysOf(site, { name: single.name, sort: single.kind, faultCount: 1, faults });
    });
    alone.set(
      single,
      found.flat().map(({ harm }) => harm),
    );
    ways.push(...gravest(found.flat()));
    done += 1;
    yield { doing: "faults", done, of };
  }
  for (const { first, second, afterMs } of chosen) {
    const name = `${first.name}; ${(afterMs / 1000).toFixed(1)} s later ${second.name}`;
    const sort = `${first.kind} ${second.kind}`;
    const faults = [...begin(first, at), ...begin(second, at + afterMs)];
    const known = [...(alone.get(first) ?? []), ...(alone.get(second) ?? [])];
    // What one of the two does alone is no news.
    const news = waysOf(site, { name, sort, faultCount: 2, faults }).filter(
      ({ harm }) => !known.some((each) => covers(each, harm)),
    );
    ways.push(...news);
    done += 1;
    yield { doing: "faults", done, of };
  }
  return {
    tried: done,
    left: pairs.length - chosen.length,
    findings: yield* findingsOf(site, ways),
    idle: calm.groups
      .filter(({ waits }) => waits.at(-1)?.to === undefined && waits.length > 0)
      .map(({ key }) => key),
  };
}

/** What a trouble or two do: at most one way for each kind of harm. */
function waysOf(site: Site, trouble: Pick<Way, "name" | "sort" | "faultCount" | "faults">): Way[] {
  const endMs = endOf(site, trouble.faults);
  const all = harms(site, forecast(site, { faults: trouble.faults, endMs }));
  const byKind = Map.groupBy(all, ({ kind, hasAddress }) => `${kind} ${hasAddress}`);
  return [...byKind.values()].flatMap((same) => {
    const [harm] = same.toSorted(byGravity);
    const groups = same.map(({ group }) => group).toSorted();
    return harm === undefined ? [] : [{ ...trouble, endMs, harm, groups, harms: all }];
  });
}

/** What leaves a lease to the kernel does so at different moments between two renewals. */
function phasesOf({ kind }: Trouble, site: Site): number[] {
  if (kind !== "crash" && kind !== "freeze") return [0];
  const [config] = site.configs;
  const { deadtimeMs = 0, keepaliveMs = 0 } = config?.timing ?? {};
  return [0, 0.2 * deadtimeMs + 0.3 * keepaliveMs, 0.4 * deadtimeMs + 0.6 * keepaliveMs].map(
    Math.round,
  );
}

/** Of each sort of harm the worst way. */
function gravest(ways: readonly Way[]): Way[] {
  const sorts = Map.groupBy(ways, ({ harm }) => `${harm.kind} ${harm.hasAddress}`);
  return [...sorts.values()].flatMap(
    (same) => same.toSorted((a, b) => byGravity(a.harm, b.harm))[0] ?? [],
  );
}

/** Whether one harm says all that another one does. */
function covers(known: Harm, harm: Harm): boolean {
  if (known.kind !== harm.kind || known.group !== harm.group) return false;
  if (harm.hasAddress && !known.hasAddress) return false;
  return known.lasts || (!harm.lasts && scale(harm.ms) <= scale(known.ms));
}

/** Ways whose harm is alike, and against which the same helps, are one finding. */
function* findingsOf(site: Site, ways: readonly Way[]): Generator<Progress, Finding[]> {
  const alike = [...Map.groupBy(ways, (way) => `${likeness(way)} ${way.sort}`).values()]
    .map((same) => same.toSorted((a, b) => byGravity(a.harm, b.harm)))
    .toSorted(([a], [b]) => (a === undefined || b === undefined ? 0 : byWeight(a, b)));
  const findings = new Map<string, Finding>();
  for (const [done, same] of alike.entries()) {
    const [worst] = same;
    if (worst === undefined) continue;
    if (done < examinedMax)
      yield { doing: "remedies", done, of: Math.min(alike.length, examinedMax) };
    const remedies = done < examinedMax ? remediesFor(site, worst, 1) : undefined;
    const cure = remedies?.flatMap(({ lines }) => lines).join("; ");
    const key = `${likeness(worst)} ${cure ?? "unknown"}`;
    findings.set(key, join(findings.get(key), worst, same, remedies));
  }
  return [...findings.values()].toSorted(byWeight);
}

function join(
  known: Finding | undefined,
  { faultCount, harm }: Way,
  ways: readonly Way[],
  remedies: readonly Shown[] | undefined,
): Finding {
  const all = [...(known?.ways ?? []), ...ways].toSorted((a, b) => byGravity(a.harm, b.harm));
  const groups = [...new Set(all.flatMap((way) => way.groups))].toSorted();
  // Of several cures by the same line the least good one is told.
  const cures = [...(known?.remedies ?? []), ...(remedies ?? [])].toSorted((a, b) => b.ms - a.ms);
  return {
    faultCount,
    groups,
    harm: all[0]?.harm ?? harm,
    ways: all,
    ...(remedies !== undefined && { remedies: cures.slice(0, 1) }),
  };
}

function likeness({ harm, faultCount }: Way): string {
  const { kind, hasAddress, lasts, ms } = harm;
  return `${faultCount} ${kind} ${hasAddress} ${lasts || scale(ms)}`;
}

/** Lengths of the same order are one. */
function scale(ms: number): number {
  return [2_000, 10_000, 60_000, 600_000].findLastIndex((limit) => ms >= limit);
}

/** Two holders before none, one fault before two, then by gravity. */
function byWeight(a: Weighed, b: Weighed): number {
  return (
    Number(b.harm.kind === "twice") - Number(a.harm.kind === "twice") ||
    a.faultCount - b.faultCount ||
    byGravity(a.harm, b.harm)
  );
}

type Weighed = Pick<Way, "faultCount" | "harm">;

function settledAt(calm: Forecast): number {
  const ends = calm.groups.flatMap(({ waits }) => waits.map(({ to }) => to ?? 0));
  return Math.ceil((Math.max(0, ...ends) + 5_000) / 1_000) * 1_000;
}

function calmMs(site: Site): number {
  const [config] = site.configs;
  return (config?.timing.initdeadMs ?? 0) + 20_000 + longestMs(site);
}

/** Until what follows must be over; a script that hangs is waited for. */
function endOf(site: Site, faults: readonly Fault[]): number {
  const [config] = site.configs;
  const last = Math.max(0, ...faults.map(({ at }) => at));
  const hangs = faults.some(
    (fault) => fault.kind === "script" && (fault.temper?.startHangs || fault.temper?.stopHangs),
  );
  const hangMs = hangs ? (config?.resourceTimeoutMs ?? 0) : 0;
  const waitMs = hangMs + resetMs(faults, site) + 2 * longestMs(site) + 5_000;
  return Math.ceil((last + waitMs) / 1_000) * 1_000;
}

/** What the longest unavoidable gap of a group is. */
function longestMs(site: Site): number {
  const lengths = site.groups.map(({ key, resources }) =>
    unavoidableMs(site, { key, resources: resources.map(({ word }) => word) }),
  );
  return Math.max(0, ...lengths);
}
