// The page of `hb status`: a snapshot as a person reads it. What is well is calm, what is not
// stands out. The JSON form is the snapshot itself.

import type {
  ChildView,
  GroupView,
  LinkView,
  NodeView,
  PppView,
  RouterView,
  Snapshot,
  WatchdogView,
} from "../core/snapshot.ts";
import { endText } from "../desk/children/rule.ts";
import { lastPacketMs } from "../desk/lastpacket.ts";
import { type Cell, countsOf, dot, length, type Paint, section, styleOf } from "./column.ts";
import { consensusRow } from "./consensusrow.ts";
import { lineRows } from "./linerow.ts";
import { routerRows } from "./routerrow.ts";

const resourcesShown = 8;

/** Sections of a page, from the top; empty lines stand between them. */
export type Parts = readonly string[];

/** The whole page, without a line end after the last line. */
export function statusPage(snapshot: Snapshot, paint: Paint): string {
  return statusParts(snapshot, paint).join("\n\n");
}

/** The sections of the whole page. */
export function statusParts(snapshot: Snapshot, paint: Paint): Parts {
  const { node: self, nodes, groups, routers } = snapshot;
  const heard = nodes.map((node) => nodeRow(node, snapshot));
  const links = nodes.flatMap((node) => linkRows(node, snapshot));
  const held = groups.flatMap((group) => groupRows(group, self));
  return partsWith(snapshot, paint, {
    nodes: [
      section("Nodes", heard, paint),
      ...(links.length > 0 ? [section("Links", links, paint)] : []),
    ],
    groups: groups.length === 0 ? paint("dim", "No groups") : section("Groups", held, paint),
    routers: routers.length > 0 ? [routerSection(routers, paint)] : [],
  });
}

/** What a page has of its own, between what every page of a snapshot has. */
export interface Middle {
  readonly nodes: Parts;
  readonly groups: string;
  readonly routers: Parts;
}

export function partsWith(snapshot: Snapshot, paint: Paint, middle: Middle): Parts {
  const title = paint("bold", snapshot.node);
  const state = paint(styleOf(snapshot.state), snapshot.state);
  const lines = lineRows(snapshot);
  const { ppp = [], children = [], membership } = snapshot;
  return [
    `${title} is ${state}, ${holdings[snapshot.resources]}`,
    ...middle.nodes,
    ...(membership === undefined ? [] : [section("Membership", [consensusRow(membership)], paint)]),
    ...(lines.length > 0 ? [section("Serial lines", lines, paint)] : []),
    ...(ppp.length > 0 ? [section("PPP", ppp.map(pppRow), paint)] : []),
    middle.groups,
    ...middle.routers,
    ...(children.length > 0 ? [section("Programs", children.map(childRow), paint)] : []),
    pulseLines(snapshot, paint).join("\n"),
  ];
}

/** The virtual routers alone: of an agent, or of a process of `hb carp`. */
export function routerSection(routers: readonly RouterView[], paint: Paint): string {
  return section("Virtual routers", routers.flatMap(routerRows), paint);
}

const holdings: Readonly<Record<Snapshot["resources"], string>> = {
  all: "holds all groups",
  local: "holds its own groups",
  foreign: "holds the groups of others",
  none: "holds no groups",
  transition: "groups are moving",
};

export function nodeRow(node: NodeView, { node: self }: Snapshot): Cell[] {
  const seen = node.name === self ? "this node" : heard(node.lastHeardMs);
  const kind = node.kind === "unknown" ? "" : node.kind;
  const row: Cell[] = [dot(node.state), node.name, [styleOf(node.state), node.state], kind];
  if (node.deaf === true) return [...row, ["red", `${seen}, but does not hear this node`]];
  return [...row, ["dim", seen]];
}

function linkRows(node: NodeView, snapshot: Snapshot): Cell[][] {
  return node.links.map((link) => {
    const { name, state } = link;
    const agoMs = lastPacketMs(snapshot, node, name);
    const last = agoMs === undefined ? "" : `last packet ${length(agoMs)} ago`;
    return [dot(state), node.name, labelOf(link), [styleOf(state), state], ["dim", last]];
  });
}

/** A link with its medium, where its name does not tell that. */
export function labelOf({ name, medium }: LinkView): string {
  return name === medium || medium === "" ? name : `${medium} ${name}`;
}

function pppRow({ tty, state, device, local, remote = "?", why }: PppView): Cell[] {
  const line = `${local} to ${remote}`;
  return [dot(state), tty, [styleOf(state), state], device ?? "", line, ["dim", why]];
}

function childRow(child: ChildView): Cell[] {
  const { kind, program, user, state, sinceMs, why } = child;
  const since = `${state} for ${length(sinceMs)}`;
  return [dot(state), program, [styleOf(state), since], user, kind, livesOf(child), ["dim", why]];
}

/** How often it was started again, and how it ended before; where the state tells that, once is enough. */
function livesOf({ restarts, lastExit, why }: ChildView): string {
  const times =
    restarts === 0 ? "" : `started again ${restarts === 1 ? "once" : `${restarts} times`}`;
  const end = lastExit === undefined ? "" : endText(lastExit);
  const last = end === "" || why.includes(end) ? "" : `last ${end}`;
  return [times, last].filter(Boolean).join(", ");
}

/** What it is, and under it why. */
export function groupRows(group: GroupView, self: string): Cell[][] {
  const holder: Cell = group.holder === null ? ["red", "nobody"] : group.holder;
  const here = group.holder === self || group.state !== "idle" ? `${group.state} here` : "";
  const mark = dot(group.holder === null ? "dead" : group.state === "idle" ? "up" : group.state);
  const rest = fewOf(group.resources.slice(1));
  const owner = group.owner === group.holder ? "its owner" : `for ${group.owner}`;
  const row: Cell[] = [mark, group.key, holder, ["dim", owner], [styleOf(group.state), here], rest];
  return group.why === "" ? [row] : [row, ["", "", ["dim", group.why]]];
}

/** A group of a thousand addresses shall not fill the screen; the JSON form has them all. */
function fewOf(resources: readonly string[]): string {
  const shown = resources.slice(0, resourcesShown);
  const more = resources.length - shown.length;
  return more === 0 ? shown.join(" ") : `${shown.join(" ")} and ${more} more`;
}

/** Copies of what was heard before: several links, or a resend, bring them every day. */
const everyday: readonly string[] = ["duplicate", "old"];

function pulseLines({ pulse, dropped }: Snapshot, paint: Paint): string[] {
  const { lateMs, packets, missing, watchdog } = pulse;
  const late = `last ${ms(lateMs.last)}, p99 ${ms(lateMs.p99)}, worst ${ms(lateMs.worst)}`;
  const lines = [`${paint("bold", "Pulse")} late by: ${late}`];
  if (watchdog !== undefined) lines.push(...watchdogLines(watchdog, paint));
  for (const text of missing) lines.push(`  ${paint("yellow", text)}`);
  for (const { link, rejected } of packets) {
    const counts = countsOf(rejected);
    if (counts !== "") lines.push(`  ${paint("yellow", `${link} rejected packets: ${counts}`)}`);
  }
  const strange = Object.entries(dropped).filter(([reason]) => !everyday.includes(reason));
  const counts = countsOf(Object.fromEntries(strange));
  if (counts !== "") lines.push(`  ${paint("yellow", `Dropped messages: ${counts}`)}`);
  return lines;
}

function watchdogLines(watchdog: WatchdogView, paint: Paint): string[] {
  const { device, timeoutS, identity, firmware, features = [], nowayout, trouble } = watchdog;
  const title = `  Watchdog ${device}`;
  const lines: string[] = [];
  if (identity !== undefined) {
    const when = timeoutS === undefined ? "unknown timeout" : `timeout ${timeoutS} s`;
    const what = `${identity}, firmware ${firmware ?? "unknown"}, ${features.join(" ")}`;
    lines.push(`${title}: ${when} ${paint("dim", `(${what})`)}`);
  }
  if (trouble !== undefined) lines.push(`${title}: ${paint("red", trouble)}`);
  if (nowayout === true) {
    const warning = "cannot be stopped (nowayout): leaving the cluster resets this host";
    lines.push(`${title}: ${paint("yellow", warning)}`);
  }
  return lines;
}

function heard(lastHeardMs: number | undefined): string {
  return lastHeardMs === undefined ? "never heard" : `heard ${length(lastHeardMs)} ago`;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}
