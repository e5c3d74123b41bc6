// What `hb simulate --json` prints. Its keys are a promise: keys are added, never changed
// (docs/simulate.md). Times are milliseconds since the start of the cluster; null: not before the end.

import type { Explored, Way } from "../../sim/forecast/explore.ts";
import type { Fault } from "../../sim/forecast/fault.ts";
import { option, tell } from "../../sim/forecast/faulttext.ts";
import type { GroupForecast } from "../../sim/forecast/forecast.ts";
import type { Range, Told } from "../../sim/forecast/foretell.ts";
import type { Harm } from "../../sim/forecast/harm.ts";
import type { Shown } from "../../sim/forecast/remedy.ts";
import type { Site } from "../../sim/forecast/site.ts";

/** One run. */
export function toldJson(told: Told, assumptions: readonly string[]) {
  const { site, forecast, advice, ranges } = told;
  return {
    ...head(site, assumptions),
    lengthMs: forecast.endMs,
    faults: forecast.faults.map((fault) => faultJson(fault, site)),
    timeline: forecast.entries.map(({ at, kind, node, text }) => ({
      atMs: at,
      kind,
      node: node ?? null,
      text,
    })),
    groups: forecast.groups.map((group) => groupJson(group, site, ranges.get(group.key))),
    advice: advice.map(({ kind, groups, ms, lasts, remedies }) => ({
      kind,
      groups,
      ms,
      lasts,
      remedies: remedies.map(remedyJson),
    })),
  };
}

/** A search. */
export function exploredJson(site: Site, explored: Explored, assumptions: readonly string[]) {
  const { tried, left, findings, idle } = explored;
  return {
    ...head(site, assumptions),
    tried,
    left,
    idle,
    findings: findings.map(({ harm, groups, faultCount, ways, remedies }) => ({
      kind: harm.kind,
      groups,
      faultCount,
      lasts: harm.lasts,
      ms: harm.ms,
      hasAddress: harm.hasAddress,
      ways: ways.map((way) => wayJson(way, site)),
      remedies: remedies?.map(remedyJson) ?? null,
    })),
  };
}

function head(site: Site, assumptions: readonly string[]) {
  return {
    version: 1,
    good: true,
    nodes: site.nodes,
    links: site.links,
    clients: site.clients,
    seed: site.assumed.seed,
    assumptions,
  };
}

function faultJson(fault: Fault, site: Site) {
  return { atMs: fault.at, text: tell(fault, site), option: option(fault, site) };
}

function groupJson(group: GroupForecast, site: Site, ranges: readonly Range[] | undefined) {
  const { key, owner, resources, moments, waits, doubles } = group;
  return {
    key,
    owner: owner === "" ? null : owner,
    resources,
    holders: moments.map(({ at, holders, partly, answers }) => ({
      atMs: at,
      holders,
      partly,
      answers,
    })),
    waits: waits.map(({ from, to, after }, index) => ({
      fromMs: from,
      toMs: to ?? null,
      ...(after !== undefined && { after: faultJson(after, site) }),
      ...(ranges?.[index] && { leastMs: ranges[index][0], mostMs: ranges[index][1] }),
    })),
    doubles: doubles.map(({ from, to, words, nodes }) => ({
      fromMs: from,
      toMs: to ?? null,
      words,
      nodes,
    })),
  };
}

function wayJson({ name, faults, endMs, groups, harm }: Way, site: Site) {
  return {
    text: name,
    groups,
    options: faults.map((fault) => option(fault, site)).join(" "),
    lengthMs: endMs,
    harm: harmJson(harm),
  };
}

function harmJson({ kind, group, from, ms, lasts, nodes, words, hasAddress }: Harm) {
  return { kind, group, fromMs: from, ms, lasts, nodes, words, hasAddress };
}

function remedyJson({ lines, why, ms, besides }: Shown) {
  return { lines, why, leftMs: ms, besides: besides.map(harmJson) };
}
