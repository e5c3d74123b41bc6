// Two machines with a null-modem cable between them: PPP by the real pppd on a real kernel, heartbeats
// over it alone, and what happens when pppd, the agent, a machine or the cable dies.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { PppView } from "../../src/core/snapshot.ts";
import { until } from "../lab/until.ts";
import { configure, home, type Story, type VmCluster, withVmCluster } from "./story.ts";

setDefaultTimeout(300_000);

const TTY = "/dev/ttyS1";
const FILES = "/etc/ha.d/ppp.d";
/** pppd and its hooks are programs that start anew: an emulated processor needs seconds for that. */
const DEADTIME_S = 15;
const WITHIN_MS = DEADTIME_S * 1_000 + 30_000;

/** Each node has its own end; bob lets the other one tell its address. */
const ends: Readonly<Record<string, string>> = { alice: "10.9.0.1:10.9.0.2", bob: "10.9.0.2:" };

function pair(...more: readonly string[]): Story {
  return {
    machines: ["alice", "bob"],
    cables: [["alice", "bob"]],
    deadtimeS: DEADTIME_S,
    directives: (name) => [`ppp ${TTY} ${ends[name]} 115200`, "warntime 8", ...more],
  };
}

async function line(cluster: VmCluster, name: string): Promise<PppView | undefined> {
  return (await cluster.status(name))?.ppp?.[0];
}

/** Waits until the PPP link of a node is up, by another pppd than this. */
function lineUp(cluster: VmCluster, name: string, not?: number): Promise<PppView> {
  const what = `${name} to have its PPP link`;
  return until({ what, withinMs: 60_000, everyMs: 300 }, async () => {
    const now = await line(cluster, name);
    return now?.state === "up" && now.pid !== not ? now : undefined;
  });
}

test("hb agents over PPP alone: start, pppd dies, the agent dies, power cut, return, standby; then a cut cable beside Ethernet", async () => {
  await withVmCluster(pair(), async (cluster) => {
    const { lab } = cluster;
    const [alice, bob] = [lab.machine("alice"), lab.machine("bob")];
    const moves = () =>
      [home("alice"), home("bob")].flatMap((address) => lab.watch.since(address, 0)).length;
    const moved = moves();

    const far = await lineUp(cluster, "bob");
    const addresses = { local: "10.9.0.2", remote: "10.9.0.1" };
    expect(far).toMatchObject({ tty: TTY, device: "ppp0", ...addresses });
    expect(await bob.must(`cat ${FILES}/.dev.ttyS1`)).toBe(
      `IPREMOTE=10.9.0.1\nIFNAME=ppp0\nPPPD_PID=${far.pid}\nIPLOCAL=10.9.0.2\n`,
    );
    expect(await bob.must("hb status")).toMatch(/PPP\n +● +\/dev\/ttyS1 +up +ppp0 +10.9.0.2 to 10/);

    // pppd is killed: the next one is there before deadtime, and nothing moves.
    const first = await lineUp(cluster, "alice");
    await alice.must(`kill -KILL ${first.pid}`);
    const second = await lineUp(cluster, "alice", first.pid);
    await cluster.linksAre({ on: "alice", to: "bob" }, { [TTY]: "up" });

    // The agent is killed: the next one goes on with the pppd that it finds.
    await alice.must("kill -KILL $(cat /run/heartbeat/hb.pid)");
    cluster.start("alice");
    await cluster.calm();
    expect((await lineUp(cluster, "alice")).pid).toBe(second.pid as number);
    expect(moves()).toBe(moved);
    for (const machine of [alice, bob]) expect(machine.read("log/hb.log")).not.toContain("is dead");

    alice.cutPower();
    await cluster.placed({ alice: "bob", bob: "bob" }, WITHIN_MS);
    await alice.boot();
    cluster.start("alice");
    await cluster.placed({ alice: "alice", bob: "bob" }, 60_000);
    await cluster.calm();
    await alice.must("hb standby local");
    await cluster.placed({ alice: "bob", bob: "bob" });
    await alice.must("hb takeover local");
    await cluster.placed({ alice: "alice", bob: "bob" });

    // With Ethernet as well a cut cable moves nothing, is seen, and comes back by itself.
    const whole = await lineUp(cluster, "alice");
    for (const machine of [alice, bob]) {
      configure(machine, cluster, pair("bcast eth0"));
      await machine.must("kill -HUP $(cat /run/heartbeat/hb.pid)");
    }
    const both = ["alice", "bob"].map((on) => ({ on, to: on === "alice" ? "bob" : "alice" }));
    for (const view of both) await cluster.linksAre(view, { eth0: "up" });
    expect((await lineUp(cluster, "alice")).pid).toBe(whole.pid as number);
    const placed = moves();
    lab.cable("alice", "bob").cut();
    await until({ what: "pppd to give the line up", withinMs: 60_000, everyMs: 500 }, async () => {
      const now = await line(cluster, "alice");
      return now?.state === "starting" && now.pid !== whole.pid;
    });
    await cluster.linksAre({ on: "alice", to: "bob" }, { [TTY]: "dead" }, WITHIN_MS);
    lab.cable("alice", "bob").heal();
    for (const view of both) await cluster.linksAre(view, { [TTY]: "up" }, WITHIN_MS);
    expect(moves()).toBe(placed);

    // Who leaves takes the line along.
    expect(await cluster.leave("alice")).toBe(0);
    await cluster.placed({ alice: "bob", bob: "bob" });
    expect(await alice.must(`pidof pppd || true; ls -A ${FILES} /run/lock`)).not.toMatch(
      /^\d|ttyS1/m,
    );
    expect(lab.watch.overlapMs(home("alice"))).toBeLessThan(1_000);
  });
});
