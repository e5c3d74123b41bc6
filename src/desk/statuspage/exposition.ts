// Everything that /metrics says. Names are a promise as those of the JSON forms are: docs/status-page.md.

import type { HistogramCounts } from "../../core/histogram.ts";
import type { NodeView, RouterView, Snapshot } from "../../core/snapshot.ts";
import type { RejectReason } from "../../wire/packet.ts";
import { otherMaster } from "../carp/othermaster.ts";
import type { CarpViews } from "../carp/sibling.ts";
import { lastPacketMs } from "../lastpacket.ts";
import { childMetrics } from "./childmetric.ts";
import type { Count } from "./count.ts";
import { membershipMetrics } from "./membershipmetric.ts";
import { counter, gauge, histogram, type Sample } from "./metric.ts";
import type { Usage } from "./usage.ts";

export interface Exposed {
  readonly version: string;
  /** Undefined while the pulse gives none: it starts, or hangs. */
  readonly snapshot: Snapshot | undefined;
  /** The processes of `hb carp` beside the agent. */
  readonly carp: CarpViews;
  readonly count: Count;
  /** By the name of the process: desk, pulse. */
  readonly usage: ReadonlyMap<string, Usage>;
  /** Viewers of the page's stream. */
  readonly viewers: number;
}

/** The text of a scrape. */
export function exposition({ version, snapshot, carp, count, usage, viewers }: Exposed): string {
  const up = [{ value: snapshot === undefined ? 0 : 1 }];
  return [
    gauge({ name: "hb_info", help: "This binary." }, [{ labels: { version }, value: 1 }]),
    gauge({ name: "hb_pulse_up", help: "1 while the pulse answers." }, up),
    ...(snapshot === undefined ? [] : ofCluster(snapshot)),
    ...ofRouters([...(snapshot?.routers ?? []), ...carp.routers]),
    ...ofCarp(carp),
    ...childMetrics(snapshot?.children ?? []),
    ...membershipMetrics(snapshot),
    ...(snapshot === undefined ? [] : ofPulse(snapshot)),
    ...ofCount(count, snapshot),
    ...ofProcesses(usage),
    gauge({ name: "hb_status_viewers", help: "Open streams of the status page." }, [
      { value: viewers },
    ]),
  ].join("");
}

function ofCluster(snapshot: Snapshot): string[] {
  const { node: self, state, generation, nodes, groups } = snapshot;
  const members = nodes.filter(({ kind }) => kind !== "ping");
  const holds = groups.map(({ key, holder }) => sample({ group: key }, holder === self));
  const held = groups.map(({ key, holder }) => sample({ group: key }, holder !== null));
  const holders = groups.map(({ key, owner, holder, state: here }) => {
    return sample({ group: key, owner, holder: holder ?? "", state: here }, true);
  });
  return [
    gauge({ name: "hb_active", help: "1 while this node is a full member." }, [
      { value: Number(state === "active") },
    ]),
    gauge({ name: "hb_generation", help: "The generation of this node's run." }, [
      { value: generation },
    ]),
    gauge(
      { name: "hb_node_up", help: "1 while the node, as this one hears it, is a full member." },
      members.map(({ name, state: word }) => sample({ node: name }, word === "active")),
    ),
    gauge(
      { name: "hb_node_state", help: "1 for the state that the node is in." },
      members.map(({ name, kind, state: word }) => sample({ node: name, kind, state: word }, true)),
    ),
    gauge(
      { name: "hb_node_deaf", help: "1 while the hb node talks, and does not hear this one." },
      members
        .filter(({ name, kind }) => kind === "hb" && name !== self)
        .map(({ name, deaf }) => sample({ node: name }, deaf === true)),
    ),
    gauge(
      { name: "hb_ping_up", help: "1 while the ping node answers." },
      nodes
        .filter(({ kind }) => kind === "ping")
        .map(({ name, state }) => sample({ node: name }, state === "ping")),
    ),
    gauge(
      {
        name: "hb_node_last_heard_seconds",
        help: "How long ago the node was heard.",
        unit: "seconds",
      },
      nodes.flatMap(({ name, lastHeardMs }) => {
        return lastHeardMs === undefined ? [] : [inSeconds({ node: name }, lastHeardMs)];
      }),
    ),
    gauge({ name: "hb_link_up", help: "1 while the node is heard on the link." }, linksOf(nodes)),
    gauge(
      {
        name: "hb_link_last_packet_seconds",
        help: "How long ago a packet of the node came by the link.",
        unit: "seconds",
      },
      linkAges(snapshot),
    ),
    gauge({ name: "hb_group_held_here", help: "1 while this node holds the group." }, holds),
    gauge(
      {
        name: "hb_group_held",
        help: "1 while some node holds the group, for all that this one knows.",
      },
      held,
    ),
    gauge(
      { name: "hb_group_state", help: "1 for the group's holder, and its state here." },
      holders,
    ),
  ];
}

function ofCarp({ processes }: CarpViews): string[] {
  const mute = processes.filter(({ trouble }) => trouble !== undefined).length;
  const answering = processes.length - mute;
  return [
    gauge({ name: "hb_carp_processes", help: "Processes of hb carp, by whether they answer." }, [
      { labels: { state: "answering" }, value: answering },
      { labels: { state: "mute" }, value: mute },
    ]),
  ];
}

/** Processes in other network namespaces may run routers of the same name: a figure has one value. */
function ofRouters(all: readonly RouterView[]): string[] {
  const routers = all.filter(({ name }, at) => all.findIndex((each) => each.name === name) === at);
  const rejected = routers.flatMap(({ name, packets }) => {
    return byReason(packets.rejected, (reason) => ({ router: name, reason }));
  });
  return [
    gauge(
      { name: "hb_router_master", help: "1 while this node is the virtual router's master." },
      routers.map(({ name, state }) => sample({ router: name }, state === "master")),
    ),
    gauge(
      { name: "hb_router_state", help: "1 for the state that the virtual router is in." },
      routers.map(({ name, state }) => sample({ router: name, state }, true)),
    ),
    gauge(
      {
        name: "hb_router_other_master",
        help: "1 while this node is master and another one that does not hear it is, too.",
      },
      routers.map((router) => sample({ router: router.name }, otherMaster(router) !== undefined)),
    ),
    counter(
      { name: "hb_router_adverts_sent_total", help: "CARP adverts that were sent." },
      routers.map(({ name, packets }) => ({ labels: { router: name }, value: packets.sent })),
    ),
    counter(
      { name: "hb_router_adverts_received_total", help: "CARP adverts that counted." },
      routers.map(({ name, packets }) => ({ labels: { router: name }, value: packets.received })),
    ),
    counter(
      { name: "hb_router_adverts_rejected_total", help: "CARP adverts that did not count." },
      rejected,
    ),
  ];
}

/** Why packets are rejected. */
const reasons = Object.keys({
  empty: 0,
  "too-large": 0,
  syntax: 0,
  unsigned: 0,
  "unknown-key": 0,
  signature: 0,
} satisfies Record<RejectReason, 0>);

function ofPulse({ nodes, pulse, dropped }: Snapshot): string[] {
  const { packets, lateness, watchdog } = pulse;
  const pings = nodes.filter(({ kind }) => kind === "ping").map(({ name }) => name);
  const possible = packets
    .filter(({ link }) => !pings.includes(link))
    .flatMap(({ link }) => reasons.map((reason) => ({ link, reason })));
  const rejected = packets.flatMap(({ link, rejected: reasons }) => {
    return byReason(reasons, (reason) => ({ link, reason }));
  });
  return [
    counter(
      { name: "hb_packets_sent_total", help: "Packets that were sent." },
      packets.map(({ link, sent }) => ({ labels: { link }, value: sent })),
    ),
    counter(
      { name: "hb_packets_received_total", help: "Authentic packets that came." },
      packets.map(({ link, received }) => ({ labels: { link }, value: received })),
    ),
    counter(
      { name: "hb_packets_rejected_total", help: "Packets that are not authentic or none at all." },
      withZeros(rejected, possible),
    ),
    counter(
      { name: "hb_messages_dropped_total", help: "Authentic messages that did not count." },
      byReason(dropped, (reason) => ({ reason })),
    ),
    histogram(
      {
        name: "hb_pulse_lateness_seconds",
        help: "How late the pulse woke for its timers.",
        unit: "seconds",
      },
      lateness === undefined ? [] : [secondsOf(lateness)],
    ),
    gauge(
      {
        name: "hb_watchdog_timeout_seconds",
        help: "After which silence the watchdog resets this host.",
        unit: "seconds",
      },
      watchdog?.timeoutS === undefined
        ? []
        : [{ labels: { device: watchdog.device }, value: watchdog.timeoutS }],
    ),
  ];
}

function ofCount(count: Count, snapshot: Snapshot | undefined): string[] {
  const { node: self, nodes = [], groups = [] } = snapshot ?? {};
  const others = nodes
    .filter(({ name, kind }) => kind !== "ping" && name !== self)
    .map(({ name: node }) => ({ node }));
  const takes = groups.flatMap(({ key: group }) =>
    ["held", "failed"].map((outcome) => ({ group, outcome })),
  );
  return [
    counter({ name: "hb_events_total", help: "Events in the journal." }, count.events),
    counter(
      { name: "hb_heartbeats_late_total", help: "Heartbeats after warntime." },
      withZeros(count.late, others),
    ),
    counter(
      { name: "hb_packets_missed_total", help: "Packets of the node that were missing at first." },
      withZeros(count.lost, others),
    ),
    counter(
      { name: "hb_node_deaths_total", help: "How often the node was dead." },
      withZeros(count.deaths, others),
    ),
    counter(
      { name: "hb_takeovers_total", help: "Takes of a group here, by outcome." },
      withZeros(count.takeovers, takes),
    ),
    histogram(
      {
        name: "hb_takeover_duration_seconds",
        help: "From the decision until the group was up here.",
        unit: "seconds",
      },
      [count.took],
    ),
  ];
}

function ofProcesses(usage: ReadonlyMap<string, Usage>): string[] {
  const each = (value: (usage: Usage) => number): Sample[] => {
    return [...usage].map(([process, used]) => ({ labels: { process }, value: value(used) }));
  };
  return [
    counter(
      {
        name: "hb_process_cpu_seconds_total",
        help: "Processor time that was used.",
        unit: "seconds",
      },
      each(({ cpuSeconds }) => cpuSeconds),
    ),
    gauge(
      { name: "hb_process_resident_memory_bytes", help: "Memory in use.", unit: "bytes" },
      each(({ residentBytes }) => residentBytes),
    ),
    gauge(
      { name: "hb_process_open_fds", help: "Open descriptors." },
      each(({ descriptors }) => descriptors),
    ),
  ];
}

function linksOf(nodes: readonly NodeView[]): Sample[] {
  return nodes.flatMap(({ name: node, links }) => {
    return links.map(({ name: link, medium, state }) => {
      return sample({ node, link, medium }, state === "up");
    });
  });
}

function linkAges(snapshot: Snapshot): Sample[] {
  return snapshot.nodes.flatMap((node) => {
    return node.links.flatMap(({ name: link }) => {
      const agoMs = lastPacketMs(snapshot, node, link);
      return agoMs === undefined ? [] : [inSeconds({ node: node.name, link }, agoMs)];
    });
  });
}

function secondsOf({
  count,
  sumMs,
  buckets,
}: NonNullable<Snapshot["pulse"]["lateness"]>): HistogramCounts {
  return { count, sum: sumMs / 1_000, buckets: buckets.map(([ms, so]) => [ms / 1_000, so]) };
}

/** A counter that is there before it counts: increase() does not see the first of one that comes with it. */
function withZeros(
  counted: readonly Sample[],
  known: readonly Readonly<Record<string, string>>[],
): Sample[] {
  const has = new Set(counted.map(({ labels }) => JSON.stringify(labels)));
  const zeros = known.filter((labels) => !has.has(JSON.stringify(labels)));
  return [...counted, ...zeros.map((labels) => ({ labels, value: 0 }))];
}

function byReason(
  counts: Readonly<Record<string, number>>,
  labels: (reason: string) => Readonly<Record<string, string>>,
): Sample[] {
  return Object.entries(counts).map(([reason, value]) => ({ labels: labels(reason), value }));
}

function sample(labels: Readonly<Record<string, string>>, is: boolean): Sample {
  return { labels, value: Number(is) };
}

function inSeconds(labels: Readonly<Record<string, string>>, ms: number): Sample {
  return { labels, value: ms / 1_000 };
}
