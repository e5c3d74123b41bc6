// Two hb nodes: groups move because somebody asked for it.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hb, leave } from "./agent.ts";
import { home, OBSERVED_MS, withCluster } from "./cluster.ts";
import { heartbeatCommand } from "./heartbeat.ts";
import { SOON_MS, until, wallMs } from "./until.ts";

setDefaultTimeout(90_000);
const nodes = ["alice", "bob"];

test("hb standby and hb takeover move local, foreign and all groups", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const [alice, bob] = [run.host("alice"), run.host("bob")];
    const steps = [
      [alice, "standby", "local", { alice: "bob", bob: "bob" }],
      [bob, "standby", "foreign", { alice: "alice", bob: "bob" }],
      [alice, "standby", "all", { alice: "bob", bob: "bob" }],
      [alice, "takeover", "local", { alice: "alice", bob: "bob" }],
      [alice, "takeover", "foreign", { alice: "alice", bob: "alice" }],
      [bob, "takeover", "all", { alice: "bob", bob: "bob" }],
      [alice, "takeover", "failback", { alice: "alice", bob: "bob" }],
    ] as const;
    for (const [host, verb, set, places] of steps) {
      const said = await hb(host, verb, set);
      const returnedMs = wallMs();
      expect([verb, set, said.code, said.stderr]).toEqual([verb, set, 0, expect.any(String)]);
      // The command waits for the end: the addresses have moved when it returns.
      await run.movedBy(places, returnedMs);
    }
    for (const node of nodes) expect(run.lab.watch.overlapMs(home(node))).toBeLessThan(OBSERVED_MS);
  });
});

test("hb standby is refused with a reason when nobody can take the group", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    await run.lab.crash("bob");
    await run.placed({ alice: "alice", bob: "alice" }, SOON_MS);
    const said = await hb(run.host("alice"), "standby", "all");
    expect(said.code).toBe(1);
    expect(said.stderr).not.toBe("");
    await run.placed({ alice: "alice", bob: "alice" }, SOON_MS);
  });
});

test("hb agent hands everything over before it leaves", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const code = await leave(run.host("alice"), run.agent("alice"));
    expect(code).toBe(0);
    await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
    expect(run.lab.watch.overlapMs(home("alice"))).toBeLessThan(OBSERVED_MS);
    expect(run.journal("alice")).toEqual(["start alice", "stop alice"]);
  });
});

test("hb agent serves the FIFO for the old hb_standby and hb_takeover", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const [alice, bob] = [run.host("alice"), run.host("bob")];
    expect((await heartbeatCommand(alice, "hb_standby", "local")).code).toBe(0);
    await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
    await run.calm(nodes);
    expect((await heartbeatCommand(alice, "hb_takeover", "local")).code).toBe(0);
    await run.placed({ alice: "alice", bob: "bob" }, SOON_MS);
    await run.calm(nodes);
    expect((await heartbeatCommand(bob, "hb_takeover", "all")).code).toBe(0);
    await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
  });
});

test("hb agent refuses to start twice on a host", async () => {
  await withCluster({ nodes }, async (run) => {
    const second = await hb(run.host("alice"), "agent");
    expect(second.code).toBe(1);
    expect(second.stderr).not.toBe("");
    const known = await hb(run.host("alice"), "status");
    expect(known.code).toBe(0);
  });
});

test("hb status tells running from stopped", async () => {
  await withCluster({ nodes }, async (run) => {
    const alice = run.host("alice");
    expect((await hb(alice, "status")).stdout).toContain("bob");
    await leave(alice, run.agent("alice"));
    const stopped = await until({ what: "hb status 3", withinMs: SOON_MS }, async () => {
      const said = await hb(alice, "status");
      return said.code === 3 ? said : undefined;
    });
    expect(stopped.code).toBe(3);
  });
});
