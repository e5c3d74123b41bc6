// What the directory says of each node: the view that people have of it (membership/nodeview.ts), in Heartbeat's
// words.

import { NULL_UUID } from "../membership/header.ts";
import { type Looking, nodeViews } from "../membership/nodeview.ts";
import type { Roster } from "../membership/roster.ts";
import type { DirectoryNode } from "./directory.ts";

/** Normal nodes in order, this one (of this uuid) included; then the ping nodes. */
export function entriesOf(roster: Roster, looking: Looking, uuid: string): DirectoryNode[] {
  const self = { word: looking.status, weight: roster.weight, site: roster.site, uuid };
  return nodeViews(roster, looking).map(({ name, kind, links }) => {
    const node = roster.peer(name) ?? self;
    return {
      name,
      type: kind === "ping" ? "ping" : "normal",
      status: node.word,
      weight: node.weight,
      site: node.site,
      ...(node.uuid !== NULL_UUID && { uuid: node.uuid }),
      links: links.map((link) => ({
        name: link.name,
        // One that nothing has come by is dead until something does.
        status: link.state === "up" ? "up" : "dead",
      })),
    };
  });
}
