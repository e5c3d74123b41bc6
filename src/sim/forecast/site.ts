// A user's own cluster as a made-up world takes it: the three files once per node, the links that can
// be cut, the side on which clients are, and how long scripts take. What the files cannot say is assumed
// here, in one place, so that it can be told.

import { type Checked, checkAll, type Given } from "../../config/check.ts";
import type { ClusterConfig } from "../../config/cluster.ts";
import { linkOf, type Medium } from "../../config/medium.ts";
import type { Problem } from "../../config/problem.ts";
import type { GroupSpec, ScriptResource } from "../../config/resource.ts";
import type { RouterConfig } from "../../config/router.ts";

/** What only the user knows. */
export interface Assumed {
  readonly seed: number;
  /** What every start, stop or status of a script takes. */
  readonly scriptMs: number;
  /** Words of haresources whose scripts take another time. */
  readonly scriptMsOf: ReadonlyMap<string, number>;
  /** The network on which clients and ping nodes are; absent: guessed. */
  readonly clients?: string;
}

export interface Site {
  readonly given: Given;
  readonly assumed: Assumed;
  /** One for each node, in the order of ha.cf. */
  readonly configs: readonly ClusterConfig[];
  readonly nodes: readonly string[];
  /** Ways of heartbeats, and the networks of addresses: what can be cut. */
  readonly links: readonly string[];
  /** The links among them that carry heartbeats. */
  readonly ways: readonly string[];
  readonly clients: string;
  readonly pings: readonly string[];
  /** Those of haresources, then the virtual routers: what clients talk to. */
  readonly groups: readonly GroupSpec[];
  readonly routers: readonly RouterConfig[];
  readonly scripts: readonly ScriptResource[];
  /** Words of haresources that are addresses, with the address alone. */
  readonly addresses: ReadonlyMap<string, string>;
}

export type Surveyed = { readonly problems: readonly Problem[] } & (
  | { readonly good: true; readonly site: Site }
  | { readonly good: false }
);

/** Reads the files for every node that they name. */
export function survey(given: Given, assumed: Assumed): Surveyed {
  const first = checkAll(given);
  const { problems } = first;
  if (first.cluster === undefined) return { good: false, problems };
  const configs: ClusterConfig[] = [];
  for (const self of first.cluster.nodes) {
    const checked = checkAll({ ...given, self });
    if (checked.cluster === undefined) return { good: false, problems: checked.problems };
    configs.push(checked.cluster);
  }
  return {
    good: true,
    problems,
    site: siteOf({ given, assumed, configs, cluster: first.cluster }),
  };
}

function siteOf(parts: {
  readonly given: Given;
  readonly assumed: Assumed;
  readonly configs: readonly ClusterConfig[];
  readonly cluster: NonNullable<Checked["cluster"]>;
}): Site {
  const { given, assumed, configs, cluster } = parts;
  const { media, nodes, routers } = cluster;
  const groups = [...cluster.groups, ...routers.map(groupOf)];
  const resources = groups.flatMap((group) => group.resources);
  const ways = unique(media.filter((medium) => !isPing(medium)).map(linkOf));
  const nets = unique([
    ...resources.flatMap((each) =>
      each.kind !== "script" && each.device !== undefined ? [each.device] : [],
    ),
    ...routers.map((router) => router.device),
  ]);
  const clients = assumed.clients ?? nets[0] ?? media.filter(isNetwork).map(linkOf)[0] ?? "eth0";
  return {
    given,
    assumed,
    configs,
    nodes,
    ways,
    links: unique([...ways, ...nets, clients]),
    clients,
    pings: media.filter(isPing).map(linkOf),
    groups,
    routers,
    scripts: [...new Map(resources.map((each) => [each.word, each])).values()].filter(
      (each) => each.kind === "script",
    ),
    addresses: new Map(
      resources
        .filter((each) => each.kind === "address")
        .map(({ word, address }) => [word, address]),
    ),
  };
}

/** A virtual router as a group that nobody owns; its words are those of the made-up kernel. */
function groupOf({ name, addresses, holdsAddresses }: RouterConfig): GroupSpec {
  const resources = addresses.map(({ family, address }) => ({
    kind: "address" as const,
    word: holdsAddresses ? `${name} ${address}` : address,
    agent: family === 4 ? ("IPaddr2" as const) : ("IPv6addr" as const),
    family,
    address,
    router: name,
  }));
  return { key: name, owner: "", resources };
}

/** A word of haresources as people say it: an address without its prefix and device. */
export function nameOf({ addresses }: Pick<Site, "addresses">, word: string): string {
  return addresses.get(word) ?? word;
}

/** How long a start or a stop of a script takes. */
export function scriptMs({ assumed }: Site, word: string): number {
  return assumed.scriptMsOf.get(word) ?? assumed.scriptMs;
}

/** A script that looks is quicker than one that does something. */
export function statusMs(site: Site, word: string): number {
  return scriptMs(site, word) / 10;
}

export function isPing(medium: Medium): boolean {
  return medium.kind === "ping" || medium.kind === "ping6" || medium.kind === "ping_group";
}

function isNetwork(medium: Medium): boolean {
  return !isPing(medium) && medium.kind !== "serial" && medium.kind !== "ppp";
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
