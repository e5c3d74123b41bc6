// What `hb simulate` prints for people: what was assumed, the time line, who held what, how long clients
// waited, and what would have helped.

import type { Fault } from "../../sim/forecast/fault.ts";
import { and, tell } from "../../sim/forecast/faulttext.ts";
import type { Forecast, GroupForecast, Wait } from "../../sim/forecast/forecast.ts";
import type { Told } from "../../sim/forecast/foretell.ts";
import type { Harm } from "../../sim/forecast/harm.ts";
import type { Twice } from "../../sim/forecast/moment.ts";
import type { Shown } from "../../sim/forecast/remedy.ts";
import { nameOf, type Site } from "../../sim/forecast/site.ts";
import type { Entry } from "../../sim/forecast/timeline.ts";
import { paint, type Style } from "../output.ts";
import { legend, rowsOf, rulerOf } from "./chart.ts";

/** The whole report. */
export function report(told: Told, assumptions: readonly string[]): string {
  const { site, forecast } = told;
  return [
    title("Assumed"),
    ...assumptions.map((line) => `  ${line}`),
    "",
    title("Time line"),
    ...timeLine(forecast.entries, site),
    "",
    title(`Who holds what (${legend})`),
    ...forecast.groups.flatMap((group) => [
      groupTitle(group, site),
      ...rowsOf(group, site.nodes, forecast.endMs).map((row) => `    ${row}`),
    ]),
    `    ${rulerOf(site.nodes, forecast.endMs)}`,
    "",
    title("How long clients wait"),
    ...forecast.groups.flatMap((group) => waitLines(group, told)),
    "",
    title("Two holders"),
    ...twiceLines(told),
    ...adviceLines(told),
  ].join("\n");
}

/** The head of a section. */
export function title(text: string): string {
  return paint("stdout", "bold", text);
}

function groupTitle({ key, owner, resources }: GroupForecast, site: Site): string {
  const what = named(site, resources).join(" ");
  return owner === "" ? `  ${what} (virtual router ${key})` : `  ${what} (of ${owner})`;
}

const styles: Partial<Record<Entry["kind"], Style>> = {
  fault: "cyan",
  wrong: "red",
  warning: "yellow",
  well: "green",
};

function timeLine(entries: readonly Entry[], { nodes }: Site): string[] {
  const width = Math.max(...nodes.map((node) => node.length));
  let before = "";
  return entries.map(({ at, kind, node, text }) => {
    const time = (at / 1000).toFixed(3);
    const shown = (time === before ? "" : time).padStart(10);
    before = time;
    const style = styles[kind];
    const line =
      node === undefined ? `${" ".repeat(width)}  ${text}` : `${node.padEnd(width)}  ${text}`;
    return `${shown}  ${style === undefined ? line : paint("stdout", style, line)}`;
  });
}

function waitLines(group: GroupForecast, { site, ranges, forecast }: Told): string[] {
  const [first, ...later] = group.waits;
  const name = nameOf(site, group.key);
  const start =
    first?.to === undefined
      ? "nobody ever answers"
      : `${seconds(first.to)} from the start of the cluster`;
  const lines = [`  ${name}: ${start}`];
  for (const [index, wait] of later.entries()) {
    lines.push(
      `  ${name}: ${waitText(wait, forecast, site)}${rangeText(wait, ranges.get(group.key)?.[index + 1])}`,
    );
  }
  if (later.length === 0 && forecast.faults.length > 0) {
    lines.push(`  ${name}: not at all after that`);
  }
  return lines;
}

function waitText({ from, to, after, cutOff }: Wait, { endMs }: Forecast, site: Site): string {
  const length =
    to === undefined ? `more than ${seconds(endMs - from)}, to the end` : seconds(to - from);
  const why = after === undefined ? "" : ` (${tell(after, site)} at ${moment(after)})`;
  return `${length} from ${seconds(from)}${why}${cutOff ? "; no host is reached at all" : ""}`;
}

function rangeText({ from, to }: Wait, range: readonly [number, number] | undefined): string {
  if (range === undefined || to === undefined) return "";
  const [least, most] = range;
  if (most - least < 10 || Math.abs(to - from) < 1) return "";
  return `; ${seconds(least)} to ${seconds(most)}, as the moment falls`;
}

function twiceLines({ forecast, site }: Told): string[] {
  const lines = forecast.groups.flatMap(({ doubles }) =>
    doubles.map((twice) => `  ${twiceText(twice, forecast, site)}`),
  );
  return lines.length === 0 ? ["  never"] : lines;
}

function twiceText({ from, to, words, nodes }: Twice, { endMs }: Forecast, site: Site): string {
  const length =
    to === undefined ? `more than ${seconds(endMs - from)}, to the end` : seconds(to - from);
  return `${named(site, words).join(" ")}: on ${and(nodes)} for ${length} from ${seconds(from)}`;
}

function adviceLines({ advice, site }: Told): string[] {
  if (advice.length === 0) return [];
  return [
    "",
    title("What would prevent it (each line was added to ha.cf and the same faults played again)"),
    ...advice.flatMap(({ groups, kind, ms, lasts, remedies }) => {
      const length = lasts ? `for more than ${seconds(ms)}` : `for ${seconds(ms)}`;
      return [
        `  ${and(named(site, groups))}: ${harmText({ kind })} ${length}`,
        ...remedyLines(remedies).map((line) => `    ${line}`),
      ];
    }),
  ];
}

/** "two holders", "nobody answers". */
function harmText({ kind }: Pick<Harm, "kind">): string {
  return kind === "twice" ? "two holders" : "nobody answers";
}

/** What helps, with what is left of the harm. */
export function remedyLines(remedies: readonly Shown[]): string[] {
  if (remedies.length === 0) return ["no directive of ha.cf was found to prevent it"];
  return remedies.map(({ lines, why, ms, besides }) => {
    const left = ms === 0 ? "" : `; ${seconds(ms)} are left`;
    const [cost] = besides;
    const price = cost === undefined ? "" : `; but then ${harmText(cost)} for ${seconds(cost.ms)}`;
    return `${and(lines.map((line) => `"${line}"`))}: ${why}${left}${price}`;
  });
}

function named(site: Site, words: readonly string[]): string[] {
  return words.map((word) => nameOf(site, word));
}

function moment({ at }: Fault): string {
  return seconds(at);
}

/** "10.4 s". */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 100 ? 3 : 1)} s`;
}
