// 255 virtual routers on one interface: the processor time and the memory that they take, in one process of
// hb and in 255 of ucarp.

import { readFileSync } from "node:fs";
import { processorMs } from "../src/desk/process.ts";
import { HB } from "../test/lab/agent.ts";
import type { Host } from "../test/lab/host.ts";
import { withLab } from "../test/lab/lab.ts";
import { until } from "../test/lab/until.ts";

const COUNT = 255;

export interface Cost {
  readonly processes: number;
  /** Of one processor, while all of them are master. */
  readonly percent: number;
  /** Memory that would be free without them. */
  readonly mib: number;
}

const vips = Array.from({ length: COUNT }, (_, i) => `10.77.200.${i + 1}`);

function startHb(host: Host): void {
  const lines = vips.map((vip, i) => `carp eth0 ${i + 1} ${vip}/16 passfile=/etc/ha.d/passfile\n`);
  host.write("ha.d/carp.conf", lines.join(""));
  host.spawn([HB, "carp", "--config", "/etc/ha.d/carp.conf"], "hb-carp.log");
}

function startUcarp(host: Host): void {
  host.write("ha.d/up", '#!/bin/sh\nexec ip addr add "$2/16" dev "$1"\n', 0o755);
  const one = `/usr/sbin/ucarp -i eth0 -s ${host.address()} -v $v -a 10.77.200.$v -p bench-secret`;
  const line = `for v in $(seq ${COUNT}); do ${one} -u /etc/ha.d/up -n -f none & done; wait`;
  host.spawn(["/bin/bash", "-c", line], "ucarp.log");
}

/** Lets all of them become master on one host, and measures for some seconds. */
export async function crowdCost(sharer: "hb" | "ucarp", seconds: number): Promise<Cost> {
  let cost: Cost | undefined;
  await withLab({ hosts: ["alice"], name: "crowd" }, async (lab) => {
    const alice = lab.host("alice");
    alice.write("ha.d/passfile", "bench-secret\n", 0o600);
    if (sharer === "hb") startHb(alice);
    else startUcarp(alice);
    await until({ what: "every address", withinMs: 120_000, everyMs: 200 }, () => {
      return vips.every((vip) => lab.watch.holders(vip).length === 1);
    });
    await Bun.sleep(3_000);
    const pids = alice.pidsOf(sharer === "hb" ? /\bhb\b/ : /ucarp -i/);
    const before = usedMs(pids);
    await Bun.sleep(seconds * 1_000);
    const percent = ((usedMs(pids) - before) / 1_000 / seconds) * 100;
    cost = { processes: pids.length, percent, mib: memory(pids) };
  });
  if (cost === undefined) throw new Error("Nothing was measured");
  return cost;
}

/** Processor time of these processes. */
function usedMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const used = processorMs(pid);
    if (used === undefined) throw new Error(`Process ${pid} is gone`);
    return sum + used;
  }, 0);
}

/** Proportional set size: what they share is counted once. */
function memory(pids: readonly number[]): number {
  const kib = pids.map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  });
  return kib.reduce((sum, one) => sum + one, 0) / 1_024;
}
