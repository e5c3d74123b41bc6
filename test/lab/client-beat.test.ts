// Clients that talk all the time take no heartbeat from a node: as many leave as without them, none half a keepalive late, and
// the pulse wakes less often than there are messages. What that costs in milliseconds, bench/clients measures.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Told } from "../../bench/clientload.ts";
import { Sniffer } from "../../bench/sniffer.ts";
import { half } from "./agent.ts";
import { withCluster } from "./cluster.ts";
import type { Host } from "./host.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);

const nodes = ["alice", "bob"];
const BUN = join(import.meta.dir, "../../node_modules/.bin/bun");
const LOAD = join(import.meta.dir, "../../bench/clientload.ts");
const [CLIENTS, RATE, SECONDS] = [10, 40, 8];
const KEEPALIVE_MS = 1_000;
/** `###\n11:(0)t=status`: the packets that are heartbeats. */
const STATUS = "udp port 694 and udp[12:4] = 0x31313a28 and udp[20:4] = 0x73746174";

function tellings(host: Host): Told[] {
  const lines = host.read("log/load.log").split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Told);
}

/** How often the pulse's loop went to sleep. */
function sleeps(host: Host): number {
  const [pid = 0] = half(host, "pulse");
  const [, count] =
    /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  return Number(count);
}

test("hb agent misses no heartbeat and sends none half a keepalive late while clients talk, and wakes less often than they do", async () => {
  const cluster = {
    ...{ keepalive: `${KEEPALIVE_MS}ms`, warntime: "4", deadtime: "8", initdead: "8" },
    extra: ["apiauth default uid=root"],
  };
  await withCluster({ nodes, cluster }, async ({ lab }) => {
    for (const host of lab.hosts) {
      host.spawn([BUN, LOAD, host.name, `${CLIENTS}`, `${RATE}`], "load.log");
    }
    for (const host of lab.hosts) {
      const what = `the clients of ${host.name} to hear both nodes`;
      await until({ what, withinMs: SOON_MS, everyMs: 200 }, () => {
        const last = tellings(host).at(-1);
        return last?.signedOn === CLIENTS && last.own > 0 && last.others > 0;
      });
    }
    const beats = new Map<string, number[]>();
    const sniffer = new Sniffer(lab, STATUS, (atMs, text) => {
      const from = /IP (\S+)\.\d+ >/.exec(text)?.[1] ?? "";
      beats.set(from, [...(beats.get(from) ?? []), atMs]);
    });
    await sniffer.ready();
    const before = lab.hosts.map((host) => ({ slept: sleeps(host), lines: tellings(host).length }));
    await Bun.sleep(SECONDS * 1_000);
    const slept = lab.hosts.map((host, n) => sleeps(host) - (before[n]?.slept ?? 0));
    sniffer.stop();

    expect(beats.size).toBe(nodes.length);
    for (const moments of beats.values()) {
      expect(moments.length).toBeGreaterThanOrEqual(SECONDS - 1);
      const pauses = moments.slice(1).map((at, n) => at - (moments[n] ?? at));
      expect(Math.max(...pauses)).toBeLessThan(1.5 * KEEPALIVE_MS);
    }
    const since = lab.hosts.map((host, n) => tellings(host).slice(before[n]?.lines));
    for (const [n, told] of since.entries()) {
      const [said = 0, others = 0, lost] = [
        told.reduce((all, { sent }) => all + sent, 0),
        told.reduce((all, each) => all + each.others, 0),
        told.at(-1)?.lost,
      ];
      expect(lost).toBe(0);
      expect(said).toBeGreaterThan(SECONDS * RATE);
      expect(slept[n]).toBeLessThan(said + others);
    }
  });
});
