// Everything that a run of soak has seen: what --json keeps and --again judges anew.

import { meanOf, shown } from "./figure.ts";
import { figuresByFault, figuresOf } from "./figures.ts";
import type { Options } from "./options.ts";
import type { Ordeal } from "./ordeal.ts";
import type { Report } from "./report.ts";
import type { Sample } from "./sample.ts";

export interface Chronicle {
  readonly options: Options;
  readonly nodes: readonly string[];
  readonly samples: readonly Sample[];
  /** Addresses that moved although nothing called for it. */
  readonly moves: readonly string[];
  /** With --faults. */
  readonly ordeal?: Ordeal;
  /** The last warnings and errors in the log of each node. */
  readonly complaints: Readonly<Record<string, readonly string[]>>;
}

export function reportOf(chronicle: Chronicle): Report {
  const { options, nodes, samples, moves, ordeal } = chronicle;
  const { keepaliveMs, deadtimeMs, warmupMs } = options;
  const conditions = { nodes, keepaliveMs, deadtimeMs, warmupMs };
  return {
    head: headOf(chronicle),
    figures:
      ordeal === undefined
        ? figuresOf(samples, conditions)
        : figuresByFault(samples, ordeal.peaces, conditions),
    troubles: [...(ordeal?.troubles ?? []), ...moves],
  };
}

function headOf({ options, samples, ordeal }: Chronicle): string[] {
  const { keepaliveMs, deadtimeMs, warmupMs, seed } = options;
  const loads = samples.map(({ atS, load }) => ({ atS, value: load }));
  const stolenMs = (samples.at(-1)?.stolenMs ?? 0) - (samples[0]?.stolenMs ?? 0);
  const seconds = samples.at(-1)?.atS ?? 0;
  const highest = Math.max(...loads.map(({ value }) => value));
  const faults = ordeal === undefined ? "" : `, ${ordeal.inflicted.length} faults, seed ${seed}`;
  const tempo = `keepalive ${keepaliveMs} ms, deadtime ${deadtimeMs} ms`;
  const stolen = (stolenMs / 10 / seconds).toFixed(1);
  return [
    `Two hb nodes for ${(seconds / 60).toFixed(1)} min, ${tempo}${faults}`,
    `${samples.length} samples; the first ${shown(warmupMs / 60_000)} min are shown, not judged`,
    `Load of the machine ${meanOf(loads).toFixed(1)} (highest ${highest.toFixed(1)}), ${stolen} % of a ` +
      "processor taken by its own host",
  ];
}
