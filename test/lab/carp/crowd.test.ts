// All vhids of one interface: 255 virtual routers are master on one host, which dies.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, HB } from "../agent.ts";
import type { Host } from "../host.ts";
import { withLab } from "../lab.ts";
import { until } from "../until.ts";
import { Hearing } from "./hearing.ts";

setDefaultTimeout(120_000);

const COUNT = 255;
/** Advertised interval and dead time of the survivor: 3 · 1 s + 20/256 s. */
const DEAD_MS = 3_078;
/** What is promised beyond the dead time, and what two busy cores take on top of it here. */
const PROMISED_MS = 100;
const BUSY_MS = Number(process.env.HB_BUSY_MS ?? 400);

const vips = Array.from({ length: COUNT }, (_, i) => `10.77.200.${i + 1}`);

function start(host: Host, advskew: number): void {
  host.write("ha.d/passfile", "love\n", 0o600);
  const lines = vips.map(
    (vip, i) =>
      `carp eth0 ${i + 1} ${vip}/16 advskew=${advskew} passfile=/etc/ha.d/passfile seal=require`,
  );
  host.write("ha.d/carp.conf", `${lines.join("\n")}\n`);
  host.spawn([HB, "carp", "--config", "/etc/ha.d/carp.conf"], "hb-carp.log");
}

test("255 virtual routers move within the dead time and a tenth of a second", async () => {
  await built();
  const shape = { hosts: ["alice", "bob", "carol"], name: "crowd", logs: ["log/hb-carp.log"] };
  await withLab(shape, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const hearing = await Hearing.of(lab.host("carol"));
    start(alice, 0);
    const all = (name: string) => vips.every((vip) => lab.watch.holders(vip).join() === name);
    await until({ what: "every address on alice", withinMs: 30_000 }, () => all("alice"));
    start(bob, 20);
    await bob.says("log/hb-carp.log", /eth0\/255: Switching to state: BACKUP/, 20_000);
    // Two rounds, so that everything has been heard there.
    const heard = hearing.frames.length;
    await until({ what: "two rounds of adverts", withinMs: 10_000 }, () => {
      return hearing.frames.length > heard + 3 * COUNT;
    });
    expect(all("alice")).toBe(true);

    await lab.crash("alice");
    await until({ what: "every address on bob", withinMs: 20_000, everyMs: 50 }, () => all("bob"));
    // Each router by itself: from its last advert to its address.
    const last = new Map<number, number>();
    for (const { frame, atMs } of hearing.frames) {
      if (frame.subarray(26, 30).join(".") === alice.address()) last.set(frame[35] ?? 0, atMs);
    }
    const added = vips.map((vip, i) => {
      const up = lab.watch.changes.find(({ host, address }) => host === "bob" && address === vip);
      return (up?.atMs ?? Number.POSITIVE_INFINITY) - (last.get(i + 1) ?? 0) - DEAD_MS;
    });
    const sorted = added.toSorted((a, b) => a - b);
    process.stderr.write(
      `    beyond the dead time: ${sorted[0]?.toFixed(1)} … ${sorted.at(-1)?.toFixed(1)} ms\n`,
    );
    expect(last.size).toBe(COUNT);
    expect(Math.min(...added)).toBeGreaterThan(-50);
    expect(Math.max(...added)).toBeLessThan(PROMISED_MS + BUSY_MS);
  });
});
