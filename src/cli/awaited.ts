// What `hb wait` waits for, and what is missing for it in a snapshot.

import type { GroupView, Snapshot } from "../core/snapshot.ts";

export type Awaited =
  | { readonly what: "active" | "stable" }
  /** Held by any node, or by this one. */
  | { readonly what: "holder"; readonly group: string; readonly node?: string };

/** A condition as it is typed; undefined when it is none. */
export function awaitedOf(text: string): Awaited | undefined {
  if (text === "active" || text === "stable") return { what: text };
  const [, whole = ""] = /^holder=(.+)$/.exec(text) ?? [];
  // A resource's word may contain one; a node's name does not.
  const at = whole.lastIndexOf("@");
  const group = at === -1 ? whole : whole.slice(0, at);
  const node = at === -1 ? undefined : whole.slice(at + 1).toLowerCase();
  if (group === "" || node === "") return undefined;
  return { what: "holder", group, ...(node !== undefined && { node }) };
}

/** What is missing, as a sentence; undefined when nothing is. */
export function missing(awaited: Awaited, snapshot: Snapshot): string | undefined {
  switch (awaited.what) {
    case "active":
      return inactive(snapshot);
    case "stable":
      return inactive(snapshot) ?? unstable(snapshot);
    case "holder":
      return elsewhere(awaited, snapshot);
  }
}

function inactive({ node, state }: Snapshot): string | undefined {
  return state === "active" ? undefined : `${node} is not active: it is ${state}`;
}

function unstable({ node, groups, resources }: Snapshot): string | undefined {
  const moving = groups.map((group) => unsettled(group, node)).find((text) => text !== undefined);
  if (moving !== undefined) return moving;
  return resources === "transition" ? "groups are still being moved" : undefined;
}

function elsewhere(
  { group: name, node }: Extract<Awaited, { what: "holder" }>,
  { node: self, groups }: Snapshot,
): string | undefined {
  const [group, ...more] = named(name, groups);
  if (group === undefined) {
    const known = groups.map(({ key }) => key).join(", ");
    return `there is no group ${name}: ${known === "" ? "there are none" : `there are ${known}`}`;
  }
  if (more.length > 0) {
    const all = [group, ...more].map(({ key }) => key).join(", ");
    return `${name} may be each of ${all}: write the whole name`;
  }
  const { key } = group;
  const text = unsettled(group, self);
  if (text !== undefined || node === undefined || group.holder === node) return text;
  return `${key} is held by ${group.holder}, not by ${node}: ${group.why}`;
}

/** The group of this name; else those whose first resource is this address, however its line goes on. */
function named(name: string, groups: readonly GroupView[]): GroupView[] {
  const group = groups.find(({ key }) => key === name);
  if (group !== undefined) return [group];
  return groups.filter(({ key }) => key.replace(addressAgent, "").split("/")[0] === name);
}

/** Scripts that put up what their first argument says (heartbeat-resources 8). */
const addressAgent = /^IP(?:addr2?|v6addr)::/;

/** Nobody holds it, or this node has not come to an end with it. */
function unsettled({ key, holder, state, why }: GroupView, self: string): string | undefined {
  if (holder === null) return `nobody holds ${key}: it is ${state} here, ${why}`;
  if (holder === self && state !== "held") return `${key} is ${state} here: ${why}`;
  if (holder !== self && state !== "idle" && state !== "failed") {
    return `${key} is held by ${holder} and still ${state} here`;
  }
  return undefined;
}
