// Two machines with a null-modem cable between two real UARTs, and no other medium until the last story:
// everything that a cluster does, over that cable; noise on it; and either of two links lost, of which the
// other is a bond of two cards.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { PacketView } from "../../src/core/snapshot.ts";
import { Chance } from "../../src/sim/chance.ts";
import { until } from "../lab/until.ts";
import { readPage, stepsOf } from "../page.ts";
import type { Machine } from "./machine.ts";
import { CALM, home, SharedVmCluster, serialOnly, type VmCluster } from "./story.ts";

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

const pair = new SharedVmCluster({
  machines: ["alice", "bob"],
  cables: [["alice", "bob"]],
  switches: 3,
  directives: serialOnly,
});

test("hb agents on a noisy serial line believe nothing of it and go on", async () => {
  await pair.tell(async (cluster) => {
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

test("hb agents over a serial line alone: power cut, takeover, return, standby", async () => {
  await pair.tell(async (cluster) => {
    const { lab } = cluster;
    await cluster.linksAre({ on: "alice", to: "bob" }, { "/dev/ttyS1": "up" });
    // Nothing that follows needs the switch.
    const cutAt = lab.machine("alice").cutPower();
    await cluster.placed({ alice: "bob", bob: "bob" });
    const taken = lab.watch.since(home("alice"), cutAt).find((change) => change.up);
    expect(taken?.host).toBe("bob");
    // Silence is counted from alice's last heartbeat, at most one keepalive before the cut.
    expect((taken?.atMs ?? 0) - cutAt).toBeGreaterThan(
      (cluster.deadtimeS - CALM.keepaliveS - 1) * 1e3,
    );

    await lab.machine("alice").boot();
    cluster.start("alice");
    await cluster.placed({ alice: "alice", bob: "bob" }, 60_000);
    await cluster.calm();
    expect(cluster.journal("bob")).toEqual(["start bob", "start alice", "stop alice"]);
    expect(cluster.journal("alice")).toEqual(["start alice", "start alice"]);

    await lab.machine("alice").must("hb standby local");
    await cluster.placed({ alice: "bob", bob: "bob" });
    await lab.machine("alice").must("hb takeover local");
    await cluster.placed({ alice: "alice", bob: "bob" });

    expect(lab.watch.overlapMs(home("alice"))).toBeLessThan(CALM.keepaliveS * 1_000);
  });
});

/** The commands by which docs/cabling.md makes a bond of eth1 and eth2, with an address of this machine's. */
function bonding(machine: Machine): string {
  const shown = stepsOf(readPage("docs/cabling.md")).find(
    (step) => step.kind === "file" && step.places[0] === "bond0",
  );
  if (shown?.kind !== "file") throw new Error("The page makes no bond");
  const address = machine.address.replace("10.77.", "10.78.");
  // The shell's own ip knows nothing of bonds.
  const commands = shown.text.trimEnd().replace(/^ip /gm, "/usr/bin/ip ").split("\n");
  return commands.join(" && ").replace(/10(\.\d+){3}/, address);
}

test("hb agents with a bond and a serial line lose a slave, the bond or the line and nothing moves", async () => {
  await pair.tell(async (cluster) => {
    const { lab } = cluster;
    const [, ...slaves] = lab.switches;
    for (const machine of lab.machines) await machine.must(bonding(machine));
    await cluster.reload((...from) => ["bcast bond0", ...serialOnly(...from)]);
    const both = [
      { on: "alice", to: "bob" },
      { on: "bob", to: "alice" },
    ];
    const moves = () => cluster.nodes.map((name) => cluster.journal(name).length);
    const before = moves();
    const links = async (bond0: "up" | "dead", serial: "up" | "dead") => {
      await Promise.all(both.map((view) => cluster.linksAre(view, { bond0, [LINE]: serial })));
    };
    await links("up", "up");

    // The cable from eth1 to eth1 is pulled: the kernels take the other slave, and hb sees nothing of it.
    const alice = lab.machine("alice");
    const inUse = () => alice.must("cat /sys/class/net/bond0/bonding/active_slave");
    expect(await inUse()).toBe("eth1\n");
    const logged = alice.read("log/ha-log").length;
    for (const machine of lab.machines) machine.plug(1, false);
    await cluster.nothingMoves();
    expect(await inUse()).toBe("eth2\n");
    await links("up", "up");
    expect(alice.read("log/ha-log").slice(logged)).not.toMatch(/bond0/);

    // The bond as a whole.
    for (const each of slaves) each.cut("alice");
    await cluster.nothingMoves();
    await links("dead", "up");
    expect(await alice.must("hb status")).toMatch(/bond0.*dead/);

    for (const machine of lab.machines) machine.plug(1, true);
    for (const each of slaves) each.heal("alice");
    await links("up", "up");
    lab.cable("alice", "bob").cut();
    await cluster.nothingMoves();
    await links("up", "dead");

    lab.cable("alice", "bob").heal();
    await links("up", "up");
    await cluster.calm();
    expect(moves()).toEqual(before);

    expect(await cluster.leave("alice")).toBe(0);
    await cluster.placed({ alice: "bob", bob: "bob" });
    expect(lab.watch.overlapMs(home("alice"))).toBeLessThan(CALM.keepaliveS * 1_000);
  });
});
