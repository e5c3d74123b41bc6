// Three and five hb nodes through the troubles that two nodes live through elsewhere: sleep, a killed
// agent, a graceful leave, handovers.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hb, leave } from "./agent.ts";
import { home, OBSERVED_MS, withCluster } from "./cluster.ts";
import { SOON_MS, stays, wallMs } from "./until.ts";

setDefaultTimeout(120_000);
const three = ["alice", "bob", "carol"];
const five = [...three, "dave", "erin"];

test("hb agents of three nodes live through a sleep and a killed agent", async () => {
  // Leases end 6 s after the last renewal: time enough to start an agent on a busy machine.
  const cluster = { failback: "off", deadtime: "5", warntime: "3", initdead: "6" } as const;
  await withCluster({ nodes: three, cluster }, async (run) => {
    const before = run.lab.watch.changes.length;
    run.host("bob").kill();
    await run.agent("bob").exited;
    run.start("bob");
    await stays(
      { what: "nothing moves", withinMs: 8_000 },
      () => run.lab.watch.changes.length === before,
    );
    await run.calm(three);

    run.host("carol").pause();
    await run.lab.watch.held(home("carol"), ["alice"], SOON_MS);
    const wokenAt = wallMs();
    run.host("carol").resume();
    await run.calm(three);
    const again = run.lab.watch.since(home("carol"), wokenAt).filter((change) => change.up);
    expect(again).toEqual([]);
    await run.placed({ alice: "alice", bob: "bob", carol: "alice" }, SOON_MS);
  });
});

test.each([
  ["off", "alice"],
  ["on", "carol"],
  ["legacy", "carol"],
] as const)(
  "hb agents of three nodes with auto_failback %s have carol's group on %s when she returns",
  async (failback, at) => {
    await withCluster({ nodes: three, cluster: { failback } }, async (run) => {
      expect(await leave(run.host("carol"), run.agent("carol"))).toBe(0);
      await run.placed({ carol: "alice" }, SOON_MS);
      run.start("carol");
      await run.calm(three);
      await run.placed({ alice: "alice", bob: "bob", carol: at }, SOON_MS);
      await stays(
        { what: `carol's group stays with ${at}`, withinMs: 3_000 },
        () => run.lab.watch.holders(home("carol")).join(" ") === at,
      );
      expect(run.lab.watch.overlapMs(home("carol"))).toBeLessThan(OBSERVED_MS);
    });
  },
);

test("hb agents of five nodes hand groups over when they are asked to", async () => {
  await withCluster({ nodes: five, cluster: { failback: "off" } }, async (run) => {
    const steps = [
      ["bob", "standby", "local", { alice: "alice", bob: "carol", carol: "carol" }],
      ["carol", "standby", "foreign", { bob: "bob", carol: "carol" }],
      ["erin", "standby", "all", { dave: "dave", erin: "alice" }],
      ["erin", "takeover", "local", { erin: "erin", alice: "alice" }],
    ] as const;
    for (const [node, verb, set, places] of steps) {
      const said = await hb(run.host(node), verb, set);
      const returnedMs = wallMs();
      expect([node, verb, set, said.code]).toEqual([node, verb, set, 0]);
      await run.movedBy(places, returnedMs);
    }
    for (const node of five) expect(run.lab.watch.overlapMs(home(node))).toBeLessThan(OBSERVED_MS);
  });
});
