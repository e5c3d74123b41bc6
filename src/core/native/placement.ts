// Where a group belongs: pure functions of what is known, the same on every node that knows the same.
//
// They decide nothing by themselves: the rules ask them (rulebook.ts), and only the node that they name acts.

import type { Register } from "./register.ts";

/** All nodes in the order in which they are asked to hold a group: its owner, then the names after
 *  the owner's in name order, then from the first name on. */
export function candidateOrder(owner: string, nodes: readonly string[]): string[] {
  const sorted = [...new Set([...nodes, owner])].sort();
  const start = sorted.indexOf(owner);
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

export interface Vacancy {
  readonly owner: string;
  readonly nodes: readonly string[];
  /** The node where it runs already; null when nowhere. */
  readonly holder: string | null;
  /** Could this node hold it? */
  readonly viable: (node: string) => boolean;
  /** Ping nodes that this node sees; all zero when none is configured. */
  readonly pings: (node: string) => number;
}

/** The node that shall hold a group whose assigned node cannot: where it runs already if that node
 *  may keep it; else of those that see the most ping nodes the first in candidate order. */
export function choose(vacancy: Vacancy): string | undefined {
  const { holder, owner, nodes, viable, pings } = vacancy;
  if (holder !== null && viable(holder)) return holder;
  return best(candidateOrder(owner, nodes).filter(viable), pings);
}

/** Of several nodes the first one that no other surpasses. */
export function best(
  candidates: readonly string[],
  pings: (node: string) => number,
): string | undefined {
  let found: string | undefined;
  for (const node of candidates) {
    if (found === undefined || pings(node) > pings(found)) found = node;
  }
  return found;
}

/** One of several nodes that hold the same group after a partition healed. */
export interface Rival {
  readonly node: string;
  /** Epoch under which it took the group. */
  readonly claim: number;
  readonly pings: number;
  /** It does not hear the node that judges: it cannot be told to yield. */
  readonly deaf: boolean;
  /** Everything of it is up there; else its start is under way. */
  readonly whole: boolean;
  /** It is the owner by its own files, and its auto_failback says that this counts. */
  readonly home: boolean;
}

/** The one rival that keeps the group, and the rule that says so (docs/design.md, "Partition"). */
export function keeper(
  rivals: readonly Rival[],
): { readonly node: string; readonly rule: string } | undefined {
  const ranked = [...rivals].sort((one, other) => compare(one, other).order);
  const [first, second] = ranked;
  if (first === undefined) return undefined;
  if (second === undefined) return { node: first.node, rule: "it is the only holder" };
  return { node: first.node, rule: compare(first, second).rule };
}

/** Nothing that may pass speaks for one of them: who keeps it, keeps it for good. */
export function areEqual(one: Rival, other: Rival): boolean {
  return compareNow(one, other) === undefined;
}

function compare(one: Rival, other: Rival): { order: number; rule: string } {
  return compareNow(one, other) ?? compareRights(one, other);
}

/** How each of them is off at present. */
function compareNow(one: Rival, other: Rival): { order: number; rule: string } | undefined {
  if (one.deaf !== other.deaf) {
    return { order: one.deaf ? -1 : 1, rule: "the other node does not hear this one" };
  }
  if (one.whole !== other.whole) {
    return { order: one.whole ? -1 : 1, rule: "the other node is still starting it" };
  }
  if (one.pings !== other.pings) {
    return { order: other.pings - one.pings, rule: "it sees more ping nodes" };
  }
  return undefined;
}

/** What each of them may claim. */
function compareRights(one: Rival, other: Rival): { order: number; rule: string } {
  if (one.home !== other.home) {
    return { order: one.home ? -1 : 1, rule: "it is the owner" };
  }
  if (one.claim !== other.claim) {
    return { order: other.claim - one.claim, rule: "it took the group last" };
  }
  return { order: one.node < other.node ? -1 : 1, rule: "its name comes first" };
}

/** A register that no claim can surpass: the keeper's word after a partition. */
export function settle(
  registers: readonly Register[],
  claims: readonly number[],
  node: string,
): Register {
  const highest = Math.max(0, ...registers.map(({ epoch }) => epoch), ...claims);
  return { node, epoch: highest + 1 };
}
