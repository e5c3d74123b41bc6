// Plans of heartbeat clusters that are like a given one, but simpler: a host less, a group less, a link
// less, plain keys. Shrinking tries them (shrink.ts).

import type { ClusterConfig } from "../../src/config/cluster.ts";
import { linkOf } from "../../src/config/medium.ts";
import type { GroupSpec } from "../../src/config/resource.ts";
import type { TimedAct } from "../../src/sim/act.ts";
import { isPing } from "../../src/sim/network/wiring.ts";
import type { Plan } from "../../src/sim/shape.ts";
import { groupOf } from "./plan/cluster.ts";
import { mended, troublesOf } from "./plan/peace.ts";

export function* simpler(plan: Plan): Iterable<Plan> {
  const configs = plan.shape.hosts.map(({ config }) => config);
  const [first] = configs;
  if (first === undefined) return;
  for (const { self } of configs) if (configs.length > 2) yield withoutHost(plan, self);
  for (const { key } of first.groups) {
    if (first.groups.length > 1) {
      yield reconfigured(plan, (config) => ({
        ...config,
        groups: config.groups.filter((group) => group.key !== key),
      }));
    }
  }
  for (const link of new Set(first.media.map(linkOf))) {
    const isLast = first.media.every((medium) => linkOf(medium) === link || isPing(medium));
    if (!isLast) {
      yield reconfigured(plan, (config) => ({
        ...config,
        media: config.media.filter((medium) => linkOf(medium) !== link),
      }));
    }
  }
  for (const group of first.groups) {
    for (const { word } of group.resources) {
      if (group.resources.length > 1 && word !== group.key) {
        yield reconfigured(plan, (config) => ({
          ...config,
          groups: config.groups.map((each) => without(each, word)),
        }));
      }
    }
  }
  yield* plainer(plan);
}

function* plainer(plan: Plan): Iterable<Plan> {
  const plain: readonly Partial<ClusterConfig>[] = [
    { keyring: { active: 1, keys: [{ number: 1, method: "crc", key: "" }] } },
    { msgfmt: "classic" },
    { addressLease: "auto" },
    { announceIntervalMs: 60_000 },
    { onStopFailure: "ignore" },
    { autoFailback: "on" },
    { resourceTimeoutMs: 10_000 },
  ];
  for (const change of plain) {
    const changed = reconfigured(plan, (config) => ({ ...config, ...change }));
    if (JSON.stringify(changed) !== JSON.stringify(plan)) yield changed;
  }
}

function without(group: GroupSpec, word: string): GroupSpec {
  const words = group.resources.map((resource) => resource.word).filter((each) => each !== word);
  return groupOf(group.owner, words);
}

/** The same change to every file, also to those that are read later. */
function reconfigured(plan: Plan, change: (config: ClusterConfig) => ClusterConfig): Plan {
  const hosts = plan.shape.hosts.map((host) => ({ ...host, config: change(host.config) }));
  const troubles = troublesOf(plan).map(
    (act): TimedAct => (act.act === "reload" ? { ...act, config: change(act.config) } : act),
  );
  return mended({ ...plan, shape: { ...plan.shape, hosts } }, troubles);
}

function withoutHost(plan: Plan, gone: string): Plan {
  const stays = (name: string) => name !== gone;
  const hosts = plan.shape.hosts.filter(({ config }) => stays(config.self));
  const heir = hosts[0]?.config.self ?? gone;
  const troubles = troublesOf(plan).flatMap((act): TimedAct[] => {
    if ("node" in act && act.node === gone) return [];
    if (act.act !== "cut") return [act];
    const cut = { ...act, from: act.from.filter(stays), to: act.to.filter(stays) };
    return cut.from.length > 0 && cut.to.length > 0 ? [cut] : [];
  });
  const smaller = mended({ ...plan, shape: { ...plan.shape, hosts } }, troubles);
  return reconfigured(smaller, (config) => ({
    ...config,
    nodes: config.nodes.filter(stays),
    media: config.media.filter((medium) => !("peer" in medium) || stays(medium.peer)),
    groups: config.groups.map((group) => ({
      ...group,
      owner: stays(group.owner) ? group.owner : heir,
    })),
  }));
}
