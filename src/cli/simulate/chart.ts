// Who holds a group, as a picture: one row for each host, one letter for each piece of time.
//
//     10.0.0.100 apache2
//       alice   ▒██████████
//       bob                ········▒███████████

import type { GroupForecast } from "../../sim/forecast/forecast.ts";
import type { Moment } from "../../sim/forecast/moment.ts";

/** What fits beside the names on a terminal of 80 columns. */
const columns = 60;

const mark = { whole: "█", part: "▒", none: "·" } as const;

/** One row for each host that the group could be on, and where nobody answers. */
export function rowsOf(group: GroupForecast, nodes: readonly string[], endMs: number): string[] {
  const width = widthOf(nodes);
  const waits = pieces(endMs).map(({ from, to }) =>
    group.moments.some((moment, index) => {
      const until = group.moments[index + 1]?.at ?? endMs;
      return !moment.answers && moment.at < to && until > from && overlap(moment, until, from, to);
    }),
  );
  const rows = nodes.map((node) => {
    const letters = pieces(endMs).map(({ from, to }) => letter(group, node, from, to));
    return `${node.padEnd(width)}${letters.join("")}`;
  });
  const waiting = waits.map((waits) => (waits ? "!" : " ")).join("");
  return [...rows, `${"no answer".padEnd(width)}${waiting}`.trimEnd()];
}

/** The moments under the rows. */
export function rulerOf(nodes: readonly string[], endMs: number): string {
  const quarters = [0, 1, 2, 3].map((n) => `│${label((endMs * n) / 4)}`.padEnd(columns / 4));
  return `${"".padEnd(widthOf(nodes))}${quarters.join("")}│${label(endMs)}`;
}

export const legend = `${mark.whole} all of it, ${mark.part} some of it, ${mark.none} nothing`;

function widthOf(nodes: readonly string[]): number {
  return Math.max("no answer".length, ...nodes.map((node) => node.length)) + 2;
}

function pieces(endMs: number): { readonly from: number; readonly to: number }[] {
  return Array.from({ length: columns }, (_, n) => ({
    from: (endMs * n) / columns,
    to: (endMs * (n + 1)) / columns,
  }));
}

/** More than half of a piece, or all of it when the stretch is shorter than a piece. */
function overlap(moment: Moment, until: number, from: number, to: number): boolean {
  const shared = Math.min(until, to) - Math.max(moment.at, from);
  return shared * 2 >= Math.min(to - from, until - moment.at);
}

/** The state at the middle of the piece. */
function letter(group: GroupForecast, node: string, from: number, to: number): string {
  const middle = (from + to) / 2;
  const moment = group.moments.findLast(({ at }) => at <= middle);
  if (moment?.holders.includes(node)) return mark.whole;
  return moment?.partly.includes(node) ? mark.part : mark.none;
}

function label(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
