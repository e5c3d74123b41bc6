// Small made-up clusters in few words: nodes on one wire, lines of haresources, and what is special.

import type { ClusterConfig } from "../../src/config/cluster.ts";
import type { GroupSpec, Resource } from "../../src/config/resource.ts";
import type { Shape } from "../../src/sim/shape.ts";
import { plainConfig } from "../plainconfig.ts";

export interface Spec {
  readonly nodes: readonly string[];
  /** `owner: words`, words that begin with a digit are addresses, others scripts. */
  readonly groups: readonly (readonly [owner: string, ...words: string[]])[];
  readonly failback?: "on" | "off" | "legacy";
  readonly pings?: readonly string[];
  readonly keepaliveMs?: number;
  readonly deadtimeMs?: number;
  readonly initdeadMs?: number;
  readonly resourceTimeoutMs?: number;
  readonly onStopFailure?: "ignore" | "reboot";
  readonly seed?: number;
}

export function shapeOf(spec: Spec): Shape {
  const hosts = spec.nodes.map((name) => ({ config: configOf(name, spec) }));
  return { seed: spec.seed ?? 1, hosts };
}

export function configOf(self: string, spec: Spec): ClusterConfig {
  const deadtimeMs = spec.deadtimeMs ?? 10_000;
  return {
    ...plainConfig,
    self,
    nodes: spec.nodes,
    timing: {
      ...plainConfig.timing,
      keepaliveMs: spec.keepaliveMs ?? 1_000,
      deadtimeMs,
      warntimeMs: deadtimeMs / 2,
      initdeadMs: spec.initdeadMs ?? 2 * deadtimeMs,
      deadpingMs: deadtimeMs,
    },
    media: [
      { kind: "bcast", device: "eth0", port: 694 },
      ...(spec.pings ?? []).map((name) => ({ kind: "ping" as const, name, address: name })),
    ],
    autoFailback: spec.failback ?? "on",
    groups: spec.groups.map(specOf),
    resourceTimeoutMs: spec.resourceTimeoutMs ?? 60_000,
    onStopFailure: spec.onStopFailure ?? "ignore",
  };
}

function specOf([owner, ...words]: readonly [owner: string, ...words: string[]]): GroupSpec {
  return { key: words[0] ?? "", owner, resources: words.map(resourceOf) };
}

function resourceOf(word: string): Resource {
  if (/^\d/.test(word)) {
    return { kind: "address", word, agent: "IPaddr2", family: 4, address: word, prefix: 24 };
  }
  return { kind: "script", word, style: "heartbeat", name: word, args: [] };
}
