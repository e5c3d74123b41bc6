// Noise on a serial line between two machines that have no other: nothing is accepted that does not
// authenticate, nothing moves, and the next packet counts again.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { PacketView } from "../../src/core/snapshot.ts";
import { until } from "../lab/until.ts";
import { Chance } from "../sim/random.ts";
import { CALM, serialOnly, type VmCluster, withVmCluster } from "./story.ts";

setDefaultTimeout(240_000);

const LINE = "/dev/ttyS1";
/** Asking a machine for its status takes its time; more than that is not lent to the promise. */
const ASKING_MS = 3_000;

async function lineOf(cluster: VmCluster, name: string): Promise<PacketView> {
  return until({ what: `the line of ${name}`, withinMs: 20_000, everyMs: 100 }, async () =>
    (await cluster.status(name))?.pulse.packets.find(({ link }) => link === LINE),
  );
}

/** The last whole packet of a type among bytes of a line. */
function lastPacket(bytes: Uint8Array, type: string): string {
  const packets = Buffer.from(bytes)
    .toString("latin1")
    .split(/(?=^>>>\n)/m)
    .filter((text) => text.endsWith("\n<<<\n") && text.includes(`t=${type}\n`));
  return packets.at(-1) ?? "";
}

function total(counts: Readonly<Record<string, number>> = {}): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

test("hb agents on a noisy serial line believe nothing of it and go on", async () => {
  const pair = {
    machines: ["alice", "bob"],
    cables: [["alice", "bob"]] as const,
    directives: serialOnly,
  };
  await withVmCluster(pair, async (cluster) => {
    const cable = cluster.lab.cable("alice", "bob");
    const chance = new Chance(7);
    const random = Buffer.from(Array.from({ length: 2_000 }, () => chance.below(256)));
    const status = lastPacket(cable.keptFrom("alice"), "status");
    const bulletin = lastPacket(cable.keptFrom("alice"), "hb_groups");
    expect(status).toContain("src=alice\n");
    expect(bulletin).toContain("g=held ");
    const half = Math.floor(status.length / 2);
    const forged = [
      // Alice would leave; alice would hold nothing; a checksum instead of a signature.
      status.replace("st=active", "st=dead"),
      bulletin.replace("g=held", "g=idle"),
      bulletin.replace(/^auth=.*$/m, "auth=1 0 deadbeef"),
    ];
    const noises: readonly (readonly [string, Uint8Array])[] = [
      ["random bytes", random],
      ["flow control and the 8th bit", Buffer.from("13119313ff80feb3".repeat(40), "hex")],
      ["the first half of a packet", Buffer.from(status.slice(0, half))],
      ["the second half of a packet", Buffer.from(status.slice(half))],
      ["beginnings without an end", Buffer.from(">>>\n".repeat(30))],
      ["forged packets", Buffer.from(forged.join(""))],
      ["a packet that was there before", Buffer.from(status + bulletin)],
    ];

    const before = await lineOf(cluster, "bob");
    for (const [what, bytes] of noises) {
      cable.inject("bob", bytes);
      const { received } = await lineOf(cluster, "bob");
      await until(
        {
          what: `an authentic packet after ${what}`,
          withinMs: CALM.keepaliveS * 1_000 + ASKING_MS,
          everyMs: 100,
        },
        async () => (await lineOf(cluster, "bob")).received > received,
      );
    }
    const after = await lineOf(cluster, "bob");
    expect(total(after.rejected) - total(before.rejected)).toBeGreaterThanOrEqual(forged.length);
    expect((after.line?.noise ?? 0) - (before.line?.noise ?? 0)).toBeGreaterThan(half);

    await cluster.nothingMoves();
    await cluster.calm();
    for (const name of cluster.nodes) {
      expect(cluster.journal(name)).toEqual([`start ${name}`]);
      expect(cluster.machine(name).read("log/ha-log")).not.toMatch(/is dead:|leaving|partition/);
    }
  });
});
