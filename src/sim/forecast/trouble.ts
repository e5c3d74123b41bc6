// What may go wrong in a cluster, one thing at a time: what `hb simulate --explore` tries, alone and in
// pairs. Moments are relative; a nap ends by itself, everything else lasts.

import type { Temper } from "../act.ts";
import type { Fault } from "./fault.ts";
import { tell } from "./faulttext.ts";
import type { Site } from "./site.ts";

export interface Trouble {
  readonly name: string;
  /** One word or two: troubles of one kind differ in host or link alone. */
  readonly kind: string;
  /** `at` counts from when the trouble begins. */
  /** A blip is over at once, and matters while something else goes on. A flaw shows only when something
   *  else happens. */
  readonly part: "event" | "blip" | "flaw";
  readonly faults: readonly Fault[];
  /** Hosts that it is about; pairs about one host are rarely news. */
  readonly nodes: readonly string[];
}

/** Beyond this many nodes, there are too many ways to part them: each host alone is tried. */
const partitionNodesMax = 5;

/** Every single trouble of this cluster, the gravest kinds first. */
export function troubles(site: Site): Trouble[] {
  const { nodes, ways, links, pings, configs } = site;
  const napMs = 2 * (configs[0]?.timing.deadtimeMs ?? 0) + 5_000;
  const at = 0;
  const each = (make: (node: string) => Fault) =>
    nodes.map((node) => trouble([make(node)], [node], site));
  return [
    ...each((node) => ({ at, kind: "kill", node })),
    ...partitions(site).map((fault) => trouble([fault], [], site)),
    ...nodes.map((node) => {
      const nap: Fault[] = [
        { at, kind: "freeze", node },
        { at: napMs, kind: "thaw", node },
      ];
      return trouble(nap, [node], site);
    }),
    ...each((node) => ({ at, kind: "crash", node })),
    ...links
      .flatMap((link) => nodes.map((node) => ({ node, link })))
      .map(({ node, link }) => trouble([{ at, kind: "unplug", node, link }], [node], site)),
    // With one link it is the partition of everybody from everybody; clients have lost it as well.
    ...(ways.length > 1 ? ways.map((link) => trouble([{ at, kind: "cut", link }], [], site)) : []),
    ...each((node) => ({ at, kind: "kill-pulse", node })),
    ...each((node) => ({ at, kind: "kill-desk", node })),
    ...each((node) => ({ at, kind: "leave", node })),
    ...(pings.length > 0 ? each((node) => ({ at, kind: "blind", node })) : []),
    ...scripts(site),
  ];
}

/** Stopping fails where a group is, starting where it is not. */
function scripts(site: Site): Trouble[] {
  const { nodes, groups, scripts } = site;
  const flaw = (node: string, word: string, temper: Temper) =>
    trouble([{ at: 0, kind: "script", nodes: [node], word, temper }], [node], site);
  const words = scripts.map(({ word }) => {
    const group = groups.find(({ resources }) => resources.some((each) => each.word === word));
    return { owner: group?.owner, word };
  });
  return (["stopFails", "startFails", "startHangs", "stopHangs"] as const).flatMap((fails) =>
    words.flatMap(({ owner, word }) =>
      nodes
        .filter((node) => (node === owner) === fails.startsWith("stop"))
        .map((node) => flaw(node, word, { [fails]: true })),
    ),
  );
}

/** Each way to make two sides of all nodes, on all links at once. */
export function partitions({ nodes, ways }: Pick<Site, "nodes" | "ways">): Fault[] {
  const [first, ...others] = nodes;
  if (first === undefined || others.length === 0) return [];
  const sides =
    nodes.length <= partitionNodesMax
      ? subsets(others).map((with_) => [first, ...with_])
      : nodes.map((node) => [node]);
  return sides.flatMap((side): Fault[] => {
    const rest = nodes.filter((node) => !side.includes(node));
    return rest.length === 0 ? [] : [{ at: 0, kind: "part", sides: [side, rest], links: ways }];
  });
}

/** Every subset, the empty one first. */
function subsets(names: readonly string[]): string[][] {
  const [first, ...rest] = names;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((each) => [first, ...each])].toSorted(
    (a, b) => a.length - b.length,
  );
}

function trouble(faults: readonly Fault[], nodes: readonly string[], site: Site): Trouble {
  const [first, then] = faults;
  const name = first === undefined ? "" : tell(first, site);
  const end = then === undefined ? "" : ` for ${Math.round(then.at / 1000)} s`;
  const temper = first?.kind === "script" ? Object.keys(first.temper ?? {}).join("") : "";
  return {
    name: `${name}${end}`,
    kind: `${first?.kind}${temper}`,
    part: partOf(first),
    faults,
    nodes,
  };
}

function partOf(fault: Fault | undefined): Trouble["part"] {
  if (fault?.kind === "script") return "flaw";
  return fault?.kind === "kill-pulse" || fault?.kind === "kill-desk" ? "blip" : "event";
}

/** The same trouble at a moment. */
export function begin({ faults }: Trouble, at: number): Fault[] {
  return faults.map((fault) => ({ ...fault, at: fault.at + at }));
}
