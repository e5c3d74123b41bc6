// A figure of a run over time, what is asked of it, and whether it keeps to that.

import { type Point, trend } from "./trend.ts";

/** What a figure must keep to; the numbers are in its unit. */
export type Limit =
  /** It may not rise steadily by more than this, once it has risen by the slack at all. Of less time
   *  than `leastS` nothing can be said. */
  | {
      readonly kind: "level";
      readonly most: number;
      readonly slack: number;
      readonly leastS: number;
    }
  /** It may not be higher in the last third than it was in the first. */
  | { readonly kind: "flat" }
  /** It may not move at all. */
  | { readonly kind: "same" }
  | { readonly kind: "most"; readonly value: number }
  /** Its mean may not be more. */
  | { readonly kind: "mean"; readonly value: number }
  /** Shown, because it explains others; not judged. */
  | { readonly kind: "shown" };

export interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly points: readonly Point[];
  /** What came before is the warm-up: shown, not judged. */
  readonly fromS?: number;
  readonly limit: Limit;
  /** What a slope is measured by; an hour when absent. The points then stand an hour apart from each other. */
  readonly per?: "fault";
}

export interface Finding {
  readonly good: boolean;
  /** How it moved, in a few words. */
  readonly text: string;
}

export function judge(figure: Figure): Finding {
  const { limit, unit, per } = figure;
  const points = judged(figure);
  if (points.length === 0) return { good: limit.kind === "shown", text: "never seen" };
  switch (limit.kind) {
    case "level":
      return judgeLevel(points, limit, `${unit} per ${per ?? "hour"}`);
    case "flat":
      return judgeFlat(points);
    case "same": {
      const good = highestOf(points) === lowestOf(points);
      return { good, text: good ? "" : "MOVES" };
    }
    case "most":
      return judgeMost(highestOf(points), limit.value);
    case "mean":
      return judgeMost(meanOf(points), limit.value);
    case "shown":
      return { good: true, text: "" };
  }
}

/** The points after the warm-up. */
export function judged({ points, fromS = 0 }: Figure): readonly Point[] {
  return points.filter(({ atS }) => atS >= fromS);
}

function judgeLevel(
  points: readonly Point[],
  { most, slack, leastS }: Extract<Limit, { kind: "level" }>,
  pace: string,
): Finding {
  const seconds = (points.at(-1)?.atS ?? 0) - (points[0]?.atS ?? 0);
  if (seconds < leastS) return { good: true, text: "too short to judge" };
  const found = trend(points);
  if (found === undefined) return { good: false, text: "too few samples" };
  const grows = found.low > most && found.rise > slack;
  const interval = `${signed(found.low)} … ${signed(found.high)}`;
  const text = `${signed(found.perHour)} ${pace} (${interval})`;
  return { good: !grows, text: grows ? `GROWS: ${text}` : text };
}

function judgeMost(value: number, most: number): Finding {
  const good = value <= most;
  return { good, text: good ? "" : `${shown(value)} IS MORE THAN ${shown(most)}` };
}

function judgeFlat(points: readonly Point[]): Finding {
  const third = Math.floor(points.length / 3);
  if (third === 0) return { good: false, text: "too few samples" };
  const before = highestOf(points.slice(0, third));
  const after = highestOf(points.slice(-third));
  const good = after <= before;
  return { good, text: good ? "" : `GROWS: ${shown(before)} became ${shown(after)}` };
}

export function highestOf(points: readonly Point[]): number {
  return Math.max(...points.map(({ value }) => value));
}

export function lowestOf(points: readonly Point[]): number {
  return Math.min(...points.map(({ value }) => value));
}

export function meanOf(points: readonly Point[]): number {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}

/** Whole numbers as they are, others with as many digits as say something. */
export function shown(value: number): string {
  if (Number.isInteger(value)) return `${value}`;
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

function signed(value: number): string {
  return value < 0 ? `−${shown(-value)}` : `+${shown(value)}`;
}
