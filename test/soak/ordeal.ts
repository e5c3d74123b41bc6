// A run of faults, one after the other, each followed by peace; what was wrong is collected, not thrown.

import { Chance } from "../../src/sim/chance.ts";
import { home, OBSERVED_MS, type Running } from "../lab/cluster.ts";
import { wallMs } from "../lab/until.ts";
import { FAULTS, type Fault } from "./fault.ts";
import { peace } from "./peace.ts";
import type { Sample } from "./sample.ts";

export interface Inflicted {
  readonly atS: number;
  readonly fault: string;
  readonly peaceAfterMs: number;
}

export interface Ordeal {
  readonly inflicted: readonly Inflicted[];
  readonly peaces: readonly Sample[];
  readonly troubles: readonly string[];
}

export interface OrdealOptions {
  readonly seed: number;
  /** The first is spared what kills. */
  readonly nodes: readonly string[];
  /** Seconds since the run began. */
  now(): number;
  isOver(): boolean;
  sample(): Promise<Sample>;
  note(line: string): void;
}

/** So long nothing may move, and connections that are gone may be forgotten. */
const QUIET_MS = 2_000;

export async function ordeal(run: Running, options: OrdealOptions): Promise<Ordeal> {
  const { nodes, note, now } = options;
  const chance = new Chance(options.seed);
  const inflicted: Inflicted[] = [];
  const peaces: Sample[] = [];
  const troubles: string[] = [];
  let bag: Fault[] = [];
  while (!options.isOver()) {
    if (bag.length === 0) bag = shuffled(FAULTS, chance);
    const fault = bag.pop();
    if (fault === undefined) break;
    const name = fault.deadly === true ? nodes.at(-1) : chance.pick(nodes);
    const host = run.host(name ?? "");
    const atS = now();
    const title = `${atS.toFixed(0)} s, ${host.name} ${fault.name}`;
    const fromMs = wallMs();
    try {
      await fault.inflict({ run, host, chance });
      const peaceAfterMs = await peace(run, nodes);
      note(`${title}: peace after ${Math.round(peaceAfterMs)} ms`);
      if (fault.together === true) troubles.push(...doubled(run, nodes, { title, fromMs }));
      troubles.push(...(await quiet(run, title)));
      peaces.push(await options.sample());
      inflicted.push({ atS, fault: `${host.name} ${fault.name}`, peaceAfterMs });
    } catch (error) {
      troubles.push(`${title}: ${error instanceof Error ? error.message : error}`);
      note(troubles.at(-1) ?? "");
      break;
    }
  }
  return { inflicted, peaces, troubles };
}

function doubled(
  run: Running,
  nodes: readonly string[],
  { title, fromMs }: { readonly title: string; readonly fromMs: number },
): string[] {
  return nodes.flatMap((name) => {
    const ms = run.lab.watch.overlapMs(home(name), fromMs);
    return ms > OBSERVED_MS ? [`${title}: ${home(name)} was on both for ${Math.round(ms)} ms`] : [];
  });
}

/** Nothing calls for a move any more. */
async function quiet(run: Running, title: string): Promise<string[]> {
  const before = run.lab.watch.changes.length;
  await Bun.sleep(QUIET_MS);
  return run.lab.watch.changes
    .slice(before)
    .map(
      ({ address, host, up }) => `${title}: at peace ${address} ${up ? "came to" : "left"} ${host}`,
    );
}

function shuffled<T>(values: readonly T[], chance: Chance): T[] {
  const mixed = [...values];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = chance.below(i + 1);
    const [a, b] = [mixed[i], mixed[j]];
    if (a !== undefined && b !== undefined) [mixed[i], mixed[j]] = [b, a];
  }
  return mixed;
}
