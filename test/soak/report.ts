// What a run of soak tells in the end: a line for each figure, and a verdict.

import { table } from "../../bench/figure.ts";
import { type Figure, highestOf, judge, judged, lowestOf, shown } from "./figure.ts";
import { spark } from "./spark.ts";

export interface Report {
  /** How long, at which tempo, under which load. */
  readonly head: readonly string[];
  readonly figures: readonly Figure[];
  /** What went wrong beside the figures: one sentence each. */
  readonly troubles: readonly string[];
}

export function isGood({ figures, troubles }: Report): boolean {
  return troubles.length === 0 && figures.every((figure) => judge(figure).good);
}

/** The report for people; its last line is the verdict. */
export function reportText(report: Report): string {
  const rows = report.figures.map((figure) => row(figure));
  const wrong = [
    ...report.troubles,
    ...report.figures
      .filter((figure) => !judge(figure).good)
      .map((figure) => `${figure.title}: ${judge(figure).text}`),
  ];
  const verdict =
    wrong.length === 0 ? "A flat line: nothing grew" : `NOT FLAT: ${wrong.length} findings`;
  return [
    ...report.head,
    "",
    table([["figure", "from nought to its highest", "lowest … highest", "", ""], ...rows]),
    "",
    ...wrong,
    verdict,
  ].join("\n");
}

function row(figure: Figure): string[] {
  const { good, text } = judge(figure);
  const mark = figure.limit.kind === "shown" ? "" : good ? "ok" : "BAD";
  return [figure.title, spark(figure.points), range(figure), mark, text];
}

/** After the warm-up. */
function range(figure: Figure): string {
  const { unit } = figure;
  const points = judged(figure);
  if (points.length === 0) return "";
  const [low, high] = [shown(lowestOf(points)), shown(highestOf(points))];
  const values = low === high ? low : `${low} … ${high}`;
  return unit === "" ? values : `${values} ${unit}`;
}
