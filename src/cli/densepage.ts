// The page of `hb status --watch` where the whole one does not fit: the same sections in fewer lines. What is well
// has one line, a node with its links on it; what is not well is told as on the whole page.

import type { GroupView, LinkView, NodeView, RouterView, Snapshot } from "../core/snapshot.ts";
import { lastPacketMs } from "../desk/lastpacket.ts";
import { type Cell, columnAfter, dot, length, type Paint, section, styleOf } from "./column.ts";
import { groupRows, labelOf, nodeRow, type Parts, partsWith } from "./page.ts";
import { denseRouterRows } from "./routerrow.ts";

/** Its sections; `columns`: the width of the terminal, which says what goes on a line. */
export function denseParts(snapshot: Snapshot, paint: Paint, columns: number): Parts {
  const { node: self, nodes, groups, routers } = snapshot;
  const heard = nodes.flatMap((node) => nodeRows(node, snapshot));
  const held = allGroupRows(groups, self, columns);
  return partsWith(snapshot, paint, {
    nodes: [section("Nodes", heard, paint)],
    groups: groups.length === 0 ? paint("dim", "No groups") : section("Groups", held, paint),
    routers: routers.length > 0 ? [denseRouterSection(routers, paint)] : [],
  });
}

/** The virtual routers alone. */
export function denseRouterSection(routers: readonly RouterView[], paint: Paint): string {
  return section("Virtual routers", routers.flatMap(denseRouterRows), paint);
}

/** A node with what comes by its links, and a line for each link that is not up. */
function nodeRows(node: NodeView, snapshot: Snapshot): Cell[][] {
  const { links, name } = node;
  // A ping node is its own link: its row says when it was heard.
  const up = links.filter((link) => link.state === "up" && link.name !== name);
  const ways = up.map((link) => wayOf(link, node, snapshot)).join(", ");
  const rest = links.filter((link) => link.state !== "up");
  return [
    [...nodeRow(node, snapshot), ["dim", ways]],
    ...rest.map((link) => linkRow(link, node, snapshot)),
  ];
}

function wayOf({ name }: LinkView, node: NodeView, snapshot: Snapshot): string {
  const short = name.replace(/^\/dev\//, "");
  const agoMs = lastPacketMs(snapshot, node, name);
  return agoMs === undefined ? short : `${short} ${length(agoMs)}`;
}

function linkRow(link: LinkView, node: NodeView, snapshot: Snapshot): Cell[] {
  const agoMs = lastPacketMs(snapshot, node, link.name);
  const last = agoMs === undefined ? "" : `, last packet ${length(agoMs)} ago`;
  return [dot(link.state), "", [styleOf(link.state), link.state], `${labelOf(link)}${last}`];
}

/**
 * A group that is well without its resources, which its file names, and with its reason on its line if that fits.
 * The others come first: of a page that is still too tall they are seen.
 */
function allGroupRows(groups: readonly GroupView[], self: string, columns: number): Cell[][] {
  const all = groups.map((group) => briefly(group, self));
  const column = columnAfter(all.map(({ row }) => row));
  const unwellFirst = [...all.filter(({ well }) => !well), ...all.filter(({ well }) => well)];
  return unwellFirst.flatMap(({ well, why, whole, row }) => {
    if (!well) return whole;
    const fits = column + Bun.stringWidth(why) <= columns;
    return fits ? [[...row, ["dim", why]]] : [row, ...whole.slice(1)];
  });
}

/** A group with its rows on the whole page, and the first of them without its resources. */
function briefly(group: GroupView, self: string) {
  const whole = groupRows(group, self);
  return { well: isWell(group), why: group.why, whole, row: (whole[0] ?? []).slice(0, -1) };
}

function isWell({ holder, state }: GroupView): boolean {
  return holder !== null && (state === "idle" || state === "held");
}
