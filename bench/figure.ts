// Figures and their table: medians with their range, for people.

export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Median and range of some measurements. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (i: number) => sorted[Math.max(0, Math.min(sorted.length - 1, i))] ?? Number.NaN;
  const half = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  return { median, lowest: at(0), highest: at(sorted.length - 1) };
}

/** "12.3 (10.1 … 20.4)", in milliseconds. */
export function shown(of: Spread): string {
  return `${of.median.toFixed(1)} (${of.lowest.toFixed(1)} … ${of.highest.toFixed(1)})`;
}

/** Lines with columns as wide as their widest cell; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const [head = [], ...body] = rows;
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...body.map(line)].join(
    "\n",
  );
}
