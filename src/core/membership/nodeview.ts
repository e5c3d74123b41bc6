// The nodes as `hb status` shows them.

import { linkOf, type Medium } from "../../config/medium.ts";
import type { Instant } from "../instant.ts";
import type { LinkView, NodeView } from "../snapshot.ts";
import type { Peer } from "./peer.ts";
import type { Roster } from "./roster.ts";

export interface Looking {
  readonly self: string;
  readonly media: readonly Medium[];
  /** Own status word. */
  readonly status: string;
  /** Why links of this host fail, by name. */
  readonly faults: ReadonlyMap<string, string>;
  readonly now: Instant;
}

/** Every node with its links, in order; then the ping nodes. */
export function nodeViews(roster: Roster, looking: Looking): NodeView[] {
  const views = roster.names().map((name): NodeView => {
    const peer = roster.peer(name);
    if (peer !== undefined) return peerView(peer, looking);
    return { name, state: looking.status, kind: "hb", links: ownLinks(looking) };
  });
  for (const peer of roster.peers()) {
    if (peer.kind === "ping") views.push(peerView(peer, looking));
  }
  return views;
}

function peerView(peer: Peer, looking: Looking): NodeView {
  const links = mediumByLink(looking.media, peer).map(([name, medium]): LinkView => {
    return { name, medium, state: peer.links.get(name)?.state ?? "unknown" };
  });
  const state = peer.left && peer.status !== "dead" ? "left" : peer.word;
  const seen = peer.unheard ? {} : { lastHeardMs: Math.round(looking.now - peer.heardAt) };
  return { name: peer.name, state, kind: kindOf(peer), ...seen, links };
}

function kindOf(peer: Peer): string {
  if (peer.kind === "ping") return "ping";
  if (peer.unheard) return "unknown";
  return peer.speaksHb ? "hb" : "heartbeat";
}

/** A link of this host works unless something is known to be wrong with it. */
function ownLinks({ media, faults }: Looking): LinkView[] {
  const links = new Map<string, LinkView>();
  for (const medium of media) {
    if (isPing(medium)) continue;
    const name = linkOf(medium);
    links.set(name, { name, medium: medium.kind, state: faults.has(name) ? "dead" : "up" });
  }
  return [...links.values()];
}

function mediumByLink(media: readonly Medium[], peer: Peer): [string, string][] {
  const links = new Map<string, string>();
  for (const medium of media) {
    const name = linkOf(medium);
    const fits = isPing(medium) ? name === peer.name : peer.kind === "normal";
    if (fits && !links.has(name)) links.set(name, medium.kind);
  }
  return [...links];
}

function isPing(medium: Medium): boolean {
  return medium.kind === "ping" || medium.kind === "ping6" || medium.kind === "ping_group";
}
