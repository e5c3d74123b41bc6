// The parts of the examination that concern heartbeats on their way: the port, the packet filter, multicast.

import type { RouterLine } from "../../config/carp/setting.ts";
import type { Medium } from "../../config/medium.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import { advertsOf } from "./carp.ts";
import type { Case } from "./case.ts";
import { judgeFirewall } from "./check/firewall.ts";
import { judgeMulticast } from "./check/multicast.ts";
import { judgePort } from "./check/port.ts";
import type { Finding } from "./finding.ts";
import { lookFirewall } from "./look/firewall.ts";
import { lookMemberships, membershipKey } from "./look/membership.ts";
import { agentPids, lookPort } from "./look/process.ts";
import type { Packet } from "./rule.ts";

/** Each port of the media once. */
export function portFindings({ checked, places, now }: Case): Finding[] {
  const own = now === undefined ? [] : agentPids(places.pid);
  const ports = new Set(checked.conf.media.flatMap((each) => ("port" in each ? each.port : [])));
  return [...ports].flatMap((port) => {
    const { holders, unseen } = lookPort(port);
    const others = holders.filter(({ pid }) => !own.includes(pid));
    // To whoever is not root the agent's own sockets are unseen as well.
    return judgePort({ port, others, unseen, isAgentRunning: now !== undefined });
  });
}

export async function firewallFindings(
  media: readonly Medium[],
  routers: readonly RouterLine[],
): Promise<Finding[]> {
  const packets = [...media.flatMap(packetsOf), ...routers.flatMap(advertsOf)];
  const unique = new Map(packets.map((packet) => [JSON.stringify(packet), packet]));
  const { facts, unread } = await lookFirewall([...unique.values()]);
  return judgeFirewall(facts, unread);
}

/** The heartbeats of a medium, on their way in and out; none for ping, whose echoes no rule is judged for. */
function packetsOf(medium: Medium): Packet[] {
  const casts = {
    bcast: { family: 4, cast: "broadcast" },
    ucast: { family: 4, cast: "unicast" },
    ucast6: { family: 6, cast: "unicast" },
    mcast: { family: 4, cast: "multicast" },
    mcast6: { family: 6, cast: "multicast" },
  } as const;
  if (!("port" in medium) || medium.kind === "ppp") return [];
  const { device, port } = medium;
  const rest = { device, protocol: "udp", port, ...casts[medium.kind] } as const;
  return [
    { way: "in", ...rest },
    { way: "out", ...rest },
  ];
}

export function multicastFindings({ self, checked }: Case, now: Snapshot): Finding[] {
  const joined = lookMemberships();
  const others = now.nodes.filter(({ name, kind }) => name !== self && kind !== "ping");
  return checked.conf.media.flatMap((medium) => {
    if (medium.kind !== "mcast" && medium.kind !== "mcast6") return [];
    const { device, group } = medium;
    const isUp = (node: (typeof others)[number], here: boolean) =>
      node.links.some(({ name, state }) => (name === device) === here && state === "up");
    const heard = others.filter((node) => isUp(node, true));
    const missed = others.filter((node) => !isUp(node, true) && isUp(node, false));
    return judgeMulticast({
      device,
      group,
      isJoined: joined.has(membershipKey(device, group)),
      heard: heard.map(({ name }) => name),
      missed: missed.map(({ name }) => name),
    });
  });
}
