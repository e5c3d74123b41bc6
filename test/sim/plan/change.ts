// Other files for the same hosts: what an administrator changes while the cluster runs.

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { GroupSpec } from "../../../src/config/resource.ts";
import type { Chance } from "../../../src/sim/chance.ts";
import { groupOf, keyringOf, timingOf } from "./cluster.ts";

/** A new key that signs; the old one is kept for checking, or was forgotten. */
export function rotated(configs: readonly ClusterConfig[], chance: Chance): ClusterConfig[] {
  const fresh = keyringOf(chance, 2);
  const keepsOld = chance.next() < 0.7;
  const signs = chance.next() < 0.7;
  return configs.map((config) => {
    const old = keepsOld ? config.keyring.keys : [];
    const active = signs || !keepsOld ? fresh.active : config.keyring.active;
    return { ...config, keyring: { active, keys: [...old, ...fresh.keys] } };
  });
}

/** Other timings, and perhaps another failback. */
export function retimed(configs: readonly ClusterConfig[], chance: Chance): ClusterConfig[] {
  const timing = timingOf(chance);
  const autoFailback = chance.pick(["on", "off", "legacy"] as const);
  const both = chance.next() < 0.5;
  return configs.map((config) => ({ ...config, timing, ...(both ? { autoFailback } : {}) }));
}

/** Other lines of haresources: one more, one less, another owner, another order, one more word. */
export function redrawn(configs: readonly ClusterConfig[], chance: Chance): ClusterConfig[] {
  const [first] = configs;
  const groups = [...(first?.groups ?? [])];
  const nodes = first?.nodes ?? [];
  const n = chance.below(groups.length);
  const chosen = groups[n];
  if (chosen === undefined) return [...configs];
  const words = chosen.resources.map(({ word }) => word);
  const changed: readonly (readonly GroupSpec[])[] = [
    [],
    [groupOf(chance.pick(nodes), words)],
    [groupOf(chosen.owner, [...words, "extra"])],
    [groupOf(chosen.owner, [words[0] ?? "", ...words.slice(1).reverse()])],
    [chosen, groupOf(chance.pick(nodes), ["10.9.0.1", "extra"])],
  ];
  groups.splice(n, 1, ...chance.pick(changed));
  return configs.map((config) => ({ ...config, groups }));
}
