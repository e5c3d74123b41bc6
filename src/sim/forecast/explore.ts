// Searches the single and double troubles that leave a group without a holder or with two, and what would
// prevent them. A generator: whoever drives it shows how far it is, and may stop.

import type { Fault } from "./fault.ts";
import { type Forecast, forecast, unavoidableMs } from "./forecast.ts";
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
  readonly remedies: readonly Shown[];
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

/** Looks for harm with at most so many pairs of troubles. */
export function* explore(site: Site, pairCountMax: number): Generator<Progress, Explored> {
  const calm = forecast(site, { faults: [], endMs: calmMs(site) });
  const at = settledAt(calm);
  const singles = troubles(site);
  const pairs = pairsOf(site, singles);
  const chosen = pairs.slice(0, pairCountMax);
  const of = 1 + singles.length + chosen.length;
  const ways: Way[] = [];
  const alone = new Map<Trouble, readonly Harm[]>();
  let done = 1;
  for (const single of singles) {
    const found = phasesOf(site).map((ms) => {
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

/** Moments within the time in which leases are renewed, and between two heartbeats. */
function phasesOf(site: Site): number[] {
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
  if (harm.hasAddress !== known.hasAddress) return false;
  return known.lasts || (!harm.lasts && scale(harm.ms) <= scale(known.ms));
}

/** Ways whose harm is alike, and against which the same helps, are one finding. */
function* findingsOf(site: Site, ways: readonly Way[]): Generator<Progress, Finding[]> {
  const alike = [...Map.groupBy(ways, (way) => `${likeness(way)} ${way.sort}`).values()];
  const findings = new Map<string, Finding>();
  for (const [done, same] of alike.entries()) {
    yield { doing: "remedies", done, of: alike.length };
    const ordered = same.toSorted((a, b) => byGravity(a.harm, b.harm));
    const [worst] = ordered;
    if (worst === undefined) continue;
    const remedies = remediesFor(site, worst, 1);
    const key = `${likeness(worst)} ${remedies.flatMap(({ lines }) => lines).join("; ")}`;
    const known = findings.get(key);
    const { faultCount, groups } = worst;
    const together = [...(known?.ways ?? []), ...ordered].toSorted((a, b) =>
      byGravity(a.harm, b.harm),
    );
    const harm = together[0]?.harm ?? worst.harm;
    // Of several cures by the same line the least good one is told.
    const least = [...(known?.remedies ?? []), ...remedies].toSorted((a, b) => b.ms - a.ms);
    findings.set(key, { faultCount, groups, harm, ways: together, remedies: least.slice(0, 1) });
  }
  return [...findings.values()].toSorted(byRank);
}

function likeness({ harm, groups, faultCount }: Way): string {
  const { kind, hasAddress, lasts, ms } = harm;
  return `${faultCount} ${kind} ${hasAddress} ${lasts || scale(ms)} ${groups}`;
}

/** Lengths of the same order are one. */
function scale(ms: number): number {
  return [2_000, 10_000, 60_000, 600_000].findLastIndex((limit) => ms >= limit);
}

function byRank(a: Finding, b: Finding): number {
  return (
    Number(b.harm.kind === "twice") - Number(a.harm.kind === "twice") ||
    a.faultCount - b.faultCount ||
    byGravity(a.harm, b.harm)
  );
}

function settledAt(calm: Forecast): number {
  const ends = calm.groups.flatMap(({ waits }) => waits.map(({ to }) => to ?? 0));
  return Math.ceil((Math.max(0, ...ends) + 5_000) / 1_000) * 1_000;
}

function calmMs(site: Site): number {
  const [config] = site.configs;
  return (config?.timing.initdeadMs ?? 0) + 20_000 + longestMs(site);
}

/** Until what follows must be over. */
function endOf(site: Site, faults: readonly Fault[]): number {
  const last = Math.max(0, ...faults.map(({ at }) => at));
  return Math.ceil((last + 2 * longestMs(site) + 5_000) / 1_000) * 1_000;
}

/** What the longest unavoidable gap of a group is. */
function longestMs(site: Site): number {
  const lengths = site.groups.map(({ resources }) =>
    unavoidableMs(site, { resources: resources.map(({ word }) => word) }),
  );
  return Math.max(0, ...lengths);
}
