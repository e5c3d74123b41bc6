// A group of very many addresses: how long after the decision all are up, and all announced.

import { settled, startAgent } from "../test/lab/agent.ts";
import { configure } from "../test/lab/conf.ts";
import { withLab } from "../test/lab/lab.ts";
import { until } from "../test/lab/until.ts";
import { Sniffer } from "./sniffer.ts";

const DEADTIME_MS = 1_000;

export interface CrowdTimes {
  /** From (last packet of the dead node + deadtime) to the last address up on the survivor. */
  readonly upMs: number;
  /** The same to the first gratuitous ARP of the last address. */
  readonly announcedMs: number;
}

/** Lets the holder of a group of addresses die, once. */
export async function crowd(count: number): Promise<CrowdTimes> {
  const addresses = Array.from({ length: count }, (_, i) => `10.77.${100 + (i >> 8)}.${i & 255}`);
  let times: CrowdTimes | undefined;
  await withLab({ hosts: ["alice", "bob"] }, async (lab) => {
    const words = addresses.map((address) => `IPaddr2::${address}/16/eth0`);
    configure(lab, {
      resources: [`alice ${words.join(" ")}`],
      keepalive: "100ms",
      warntime: "500ms",
      deadtime: `${DEADTIME_MS}ms`,
      failback: "off",
    });
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    startAgent(alice);
    startAgent(bob);
    await settled(alice);
    await settled(bob);
    const last = addresses.at(-1) ?? "";
    await lab.watch.held(last, ["alice"], 20_000);

    let spokeAt = 0;
    const announced = new Map<string, number>();
    const heartbeats = new Sniffer(lab, `udp port 694 and src ${alice.address()}`, (atMs) => {
      spokeAt = atMs;
    });
    const arps = new Sniffer(lab, "arp and ether src 02:4c:00:00:00:0c", (atMs, text) => {
      const address = /(?:tell|Reply|Announcement) ([0-9.]+)/.exec(text)?.[1] ?? "";
      if (!announced.has(address)) announced.set(address, atMs);
    });
    await Promise.all([heartbeats.ready(), arps.ready()]);
    await until({ what: "a heartbeat of alice", withinMs: 5_000 }, () => spokeAt > 0);

    const killedAt = alice.kill();
    await lab.cut("alice");
    const upAt = await until({ what: "every address on bob", withinMs: 20_000 }, () => {
      const came = lab.watch.changes.filter((c) => c.host === "bob" && c.up && c.atMs > killedAt);
      const mine = came.filter((change) => addresses.includes(change.address));
      return mine.length >= count ? Math.max(...mine.map((change) => change.atMs)) : undefined;
    });
    const announcedAt = await until({ what: "an ARP for every address", withinMs: 20_000 }, () => {
      const moments = addresses.map((address) => announced.get(address));
      return moments.some((at) => at === undefined) ? undefined : Math.max(...announced.values());
    });
    heartbeats.stop();
    arps.stop();
    const decidedAt = spokeAt + DEADTIME_MS;
    times = { upMs: upAt - decidedAt, announcedMs: announcedAt - decidedAt };
  });
  if (times === undefined) throw new Error("The group was not measured");
  return times;
}
