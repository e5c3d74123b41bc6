// The figures of a run of soak: which of what was sampled is judged, and by which limit.

import type { Speech } from "./ear.ts";
import type { Figure, Limit } from "./figure.ts";
import type { Look } from "./look.ts";
import type { NodeSample, Sample } from "./sample.ts";
import type { Point } from "./trend.ts";

export interface Conditions {
  readonly nodes: readonly string[];
  readonly keepaliveMs: number;
  readonly deadtimeMs: number;
  readonly warmupMs: number;
}

const HOUR_S = 3_600;
const KIB = 1_024;

/** MiB an hour. Such a leak would be noticed within months; less cannot be told from chance within an hour. */
const MEMORY: Limit = { kind: "level", most: 1, slack: 1, leastS: 300 };
/** MiB for each fault. What is learnt and compiled at the first faults is no leak: 4 MiB are. */
const BY_FAULT: Limit = { kind: "level", most: 1 / 32, slack: 4, leastS: 16 * HOUR_S };
/** The runtime starts and ends helpers as it likes; their fewest may not rise. */
const THREADS: Limit = { kind: "level", most: 1, slack: 1, leastS: 300 };
/** Percent of a processor, an hour. On a busy machine the same work is dearer: half a percent is no finding. */
const CPU: Limit = { kind: "level", most: 1, slack: 0.5, leastS: 300 };
/** A cluster in peace has next to nothing to say: one line a minute on each node. */
const LOG: Limit = { kind: "mean", value: 160 };
const SAME: Limit = { kind: "same" };
const FLAT: Limit = { kind: "flat" };
/** Two files for the script of each of two services. */
const OUTPUTS: Limit = { kind: "most", value: 4 };
const NONE: Limit = { kind: "most", value: 0 };
const SHOWN: Limit = { kind: "shown" };
/** An operator who waits longer wonders. */
const ANSWER_MS = 1_000;

/** The figures of a run in which nothing is done to the nodes. */
export function figuresOf(samples: readonly Sample[], conditions: Conditions): Figure[] {
  const fromS = conditions.warmupMs / 1_000;
  return conditions.nodes
    .flatMap((name) => [
      ...HALVES.flatMap((half) => processFigures(samples, name, half)),
      ...nodeFigures(samples, name, conditions),
    ])
    .map((each) => ({ ...each, fromS }));
}

/** The figures of a run with faults: the same, but judged by what is left when each fault is over.
 *  The first node is never killed: its memory of everything that happened is its own. */
export function figuresByFault(
  samples: readonly Sample[],
  peaces: readonly Sample[],
  conditions: Conditions,
): Figure[] {
  const numbered = peaces.map((peace, i) => ({ ...peace, atS: i * HOUR_S }));
  const warm = peaces.findIndex(({ atS }) => atS * 1_000 >= conditions.warmupMs);
  const fromS = (warm < 0 ? peaces.length : warm) * HOUR_S;
  const left = conditions.nodes
    .flatMap((name, i) => leftOf(numbered, name, i === 0))
    .map((each) => ({ ...each, fromS }));
  const shown = figuresOf(samples, conditions).map((each) => ({ ...each, limit: SHOWN }));
  return [...left, ...shown];
}

function leftOf(peaces: readonly Sample[], name: string, spared: boolean): Figure[] {
  const title = (what: string) => `${name} ${what}, after each fault`;
  const halves = HALVES.flatMap((half): Figure[] => {
    const of = (value: (look: Look) => number) => looks(peaces, name, half, value);
    const memory = of(anonMib);
    const level = figure(title(`${half} memory`), "MiB", memory, spared ? BY_FAULT : SHOWN);
    return [
      { ...level, per: "fault" },
      figure(title(`${half} descriptors`), "", of(descriptors), SAME),
      figure(title(`${half} outputs`), "", of(outputs), OUTPUTS),
    ];
  });
  const all = nodePoints(peaces, name, ({ processes }) => processes);
  const pids = HALVES.map((half) => {
    const lives = looks(peaces, name, half, ({ pid }) => pid);
    return figure(title(`${half} process`), "", lives, spared ? SAME : SHOWN);
  });
  return [...halves, ...pids, figure(title("processes"), "", all, SAME)];
}

const HALVES = ["desk", "pulse"] as const;
type Half = (typeof HALVES)[number];

const anonMib = ({ anonKib }: Look) => anonKib / KIB;
const rssMib = ({ rssKib }: Look) => rssKib / KIB;
const descriptors = (look: Look) => look.descriptors;
const outputs = (look: Look) => look.outputs;

function processFigures(samples: readonly Sample[], name: string, half: Half): Figure[] {
  const of = (value: (look: Look) => number) => looks(samples, name, half, value);
  const busyMs = of(({ cpuMs }) => cpuMs);
  const percent = rates(busyMs, (ms, seconds) => ms / 10 / seconds);
  const threads = of((look) => look.threads);
  const pids = of(({ pid }) => pid);
  const title = (what: string) => `${name} ${half} ${what}`;
  return [
    figure(title("memory"), "MiB", of(rssMib), SHOWN),
    figure(title("memory without files"), "MiB", of(anonMib), MEMORY),
    figure(title("descriptors"), "", of(descriptors), SAME),
    figure(title("outputs"), "", of(outputs), OUTPUTS),
    figure(title("threads"), "", threads, THREADS),
    figure(title("processor"), "%", percent, CPU),
    figure(title("process"), "", pids, SAME),
  ];
}

function nodeFigures(samples: readonly Sample[], name: string, conditions: Conditions): Figure[] {
  const { keepaliveMs, deadtimeMs } = conditions;
  const of = (value: (node: NodeSample) => number | undefined) => nodePoints(samples, name, value);
  const said = (value: (speech: Speech) => number) => of(({ speech }) => value(speech));
  const each = (counter: readonly Point[]) => rates(counter, (more, s) => (more / s) * 60);
  const most = (value: number): Limit => ({ kind: "most", value });
  const rows: [what: string, unit: string, points: Point[], limit: Limit][] = [
    ["processes", "", of(({ processes }) => processes), FLAT],
    ["answers within", "ms", of(({ answerMs }) => answerMs), most(ANSWER_MS)],
    ["wakes late, p99", "ms", of(({ lateMs }) => lateMs?.p99), most(keepaliveMs / 4)],
    ["wakes late, worst", "ms", of(({ lateMs }) => lateMs?.worst), most(deadtimeMs)],
    ["heartbeats", "/min", each(said(({ heartbeats }) => heartbeats)), SHOWN],
    ["longest pause", "ms", said(({ longestMs }) => longestMs), most(deadtimeMs)],
    ["heartbeats missed", "", since(said(({ missed }) => missed)), SHOWN],
    ["numbers missing", "", since(said(({ gaps }) => gaps)), NONE],
    ["asked again", "", since(said(({ asks }) => asks)), NONE],
    ["packets refused", "", since(of(refused)), NONE],
    ["log", "B/min", each(of(({ logBytes }) => logBytes)), LOG],
  ];
  return rows.map(([what, ...rest]) => figure(`${name} ${what}`, ...rest));
}

function figure(title: string, unit: string, points: readonly Point[], limit: Limit): Figure {
  return { title, unit, points, limit };
}

function refused({ dropped, rejected }: NodeSample): number | undefined {
  return dropped === undefined || rejected === undefined ? undefined : dropped + rejected;
}

function looks(
  samples: readonly Sample[],
  name: string,
  half: Half,
  value: (look: Look) => number,
): Point[] {
  return nodePoints(samples, name, (node) => {
    const seen = node[half];
    return seen === undefined ? undefined : value(seen);
  });
}

function nodePoints(
  samples: readonly Sample[],
  name: string,
  value: (node: NodeSample) => number | undefined,
): Point[] {
  return samples.flatMap(({ atS, nodes }) => {
    const node = nodes[name];
    const found = node === undefined ? undefined : value(node);
    return found === undefined ? [] : [{ atS, value: found }];
  });
}

/** What a counter did between two looks; where it began anew (another process) nothing is said. */
function rates(of: readonly Point[], rate: (more: number, seconds: number) => number): Point[] {
  return of.slice(1).flatMap(({ atS, value }, i) => {
    const before = of[i];
    if (before === undefined || value < before.value) return [];
    return [{ atS, value: rate(value - before.value, atS - before.atS) }];
  });
}

/** A counter since the first look. */
function since(of: readonly Point[]): Point[] {
  const first = of[0]?.value ?? 0;
  return of.map(({ atS, value }) => ({ atS, value: value - first }));
}
