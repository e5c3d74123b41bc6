// Columns of a status page: cells with their styles, aligned under a heading, and the few words that all
// rows share.

import type { Style } from "./output.ts";

export type Paint = (style: Style, text: string) => string;

/** A cell with the style that is put on after the columns are aligned. */
export type Cell = string | readonly [Style, string];

/** "stranger 3, replay 1"; empty when there is nothing to count. */
export function countsOf(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([reason, count]) => `${reason} ${count}`).join(", ");
}

/** Between the cells of a row, and before the first. */
const gap = "  ";

/** Where a cell begins that follows these in every row. */
export function columnAfter(rows: readonly (readonly Cell[])[]): number {
  return widthsOf(rows).reduce((sum, width) => sum + width + gap.length, gap.length);
}

/** Aligned columns under a heading; a row's last cell may be as long as it likes. */
export function section(title: string, rows: readonly (readonly Cell[])[], paint: Paint): string {
  const widths = widthsOf(rows.map((row) => row.slice(0, -1)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => {
      const text = textOf(cell);
      const padding = column === row.length - 1 ? 0 : (widths[column] ?? 0) - widthOf(cell);
      const painted = typeof cell === "string" || text === "" ? text : paint(cell[0], text);
      return `${painted}${" ".repeat(Math.max(0, padding))}`;
    });
    return `${gap}${cells.join(gap)}`.trimEnd();
  });
  return [paint("bold", title), ...lines].join("\n");
}

/** Of the widest cell of each column. */
function widthsOf(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    }
  }
  return widths;
}

/** In columns of a terminal: some letters take two. */
function widthOf(cell: Cell): number {
  return Bun.stringWidth(textOf(cell));
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell[1];
}

/** Whether all is well, at a glance. */
export function dot(state: string): Cell {
  return [styleOf(state), styleOf(state) === "green" ? "●" : "○"];
}

/** The style of a word of state. */
export function styleOf(state: string): Style {
  switch (state) {
    case "active":
    case "up":
    case "held":
    case "ping":
    case "master":
    case "running":
      return "green";
    case "dead":
    case "failed":
      return "red";
    case "idle":
    case "backup":
    case "done":
    case "unknown":
      return "dim";
    default:
      return "yellow";
  }
}

/** A length of time in the unit that suits it. */
export function length(value: number): string {
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 120_000) return `${(value / 1_000).toFixed(1)} s`;
  return `${Math.round(value / 60_000)} min`;
}
