// What is different between two states of the cluster, for a program that listens: one plain object for each node, link
// or group that changed, and for the membership with consensus, as it is now. Without a state before, all of them.

import type {
  ConsensusView,
  GroupView,
  LinkView,
  NodeView,
  Snapshot,
} from "../../core/snapshot.ts";
import type { Topic } from "./wish.ts";

export type Change =
  | {
      readonly event: "node";
      readonly node: string;
      /** As `hb status` says it; "removed" when it is in the cluster no longer. */
      readonly state: string;
      readonly kind: string;
    }
  | {
      readonly event: "link";
      readonly node: string;
      readonly link: string;
      readonly state: LinkView["state"] | "removed";
    }
  | {
      readonly event: "group";
      readonly group: string;
      readonly owner: string;
      readonly holder: string | null;
      /** On this node; "removed" when its line is gone. */
      readonly state: string;
      readonly why: string;
    }
  | {
      readonly event: "membership";
      /** Agreed on, or about to be another one; "removed" when this node takes no part in one any more. */
      readonly state: "agreed" | "agreeing" | "removed";
      /** Null before the first. */
      readonly transition: number | null;
      readonly quorum: boolean;
      readonly leader: string | null;
      readonly members: readonly string[];
      /** The rule that gives or denies quorum; empty before the first membership. */
      readonly why: string;
    };

type View = Pick<Snapshot, "nodes" | "groups" | "membership">;

/** The changes from one view to the next, by topic in the order of `topics`. */
export function changes(
  before: View | undefined,
  after: View,
  topics: readonly Topic[],
): readonly Change[] {
  return topics.flatMap((topic) => {
    const was = before === undefined ? [] : told(before, topic);
    const is = told(after, topic);
    return difference(was, is);
  });
}

function told(view: View, topic: Topic): readonly Change[] {
  switch (topic) {
    case "nodes":
      return view.nodes.map(nodeTold);
    case "links":
      return view.nodes.flatMap((node) => node.links.map((link) => linkTold(node, link)));
    case "groups":
      return view.groups.map(groupTold);
    case "membership":
      return view.membership === undefined ? [] : [membershipTold(view.membership)];
  }
}

function nodeTold({ name, state, kind }: NodeView): Change {
  return { event: "node", node: name, state, kind };
}

function linkTold({ name: node }: NodeView, { name: link, state }: LinkView): Change {
  return { event: "link", node, link, state };
}

function groupTold({ key, owner, holder, state, why }: GroupView): Change {
  return { event: "group", group: key, owner, holder, state, why };
}

function membershipTold(view: ConsensusView): Change {
  const { transition = null, quorum = false, leader = null, why = "" } = view;
  const state = view.state === "JOINED" ? "agreed" : "agreeing";
  const members = view.members.map(({ name }) => name);
  return { event: "membership", state, transition, quorum, leader, members, why };
}

function difference(was: readonly Change[], is: readonly Change[]): readonly Change[] {
  const before = new Map(was.map((change) => [nameOf(change), change]));
  const now = new Set(is.map(nameOf));
  const gone = was.filter((change) => !now.has(nameOf(change)));
  return [
    ...is.filter((change) => isNews(before.get(nameOf(change)), change)),
    ...gone.map((change) => ({ ...change, state: "removed" as const })),
  ];
}

/** `why` alone is no news: it tells times that pass. */
function isNews(was: Change | undefined, is: Change): boolean {
  if (was === undefined) return true;
  if (was.state !== is.state) return true;
  if (was.event === "node" && is.event === "node") return was.kind !== is.kind;
  if (was.event === "membership" && is.event === "membership") {
    return was.transition !== is.transition || was.quorum !== is.quorum;
  }
  if (was.event !== "group" || is.event !== "group") return false;
  return was.holder !== is.holder || was.owner !== is.owner;
}

/** What it is about. */
function nameOf(change: Change): string {
  switch (change.event) {
    case "node":
      return change.node;
    case "link":
      return `${change.node} ${change.link}`;
    case "group":
      return change.group;
    case "membership":
      return "membership";
  }
}
