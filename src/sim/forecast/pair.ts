// Two troubles, one after the other, at the moments that matter: before the first is noticed, while it is
// answered, and afterwards.

import { type Site, scriptMs } from "./site.ts";
import type { Trouble } from "./trouble.ts";

export interface Pair {
  readonly first: Trouble;
  readonly second: Trouble;
  readonly afterMs: number;
}

/** All pairs, every sort of them as early as possible: whoever stops early has seen something of each. Two
 *  events of one host are left out, for the first decides. */
export function pairsOf(site: Site, singles: readonly Trouble[]): Pair[] {
  const flaws = singles.filter(({ part }) => part === "flaw");
  const events = singles.filter(({ part }) => part === "event");
  const later = singles.filter(({ part }) => part !== "flaw");
  const pairs = [
    ...momentsOf(site).flatMap((afterMs) =>
      events.flatMap((first) =>
        later
          .filter((second) => second !== first && !shareHost(first, second))
          .map((second) => ({ first, second, afterMs })),
      ),
    ),
    ...flaws.flatMap((first) => later.map((second) => ({ first, second, afterMs: flawMs }))),
  ];
  const sorts = Map.groupBy(
    pairs,
    ({ first, second, afterMs }) => `${first.kind} ${second.kind} ${afterMs}`,
  );
  const queues = [...sorts.values()];
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, n) =>
    queues.flatMap((queue) => queue[n] ?? []),
  ).flat();
}

/** A script is broken before it is needed. */
const flawMs = 1_000;

function momentsOf(site: Site): number[] {
  const [config] = site.configs;
  const deadtimeMs = config?.timing.deadtimeMs ?? 0;
  const scriptsMs = site.scripts.reduce((sum, { word }) => sum + scriptMs(site, word), 0);
  const afterwards = deadtimeMs + 2 * scriptsMs + 3_000;
  const meanwhile = scriptsMs > 0 ? [deadtimeMs + scriptsMs / 2] : [];
  return [afterwards, ...meanwhile, deadtimeMs / 2];
}

function shareHost(first: Trouble, second: Trouble): boolean {
  return first.nodes.some((node) => second.nodes.includes(node));
}
