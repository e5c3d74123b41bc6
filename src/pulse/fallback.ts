// Routes in pairs: one whose source was changed, and its fallback, which has the original source.
//
// When an address goes, the kernel removes every IPv4 route that has it as its preferred source.
// A host whose agent was killed would lose its default route with the lease. The fallback is the
// original route once more with a worse metric, and so takes over in that moment. IPv6 needs none:
// there the kernel only clears the source.
//
// The fallback's metric names it as ours and holds the original metric, so that every later run
// can restore the original exactly.

import type { RouteRow } from "../../ffi/rtnetlink.ts";
import { keyOf } from "./place.ts";

/** The metrics of fallbacks begin here; no metric that anybody sets by habit is as high. */
const FALLBACK_METRIC = 0x4860_0000;

/** Originals with a metric up to here have a fallback: there is no number for others. */
const METRICS = 0x0010_0000;

/** A route at its own metric, as it is now or was until the kernel removed it. */
export interface Way {
  readonly route: RouteRow;
  /** Its fallback; the source of that is the original source. */
  readonly fallback: RouteRow | undefined;
  /** True when only the fallback is there. */
  readonly gone: boolean;
}

/** The routes without the fallbacks, each with its own; routes that only left a fallback too. */
export function ways(routes: readonly RouteRow[]): Way[] {
  const fallbacks = new Map<string, RouteRow>();
  for (const row of routes.filter(isFallback)) fallbacks.set(wayKey(originalOf(row)), row);
  const there = routes
    .filter((route) => !isFallback(route))
    .map((route): Way => ({ route, fallback: fallbacks.get(wayKey(route)), gone: false }));
  const keys = new Set(there.map(({ route }) => wayKey(route)));
  const gone = [...fallbacks]
    .filter(([key]) => !keys.has(key))
    .map(([, fallback]): Way => ({ route: originalOf(fallback), fallback, gone: true }));
  return [...there, ...gone];
}

/** The fallback that this route should have; undefined when it can or need not have one. */
export function fallbackOf(route: RouteRow): RouteRow | undefined {
  if (route.family === 6 || route.metric >= METRICS) return undefined;
  return { ...route, metric: FALLBACK_METRIC + route.metric };
}

/** Where it leads, through which interface, at which metric: the same before and after a change. */
export function wayKey(route: RouteRow): string {
  return `${keyOf(route.destination)}/${route.prefix} ${route.index} ${route.metric} ${route.raw[3]}`;
}

function originalOf(fallback: RouteRow): RouteRow {
  return { ...fallback, metric: fallback.metric - FALLBACK_METRIC };
}

function isFallback(route: RouteRow): boolean {
  return (
    route.family === 4 &&
    route.metric >= FALLBACK_METRIC &&
    route.metric < FALLBACK_METRIC + METRICS
  );
}
