// When the last packet of a node came by a link: of two ways, which one is silent, and since when. The core knows
// of a link only whether it is up; when what came by it, the pulse tells.

import type { NodeView, Snapshot } from "../core/snapshot.ts";

/** In milliseconds; undefined for this node itself, and where none came since the pulse began. */
export function lastPacketMs(
  { node: self, pulse }: Snapshot,
  node: NodeView,
  link: string,
): number | undefined {
  if (node.name === self) return undefined;
  // A ping node is its own link, and sends no packets of the cluster.
  if (node.kind === "ping") return node.lastHeardMs;
  const sender = pulse.senders?.find((each) => each.node === node.name);
  return sender?.links.find(({ name }) => name === link)?.agoMs;
}
