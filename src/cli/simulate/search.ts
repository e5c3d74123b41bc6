// What `hb simulate --explore` prints for people: the harm that was found, the gravest first, with a way to
// play each again and what would prevent it.

import type { Explored, Finding, Way } from "../../sim/forecast/explore.ts";
import { and, option } from "../../sim/forecast/faulttext.ts";
import { nameOf, type Site } from "../../sim/forecast/site.ts";
import { remedyLines, seconds, title } from "./report.ts";

/** How many equal ways are written out. */
const waysShown = 3;

export function exploredReport(
  site: Site,
  explored: Explored,
  { assumptions, again }: { readonly assumptions: readonly string[]; readonly again: string },
): string {
  const { findings, tried, left, idle } = explored;
  const rest = left === 0 ? "" : `; ${left} more pairs were left out (--tries)`;
  const count = findings.length === 0 ? "nothing" : `${findings.length} kinds of harm`;
  return [
    title("Assumed"),
    ...assumptions.map((line) => `  ${line}`),
    "",
    ...idle.map((key) => `Nobody holds ${key} even when nothing fails`),
    ...findings.flatMap((finding, index) => [
      ...findingLines(site, finding, { number: index + 1, again }),
      "",
    ]),
    `${tried} runs simulated, ${count} found${rest}`,
  ].join("\n");
}

function findingLines(
  site: Site,
  finding: Finding,
  { number, again }: { readonly number: number; readonly again: string },
): string[] {
  const { harm, faultCount, ways, remedies } = finding;
  const length = harm.lasts ? "until somebody acts" : `for up to ${seconds(harm.ms)}`;
  const what = harm.kind === "none" ? "No holder" : `Two holders${serviceOnly(harm)}`;
  const faults = faultCount === 1 ? "one fault" : "two faults";
  const more = ways.length - waysShown;
  return [
    title(`${number}. ${what} ${length}, by ${faults}`),
    ...ways.slice(0, waysShown).flatMap((way) => wayLines(site, way, again)),
    ...(more > 0 ? [`   and ${more} more ${more === 1 ? "way" : "ways"}`] : []),
    ...(remedies === undefined ? [] : remedyLines(remedies).map((line) => `   + ${line}`)),
  ];
}

function serviceOnly({ hasAddress }: Finding["harm"]): string {
  return hasAddress ? "" : " of services alone";
}

function wayLines(site: Site, { name, faults, groups, harm }: Way, again: string): string[] {
  const isAll = groups.length > 2 && groups.length === site.groups.length;
  const what = isAll ? "all groups" : and(groups.map((group) => nameOf(site, group)));
  const where = harm.nodes.length === 0 ? "" : ` on ${and(harm.nodes)}`;
  const options = faults.map((fault) => option(fault, site)).join(" ");
  return [`   ${name}: ${what}${where}`, `     ${again} ${options}`];
}
