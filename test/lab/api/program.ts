// Programs of Heartbeat's client API, as Debian ships them, and the pairs on which they are compared.

import { built, settled, startAgent } from "../agent.ts";
import { type Cluster, configure } from "../conf.ts";
import { startHeartbeat, withHeartbeat } from "../heartbeat.ts";
import type { Host } from "../host.ts";
import type { Lab } from "../lab.ts";
import { SOON_MS, until } from "../until.ts";
import { brisk, cluster, hosts } from "./pair.ts";

/** What alice and bob run. */
export type Pair = "hb" | "3.0.6" | "mixed";
export const PAIRS = ["hb", "3.0.6", "mixed"] as const;

const isOurs = (pair: Pair, name: string): boolean =>
  pair === "hb" || (pair === "mixed" && name === "alice");

/** Two nodes as in pair.ts, both active; `mixed` has hb on alice and 3.0.6 on bob. */
export async function withPair(
  pair: Pair,
  { name, ...other }: { readonly name: string } & Partial<Cluster>,
  tell: (lab: Lab) => Promise<void>,
): Promise<void> {
  await built();
  await withHeartbeat({ hosts, name }, async (lab) => {
    const both = [lab.host("alice"), lab.host("bob")];
    const extra = [...(cluster.extra ?? []), ...(other.extra ?? [])];
    configure(lab, { ...cluster, ...brisk, ...other, extra }, both);
    await Promise.all(both.map((host) => begin(pair, host)));
    for (const host of both) await active(host);
    await tell(lab);
  });
}

async function begin(pair: Pair, host: Host): Promise<void> {
  if (!isOurs(pair, host.name)) return startHeartbeat(host);
  startAgent(host);
  await settled(host);
}

/** Waits until a node sees both active, and its clients may ask who holds what. */
function active(host: Host): Promise<boolean> {
  const wait = { what: `${host.name} to see both active`, withinMs: 2 * SOON_MS, everyMs: 500 };
  return until(wait, async () => {
    const ask = (...words: readonly string[]) => host.exec(["cl_status", ...words]);
    const seen = await Promise.all(["alice", "bob"].map((node) => ask("nodestatus", node)));
    const held = await ask("rscstatus");
    const isActive = seen.every(({ stdout }) => stdout === "active\n");
    return isActive && /^(local|none|all|foreign)$/m.test(held.stdout);
  });
}

/** The command line of a program, as the daemon of Heartbeat starts its children. */
export function asCluster(program: string): string[] {
  const who = ["setpriv", "--reuid=hacluster", "--regid=haclient", "--clear-groups"];
  const path = `PATH=/var/log/bin:${process.env.PATH}`;
  return [...who, "env", path, `/usr/libexec/heartbeat/${program}`];
}

/** Waits until both nodes have such a client, as a host is told. */
export async function onBoth(host: Host, client: string): Promise<void> {
  const what = `both nodes to have "${client}"`;
  await until({ what, withinMs: SOON_MS, everyMs: 500 }, async () => {
    const ask = (node: string) => host.exec(["cl_status", "clientstatus", node, client, "3000"]);
    const said = await Promise.all(["alice", "bob"].map(ask));
    return said.every(({ stdout }) => stdout === "online\n");
  });
}
