// Does a figure grow? A slope that a few odd samples cannot bend, with the interval in which it lies.
//
// Memory of a program with a garbage collector is a saw: what matters is its floor. The samples are cut
// into blocks, the lowest of each is kept, and the slope is the median of the slopes between all pairs
// of blocks (Theil and Sen), with Kendall's interval of 95 %.

export interface Point {
  readonly atS: number;
  readonly value: number;
}

export interface Trend {
  /** Units per hour. */
  readonly perHour: number;
  /** Ends of the interval that holds the true slope in 95 of 100 cases. */
  readonly low: number;
  readonly high: number;
  /** What the low end of the slope makes of the whole time. */
  readonly rise: number;
}

/** More blocks make the interval smaller than neighbours that resemble each other deserve. */
const BLOCKS_MAX = 24;
const BLOCK_MIN = 3;
const HOUR_S = 3_600;
/** 95 % of a normal distribution. */
const Z = 1.96;

/** Undefined when there are too few points to say anything. */
export function trend(points: readonly Point[]): Trend | undefined {
  const floors = blocksOf(points, BLOCKS_MAX).map(lowest);
  const count = floors.length;
  if (count < 4) return undefined;
  const slopes = floors
    .flatMap((from, i) => floors.slice(i + 1).map((to) => slope(from, to)))
    .sort((a, b) => a - b);
  const spread = Z * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const at = (rank: number) =>
    slopes[Math.max(0, Math.min(slopes.length - 1, Math.round(rank)))] ?? 0;
  const middle = (slopes.length - 1) / 2;
  const hours = ((points.at(-1)?.atS ?? 0) - (points[0]?.atS ?? 0)) / HOUR_S;
  const low = at(middle - spread / 2);
  return {
    perHour: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low,
    high: at(middle + spread / 2),
    rise: low * hours,
  };
}

/** Cuts the points into at most so many blocks of nearly equal size, in order. */
export function blocksOf(points: readonly Point[], most: number): Point[][] {
  const count = Math.min(most, Math.floor(points.length / BLOCK_MIN));
  return Array.from({ length: count }, (_, i) =>
    points.slice(
      Math.floor((i * points.length) / count),
      Math.floor(((i + 1) * points.length) / count),
    ),
  );
}

function lowest(block: readonly Point[]): Point {
  return block.reduce((a, b) => (b.value < a.value ? b : a));
}

function slope(from: Point, to: Point): number {
  const seconds = to.atS - from.atS;
  return seconds === 0 ? 0 : ((to.value - from.value) / seconds) * HOUR_S;
}
