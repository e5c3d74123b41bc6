// Which network devices, cables and ping nodes a made-up cluster has: found in the media of its hosts.
//
// A device's name is a segment: everybody with a medium on "eth0" is on one wire. A cable joins two
// ttys. Two hosts: ttys of the same name, else in the order of the lines. More hosts: a ring in node
// order, from the first free tty of each node to the last free tty of the next; the ring closes where
// both have one left. A ucast peer that is no host's name is found by its place: where the peers of a device
// are as many as the hosts, they are the hosts in their order; one less, the others.

import { isLine, linkOf, type Medium } from "../../config/medium.ts";

export interface Wired {
  readonly name: string;
  readonly media: readonly Medium[];
}

export type PingMedium = Extract<Medium, { readonly kind: "ping" | "ping6" | "ping_group" }>;

/** Where what is sent by a medium arrives. */
export interface End {
  readonly host: number;
  /** The link's name there. */
  readonly link: string;
}

type Port = Exclude<Medium, PingMedium>;

export function isPing(medium: Medium): medium is PingMedium {
  return medium.kind === "ping" || medium.kind === "ping6" || medium.kind === "ping_group";
}

/** For each host and each of its media: where that leads. */
export function wire(hosts: readonly Wired[]): ReadonlyMap<Medium, readonly End[]>[] {
  const cables = cablesOf(hosts);
  return hosts.map(({ media }, from) => {
    const ends = media.map((medium) => [medium, endsOf(hosts, from, medium, cables)] as const);
    return new Map(ends);
  });
}

function endsOf(
  hosts: readonly Wired[],
  from: number,
  medium: Medium,
  cables: ReadonlyMap<string, End>,
): readonly End[] {
  if (isPing(medium)) return [];
  if (isLine(medium)) {
    const end = cables.get(cableKey(from, medium.device));
    return end === undefined ? [] : [end];
  }
  const link = linkOf(medium);
  return hosts.flatMap((host, to) => {
    const isReached = to === from ? loops(medium) : reaches(hosts, from, to, medium);
    return isReached && host.media.some((ear) => hears(ear, medium)) ? [{ host: to, link }] : [];
  });
}

/** What a host sends comes back to itself. */
function loops(medium: Port): boolean {
  return medium.kind === "bcast" || (isMulticast(medium) && medium.loop);
}

function reaches(hosts: readonly Wired[], from: number, to: number, medium: Port): boolean {
  if (medium.kind !== "ucast" && medium.kind !== "ucast6") return true;
  const named = hosts.findIndex(({ name }) => name === medium.peer);
  if (named >= 0) return named === to;
  const peers = (hosts[from]?.media ?? []).flatMap((other) =>
    other.kind === medium.kind && other.device === medium.device ? [other.peer] : [],
  );
  const place = [...new Set(peers)].indexOf(medium.peer);
  const isWhole = new Set(peers).size >= hosts.length;
  return to === (isWhole || place < from ? place : place + 1);
}

function hears(ear: Medium, medium: Port): boolean {
  if (isPing(ear) || isLine(ear) || isLine(medium)) return false;
  if (ear.device !== medium.device || ear.port !== medium.port) return false;
  if (isMulticast(medium)) return isMulticast(ear) && ear.group === medium.group;
  return !isMulticast(ear);
}

function isMulticast(medium: Port): medium is Extract<Medium, { kind: "mcast" | "mcast6" }> {
  return medium.kind === "mcast" || medium.kind === "mcast6";
}

function cableKey(host: number, tty: string): string {
  return `${host} ${tty}`;
}

/** The other end of each tty. */
function cablesOf(hosts: readonly Wired[]): ReadonlyMap<string, End> {
  const free = hosts.map(({ media }) => media.filter(isLine).map(({ device }) => device));
  const with_ = free.flatMap((ttys, host) => (ttys.length > 0 ? [host] : []));
  const cables = new Map<string, End>();
  const join = (one: number, first: string, two: number, second: string) => {
    cables.set(cableKey(one, first), { host: two, link: second });
    cables.set(cableKey(two, second), { host: one, link: first });
  };
  const [one = 0, two = 0] = with_;
  if (with_.length === 2) {
    const [here = [], there = []] = [free[one], free[two]];
    const rest = there.filter((tty) => !here.includes(tty));
    for (const tty of here) {
      const other = there.includes(tty) ? tty : rest.shift();
      if (other !== undefined) join(one, tty, two, other);
    }
    return cables;
  }
  for (const [place, from] of with_.entries()) {
    const to = with_[(place + 1) % with_.length];
    if (to === undefined || to === from) continue;
    const first = free[from]?.shift();
    const last = free[to]?.pop();
    if (first !== undefined && last !== undefined) join(from, first, to, last);
    else if (first !== undefined) free[from]?.unshift(first);
    else if (last !== undefined) free[to]?.push(last);
  }
  return cables;
}
