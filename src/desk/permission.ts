// What this process may do to the network: asked before it starts, so that who started it hears one
// sentence and not the failure of the first system call.

import { userInfo } from "node:os";
import type { ChildLine } from "../config/child.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { readTextIfThere } from "./disk.ts";

/** Numbers of capabilities (linux/capability.h). */
const capabilities = { CAP_NET_BIND_SERVICE: 10n, CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n } as const;

export type Capability = keyof typeof capabilities;

/** Those of these that this process does not have; none where the kernel does not tell. */
export function missingCapabilities(wanted: readonly Capability[]): readonly Capability[] {
  const status = readTextIfThere("/proc/self/status") ?? "";
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return [];
  const bits = BigInt(`0x${effective}`);
  return wanted.filter((name) => ((bits >> capabilities[name]) & 1n) === 0n);
}

/** What an agent cannot do without: raw packets always (announcements, pings), addresses and low ports where
 *  its files ask for them. */
export function neededBy(
  { groups, routers, media }: Pick<ClusterConfig, "groups" | "routers" | "media">,
  lowPorts = firstOpenPort(),
): readonly Capability[] {
  const resources = groups.flatMap((group) => group.resources);
  const holds =
    resources.some(({ kind }) => kind !== "script") || routers.some((each) => each.holdsAddresses);
  const low = media.some((medium) => "port" in medium && medium.port < lowPorts);
  return [
    "CAP_NET_RAW",
    ...(holds ? (["CAP_NET_ADMIN"] as const) : []),
    ...(low ? (["CAP_NET_BIND_SERVICE"] as const) : []),
  ];
}

/** What is different for an agent that is not root's: one sentence each. */
export function withoutRoot(
  { groups, onStopFailure }: Pick<ClusterConfig, "groups" | "onStopFailure">,
  user = process.geteuid?.() ?? 0,
): readonly string[] {
  if (user === 0) return [];
  const scripts = groups
    .flatMap((group) => group.resources)
    .flatMap((resource) => (resource.kind === "script" ? [resource.word] : []));
  if (scripts.length === 0) return [];
  const run = `Not root: scripts run as user ${user}: ${[...new Set(scripts)].join(", ")}`;
  if (onStopFailure !== "reboot") return [run];
  return [run, "Not root: this host cannot be rebooted when a script cannot stop its resource"];
}

/** Programs beside such an agent that it cannot start: those of other users. */
export function othersPrograms(
  children: readonly ChildLine[],
  { uid, username } = ownUser(),
): readonly string[] {
  if (uid === 0) return [];
  const others = children.flatMap((child) =>
    child.kind === "pacemaker" || child.user === username ? [] : [`${child.path} of ${child.user}`],
  );
  if (others.length === 0) return [];
  return [`Not root: programs of other users cannot be started: ${others.join(", ")}`];
}

/** A container's user may have no name. */
function ownUser(): { readonly uid: number; readonly username: string } {
  try {
    return userInfo();
  } catch {
    return { uid: process.geteuid?.() ?? 0, username: "" };
  }
}

/** Ports below this one are for who is permitted (ip(7)). */
function firstOpenPort(): number {
  const text = readTextIfThere("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  return text === undefined ? 1_024 : Number.parseInt(text, 10);
}
