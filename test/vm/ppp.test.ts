// Two machines with a null-modem cable between them and nothing else: PPP by the real pppd on a real
// kernel, heartbeats over it, and what happens when pppd, the agent or a machine dies.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { until } from "../lab/until.ts";
import { withMachines } from "./lab.ts";
import type { Machine } from "./machine.ts";

setDefaultTimeout(240_000);

const ADDRESS = "10.77.0.100";
// The emulators share two processors with whatever else runs: hb itself needs a second to start there.
const DEADTIME_S = 15;
const TTY = "/dev/ttyS1";
const FILE = "/etc/ha.d/ppp.d/.dev.ttyS1";

/** ha.cf differs in one line: each node has its own end. */
function configure(machine: Machine, ends: string, more = ""): void {
  machine.write(
    "ha.d/ha.cf",
    [
      "use_logd off",
      "logfile /var/log/ha-log",
      `keepalive 1\nwarntime 8\ndeadtime ${DEADTIME_S}\ninitdead 40`,
      `ppp ${TTY} ${ends} 115200\n${more}`,
      "auto_failback on\non_stop_failure ignore\nnode alice bob\n",
    ].join("\n"),
  );
  machine.write("ha.d/authkeys", "auth 1\n1 sha1 lab-secret\n", 0o600);
  machine.write("ha.d/haresources", `alice ${ADDRESS}/24/eth0\n`);
}

async function start(machine: Machine): Promise<void> {
  await machine.must("hb agent >>/var/log/hb.log 2>&1 & echo $!");
}

async function status(machine: Machine): Promise<Snapshot | undefined> {
  const said = await machine.exec("hb status --json");
  return said.code === 0 ? (JSON.parse(said.stdout) as Snapshot) : undefined;
}

/** Waits until a machine sees both nodes active. */
async function together(machine: Machine): Promise<Snapshot> {
  const what = `${machine.name} to see both nodes`;
  return await until({ what, withinMs: 60_000, everyMs: 500 }, async () => {
    const now = await status(machine);
    const active = now?.nodes.filter(({ state }) => state === "active");
    return active?.length === 2 && now?.resources !== "transition" ? now : undefined;
  });
}

/** How a node is heard: "/dev/ttyS1 up, eth0 dead". */
async function linksTo(machine: Machine, node: string): Promise<string> {
  const view = (await status(machine))?.nodes.find(({ name }) => name === node);
  return (view?.links ?? []).map(({ name, state }) => `${name} ${state}`).join(", ");
}

/** Waits until the PPP link of a machine is up, by another pppd than this. */
async function lineUp(machine: Machine, not?: number) {
  const what = `${machine.name} to have its PPP link`;
  return await until({ what, withinMs: 60_000, everyMs: 300 }, async () => {
    const [line] = (await status(machine))?.ppp ?? [];
    return line?.state === "up" && line.pid !== not ? line : undefined;
  });
}

test("two machines over PPP: start, pppd dies, the agent dies, standby, power cut, return, cut cable, leave", async () => {
  const plan = { machines: ["alice", "bob"], cables: [["alice", "bob"]] as const };
  await withMachines(plan, async (lab) => {
    const [alice, bob] = [lab.machine("alice"), lab.machine("bob")];
    configure(alice, "10.9.0.1:10.9.0.2");
    // The other end may tell its own address.
    configure(bob, "10.9.0.2:");
    await Promise.all([start(alice), start(bob)]);
    await lab.watch.held(ADDRESS, ["alice"], 60_000);
    await Promise.all([together(alice), together(bob)]);

    const line = await lineUp(bob);
    expect(line).toMatchObject({ tty: TTY, device: "ppp0", local: "10.9.0.2", remote: "10.9.0.1" });
    expect(await bob.must(`cat ${FILE}`)).toBe(
      `IPREMOTE=10.9.0.1\nIFNAME=ppp0\nPPPD_PID=${line.pid}\nIPLOCAL=10.9.0.2\n`,
    );
    expect(await bob.must("hb status")).toMatch(/PPP\n +● +\/dev\/ttyS1 +up +ppp0 +10.9.0.2 to 10/);

    // pppd is killed: the next one is there long before deadtime, and nothing moves.
    const from = Date.now();
    const before = await lineUp(alice);
    await alice.must(`kill -KILL ${before.pid}`);
    await lineUp(alice, before.pid);
    await together(alice);
    expect(lab.watch.since(ADDRESS, from)).toEqual([]);

    // So is the agent: the next one goes on with the pppd that it finds.
    const after = await lineUp(alice);
    await alice.must("kill -KILL $(cat /run/heartbeat/hb.pid)");
    await start(alice);
    await until({ what: "alice to go on", withinMs: 60_000 }, async () => {
      return (await status(alice))?.state === "active";
    });
    expect((await lineUp(alice)).pid).toBe(after.pid as number);
    expect(lab.watch.since(ADDRESS, from)).toEqual([]);
    for (const name of ["alice", "bob"])
      expect(lab.machine(name).read("log/hb.log")).not.toMatch(/is dead/);

    await alice.must("hb standby");
    await lab.watch.held(ADDRESS, ["bob"], 20_000);
    await alice.must("hb takeover");
    await lab.watch.held(ADDRESS, ["alice"], 20_000);

    alice.cutPower();
    await lab.watch.held(ADDRESS, ["bob"], DEADTIME_S * 1_000 + 30_000);
    await alice.boot();
    await start(alice);
    await lab.watch.held(ADDRESS, ["alice"], 60_000);
    await together(bob);

    // With Ethernet as well, a cut cable moves nothing, is seen, and comes back by itself.
    const whole = await lineUp(alice);
    configure(alice, "10.9.0.1:10.9.0.2", "bcast eth0");
    configure(bob, "10.9.0.2:", "bcast eth0");
    for (const machine of [alice, bob])
      await machine.must("kill -HUP $(cat /run/heartbeat/hb.pid)");
    await until({ what: "both links", withinMs: 30_000 }, async () => {
      return (await linksTo(alice, "bob")) === "/dev/ttyS1 up, eth0 up";
    });
    expect((await lineUp(alice)).pid).toBe(whole.pid as number);
    const cutAt = Date.now();
    lab.cable("alice", "bob").cut();
    await until({ what: "pppd to give the line up", withinMs: 60_000, everyMs: 500 }, async () => {
      const line = (await status(alice))?.ppp?.[0];
      return line?.state === "starting" && line.pid !== whole.pid;
    });
    expect(await linksTo(alice, "bob")).toBe("/dev/ttyS1 dead, eth0 up");
    lab.cable("alice", "bob").heal();
    await until({ what: "the cable to work again", withinMs: 30_000, everyMs: 500 }, async () => {
      return (await linksTo(alice, "bob")) === "/dev/ttyS1 up, eth0 up";
    });
    await until({ what: "and for bob", withinMs: 30_000, everyMs: 500 }, async () => {
      return (await linksTo(bob, "alice")) === "/dev/ttyS1 up, eth0 up";
    });
    expect(lab.watch.since(ADDRESS, cutAt)).toEqual([]);

    await alice.must("kill -TERM $(cat /run/heartbeat/hb.pid)");
    await lab.watch.held(ADDRESS, ["bob"], 20_000);
    await until({ what: "alice's pppd to be gone", withinMs: 20_000 }, async () => {
      return (await alice.must("pidof pppd || true")) === "";
    });
    expect(await alice.must(`ls -A ${FILE.replace(/[^/]*$/, "")} /run/lock`)).not.toContain(
      "ttyS1",
    );
    // The news of the two kernels arrive here by different ways: so much may lie between them.
    expect(lab.watch.overlapMs(ADDRESS)).toBeLessThan(1_000);
  });
});
