// Two nodes for the programs of Heartbeat's client API, and a third host that answers pings.

import { built, settled, startAgent } from "../agent.ts";
import { type Cluster, configure } from "../conf.ts";
import { type Lab, withLab } from "../lab.ts";

export const hosts = ["alice", "bob", "router"] as const;
export const ROUTER = "10.77.0.13";
/** Address of alice's group. */
export const HELD = "10.77.0.100";

/** As on the machines of the transcripts (test/golden/heartbeat-api). */
export const cluster: Cluster = {
  nodes: ["alice", "bob"],
  resources: [`alice ${HELD}/24/eth0`],
  ...{ keepalive: "1", warntime: "4", deadtime: "6", initdead: "6", failback: "off" },
  extra: [`ping ${ROUTER}`, "realtime off"],
};

/** For stories in which somebody must be missed. */
export const brisk = {
  keepalive: "500ms",
  warntime: "1500ms",
  deadtime: "4",
  initdead: "10",
} as const;

/** Two running agents, with further lines in their ha.cf. */
export async function withAgents(
  { name, ...other }: { readonly name: string } & Partial<Cluster>,
  tell: (lab: Lab) => Promise<void>,
): Promise<void> {
  await built();
  await withLab({ hosts, name }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const extra = [...(cluster.extra ?? []), ...(other.extra ?? [])];
    configure(lab, { ...cluster, ...other, extra }, [alice, bob]);
    for (const host of [alice, bob]) startAgent(host);
    await Promise.all([settled(alice), settled(bob)]);
    await tell(lab);
  });
}
