// The cluster that a seed chooses: its hosts, links, timings, groups. All hosts read the same files but
// for their own name and, on unicast links, their peers'.

import type { ClusterConfig, Timing } from "../../../src/config/cluster.ts";
import type { Medium } from "../../../src/config/medium.ts";
import type { GroupSpec, Resource } from "../../../src/config/resource.ts";
import type { Chance } from "../../../src/sim/chance.ts";
import type { Keyring } from "../../../src/wire/keyring.ts";

/** Not in name order, so that configuration order and name order differ. */
const names = ["carol", "alice", "erin", "bob", "grace", "dave", "frank"];

/** Keepalive and deadtime. */
export type Tempo = readonly [keepaliveMs: number, deadtimeMs: number];

/** What costs are packets, and most of them say nothing new: few of them come between two pieces of bad
 *  luck where a deadtime has few keepalives and is long beside what scripts and people take. The others
 *  have their share. */
const tempi: readonly Tempo[] = [
  [100, 500],
  [200, 1_000],
  [500, 2_000],
  [500, 3_000],
  ...Array.from({ length: 3 }, () => [1_000, 3_000] as const),
  ...Array.from({ length: 4 }, () => [1_000, 5_000] as const),
  ...Array.from({ length: 3 }, () => [2_000, 6_000] as const),
  ...Array.from({ length: 4 }, () => [2_000, 10_000] as const),
  ...Array.from({ length: 2 }, () => [1_000, 10_000] as const),
];

/** Each of seven nodes hears ten times as much as each of two; there are few of those. */
const sizes = [
  ...Array.from({ length: 10 }, () => 2),
  ...Array.from({ length: 9 }, () => 3),
  ...[4, 4, 4, 5, 7],
];

interface Choice {
  readonly size?: number;
  readonly tempi?: readonly Tempo[];
}

/** What the files of all hosts have in common, and what is different on each. */
export function clusterOf(
  chance: Chance,
  { size = chance.pick(sizes), tempi: choices }: Choice = {},
): ClusterConfig[] {
  const nodes = names.slice(0, size);
  const links = linksOf(chance, size);
  const groups = groupsOf(chance, nodes);
  const keyring = keyringOf(chance);
  const common = {
    nodes,
    autojoin: "none",
    timing: timingOf(chance, choices ?? tempiFor(size, links)),
    keyring,
    msgfmt: chance.pick(["classic", "classic", "netstring"]),
    hopfudge: 1,
    autoFailback: chance.pick(["on", "on", "off", "legacy"]),
    groups,
    managesResources: true,
    resourceTimeoutMs: chance.pick([2_000, 10_000, 60_000]),
    onStopFailure: chance.pick(["ignore", "ignore", "ignore", "reboot"]),
    announceIntervalMs: chance.pick([1_000, 10_000, 60_000]),
    addressLease: chance.pick(["auto", "auto", "auto", { ms: 30_000 }]),
    addressMethod: "netlink",
    realtime: false,
    rtprio: 1,
    memreserveKib: 0,
    serialRing: links.includes("serial"),
    routers: [],
  } as const satisfies Omit<ClusterConfig, "self" | "media">;
  const pings = pingsOf(chance);
  return nodes.map((self) => ({
    ...common,
    self,
    media: [...links.flatMap((link) => mediaOf(link, self, nodes)), ...pings],
  }));
}

/** Many nodes, and rings of cables, which pass everything on, have no haste. Nor has a cable alone: it would
 *  be asked for more than it carries, which hb check tells, and then nothing is promised. */
function tempiFor(size: number, links: readonly LinkKind[]): readonly Tempo[] {
  const isCrowd = size > 3 || (size > 2 && links.includes("serial"));
  const isCable = links.every((link) => link === "serial");
  return isCrowd || isCable ? tempi.filter(([keepaliveMs]) => keepaliveMs >= 1_000) : tempi;
}

export function keyringOf(chance: Chance, number = 1): Keyring {
  const method = chance.pick(["crc", "md5", "sha1", "sha256"] as const);
  const key = method === "crc" ? "" : `secret ${chance.below(1_000_000)}`;
  return { active: number, keys: [{ number, method, key }] };
}

export function timingOf(chance: Chance, choices = tempi): Timing {
  const [keepaliveMs, deadtimeMs] = chance.pick(choices);
  return {
    keepaliveMs,
    deadtimeMs,
    warntimeMs: deadtimeMs / 2,
    initdeadMs: deadtimeMs * chance.pick([1, 2, 2, 3]),
    deadpingMs: deadtimeMs,
    maxRexmitDelayMs: chance.pick([250, 250, 100, Math.max(50, keepaliveMs / 2)]),
  };
}

type LinkKind = "bcast" | "mcast" | "ucast" | "serial";

/** One to three links; two of one kind are still two networks. */
function linksOf(chance: Chance, size: number): LinkKind[] {
  const count = chance.pick(size > 3 ? [1, 1, 2] : [1, 1, 2, 2, 3]);
  const kinds: LinkKind[] = [];
  while (kinds.length < count) {
    const kind = chance.pick(["bcast", "bcast", "mcast", "ucast", "serial"] as const);
    // A ring of cables is one; among many nodes it is slow, and never the only link.
    if (kind === "serial" && (kinds.includes(kind) || (size > 2 && kinds.length === 0))) continue;
    if (!kinds.includes(kind)) kinds.push(kind);
  }
  return kinds;
}

function mediaOf(link: LinkKind, self: string, nodes: readonly string[]): Medium[] {
  switch (link) {
    case "bcast":
      return [{ kind: "bcast", device: "eth0", port: 694 }];
    case "mcast":
      return [
        { kind: "mcast", device: "eth1", group: "225.0.0.1", port: 694, ttl: 1, loop: false },
      ];
    case "ucast":
      return nodes
        .filter((peer) => peer !== self)
        .map((peer) => ({ kind: "ucast", device: "eth2", peer, port: 694 }));
    case "serial":
      return (nodes.length === 2 ? ["/dev/ttyS0"] : ["/dev/ttyS0", "/dev/ttyS1"]).map((device) => ({
        kind: "serial",
        device,
        baud: nodes.length > 3 ? 115_200 : 19_200,
        flow: "rtscts",
      }));
  }
}

function pingsOf(chance: Chance): Medium[] {
  const count = chance.pick([0, 0, 0, 1, 2]);
  return Array.from({ length: count }, (_, n) => {
    const address = `10.0.0.${254 - n}`;
    return { kind: "ping", name: address, address };
  });
}

/** One line of haresources for each node, for one of them, or by lot. */
function groupsOf(chance: Chance, nodes: readonly string[]): GroupSpec[] {
  const manner = chance.pick(["each", "each", "one", "lot"] as const);
  const count = manner === "each" ? nodes.length : 1 + chance.below(4);
  const [first = ""] = nodes;
  return Array.from({ length: count }, (_, n) => {
    const owner =
      manner === "each" ? (nodes[n] ?? first) : manner === "one" ? first : chance.pick(nodes);
    return groupOf(owner, wordsOf(chance, n));
  });
}

function wordsOf(chance: Chance, n: number): string[] {
  const form = chance.pick(["a", "a", "as", "as", "sa", "aas", "sas", "ass", "s", "asas"]);
  return [...form].map((kind, at) => (kind === "a" ? `10.${n}.0.${10 + at}` : `svc${n}${at}`));
}

export function groupOf(owner: string, words: readonly string[]): GroupSpec {
  return { key: words[0] ?? "", owner, resources: words.map(resourceOf) };
}

export function resourceOf(word: string): Resource {
  if (/^\d/.test(word)) {
    return { kind: "address", word, agent: "IPaddr2", family: 4, address: word, prefix: 24 };
  }
  return { kind: "script", word, style: "heartbeat", name: word, args: [] };
}
