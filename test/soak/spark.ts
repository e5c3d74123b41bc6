// A figure over time as one line of blocks, from nought to its highest: what does not grow is a flat line.

import { blocksOf, type Point } from "./trend.ts";

const LEVELS = [..."▁▂▃▄▅▆▇█"];
const WIDTH = 40;

/** The median of each of at most 40 parts of the time. */
export function spark(points: readonly Point[]): string {
  const values = (points.length < 3 ? [] : blocksOf(points, WIDTH)).map(median);
  const highest = Math.max(...values, 0);
  return values
    .map((value) => LEVELS[highest === 0 ? 0 : Math.round((value / highest) * (LEVELS.length - 1))])
    .join("");
}

function median(block: readonly Point[]): number {
  const sorted = block.map(({ value }) => value).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
