// What a run came to, as a table; it is pasted into docs/testing.md as it is.

import type { Figures } from "./session.ts";

const heads = [
  "parser",
  "inputs",
  "per second",
  "worst ms",
  "at bytes",
  "kinds",
  "kept",
  "branches",
];

/** Columns for people, rows for Markdown. */
export function tableOf(figures: readonly Figures[]): string {
  const rows = figures.map((one) => [
    one.target,
    grouped(one.inputs),
    grouped(Math.round(one.inputs / Math.max(0.001, one.busyMs / 1_000))),
    one.worstMs.toFixed(1),
    grouped(one.worstBytes),
    grouped(one.kinds),
    grouped(one.kept),
    grouped(one.probes),
  ]);
  const inputs = figures.reduce((sum, one) => sum + one.inputs, 0);
  const total = ["all", grouped(inputs), ...heads.slice(2).map(() => "")];
  const all = [heads, ...rows, total];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map(
    (row) => `| ${row.map((cell, at) => padded(cell, at, widths)).join(" | ")} |`,
  );
  const rule = `|${widths.map((width, at) => (at === 0 ? "-" : "-").repeat(width + 1) + (at === 0 ? "-" : ":")).join("|")}|`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function padded(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** "10 000 000". */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}
