// The three files of a cluster, written onto the hosts of a lab: ha.cf, authkeys, haresources.
//
// The same text serves hb and Heartbeat 3.0.6, so that a test can say "the same cluster, other program".

import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";

export type Medium = "bcast" | "ucast" | "mcast" | "ucast6" | "mcast6";

export interface Cluster {
  /** haresources lines. */
  readonly resources: readonly string[];
  readonly media?: readonly Medium[];
  /** The key of authkeys: "crc", "md5 secret", "sha1 secret". */
  readonly auth?: string;
  readonly keepalive?: string;
  readonly deadtime?: string;
  readonly warntime?: string;
  readonly initdead?: string;
  readonly failback?: "on" | "off" | "legacy";
  /** Further ha.cf lines, before everything else (logfile, initdead… are ours). */
  readonly extra?: readonly string[];
  /** Node names; all hosts of the lab when absent. */
  readonly nodes?: readonly string[];
}

/** Times of tests that do not measure: fast, and still above what a loaded machine can disturb. */
export const BRISK = {
  keepalive: "200ms",
  warntime: "600ms",
  deadtime: "1500ms",
  initdead: "4",
} as const;

/** Writes the files of a cluster onto hosts of a lab. */
export function configure(lab: Lab, cluster: Cluster, hosts: readonly Host[] = lab.hosts): void {
  for (const host of hosts) {
    host.write("ha.d/ha.cf", haCf(lab, cluster));
    host.write("ha.d/authkeys", `auth 1\n1 ${cluster.auth ?? "sha1 lab-secret"}\n`, 0o600);
    host.write("ha.d/haresources", cluster.resources.map((line) => `${line}\n`).join(""));
  }
}

/** The text of ha.cf. */
export function haCf(lab: Lab, cluster: Cluster): string {
  const nodes = cluster.nodes ?? lab.hosts.map((host) => host.name);
  const members = lab.hosts.filter((host) => nodes.includes(host.name));
  const nets = [...Array(lab.shape.nets ?? 1).keys()];
  return [
    "logfile /var/log/ha-log",
    "debugfile /var/log/ha-debug",
    "use_logd off",
    ...(cluster.extra ?? []),
    `keepalive ${cluster.keepalive ?? BRISK.keepalive}`,
    `warntime ${cluster.warntime ?? BRISK.warntime}`,
    `deadtime ${cluster.deadtime ?? BRISK.deadtime}`,
    `initdead ${cluster.initdead ?? BRISK.initdead}`,
    ...nets.flatMap((net) =>
      (cluster.media ?? ["bcast"]).flatMap((medium) => mediumLines(medium, net, members)),
    ),
    `auto_failback ${cluster.failback ?? "on"}`,
    `node ${nodes.join(" ")}`,
    "",
  ].join("\n");
}

function mediumLines(medium: Medium, net: number, members: readonly Host[]): string[] {
  const device = `eth${net}`;
  switch (medium) {
    case "bcast":
      return [`bcast ${device}`];
    case "mcast":
      return [`mcast ${device} 239.192.7.${7 + net} 694 1 0`];
    case "mcast6":
      return [`mcast6 ${device} ff05::7:${7 + net} 694 1 0`];
    case "ucast":
      return members.map((host) => `ucast ${device} ${host.address(net)}`);
    case "ucast6":
      return members.map((host) => `ucast6 ${device} ${host.address6(net)}`);
  }
}
