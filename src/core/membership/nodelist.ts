// Node lists on the wire, and what may be done with them (heartbeat-wire 12.1, 12.3). Pure rules; the
// roster itself changes in membership.ts.

import { type Message, text } from "../../wire/message.ts";
import type { Peer } from "./peer.ts";
import type { Roster } from "./roster.ts";

/** The names of a list, in order, without empty ones. */
export function splitNames(list: string): string[] {
  return list.split(/\s+/).filter((name) => name !== "");
}

/** Each name followed by one blank; a single blank when there is none. */
function joinNames(names: readonly string[]): string {
  return names.length === 0 ? " " : names.map((name) => `${name} `).join("");
}

/** The question for a node's list. */
export function askForList(node: string): Message {
  return text({ t: "reqnodes", dest: node });
}

/** The answer to `reqnodes`: everybody, the asker and this node included. */
export function answerWithList(asker: string, roster: Roster): Message {
  return text({
    dest: asker,
    t: "repnodes",
    nodelist: joinNames(roster.names()),
    delnodelist: joinNames(roster.deletedNames()),
  });
}

/** The configured nodes that another node's list lacks and that nobody hears: they go. */
export function missingFrom(list: readonly string[], roster: Roster): Peer[] {
  const named = new Set(list);
  return [...roster.peers()].filter(
    (peer) => peer.kind === "normal" && !peer.alive && !named.has(peer.name),
  );
}

/** Why these nodes may not be deleted now; undefined when they may (heartbeat-wire 12.3). */
export function whyNotDelete(
  names: readonly string[],
  { self, roster }: { self: string; roster: Roster },
): string | undefined {
  if (names.length === 0) return "no node is named";
  for (const name of names) {
    if (name === self) return `${name} is this node, and it is alive`;
    const peer = roster.peer(name);
    if (peer === undefined || peer.kind !== "normal") return `node ${name} is not in the cluster`;
    if (peer.status !== "dead") return `node ${name} is ${peer.status}, not dead`;
  }
  for (const peer of roster.peers()) {
    if (peer.kind !== "normal" || names.includes(peer.name)) continue;
    if (peer.status !== "up" && peer.status !== "active") {
      return `node ${peer.name} is ${peer.status}: every other node must be up to take note`;
    }
  }
  return undefined;
}
