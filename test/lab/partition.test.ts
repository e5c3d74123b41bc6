// hb nodes that cannot hear each other, or not well: cut, healed, lossy, frozen.

import { expect, setDefaultTimeout, test } from "bun:test";
import { settled, status } from "./agent.ts";
import { home, withCluster } from "./cluster.ts";
import { SOON_MS, stays, until, wallMs } from "./until.ts";

setDefaultTimeout(120_000);
const nodes = ["alice", "bob"];

test("hb agents that were cut apart agree on one holder when they hear each other again", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    await run.lab.cut("alice");
    await run.lab.watch.held(home("alice"), ["alice", "bob"], SOON_MS);
    await run.lab.watch.held(home("bob"), ["alice", "bob"], SOON_MS);
    // An address comes first: the script behind it begins when its status is known.
    const starts = (node: string) => run.journal(node).filter((line) => line.startsWith("start"));
    await until({ what: "both to have started both", withinMs: SOON_MS }, () =>
      nodes.every((node) => starts(node).length === 2),
    );
    await run.lab.mend("alice");
    const mendedAt = wallMs();
    for (const node of nodes) {
      await until(
        { what: `one holder of ${home(node)}`, withinMs: SOON_MS },
        () => run.lab.watch.holders(home(node)).length === 1,
      );
    }
    const agreedAt = Math.max(...run.lab.watch.changes.map((change) => change.atMs));
    expect(agreedAt - mendedAt).toBeLessThan(2_000);
    await run.calm(nodes);
    await stays({ what: "one holder of each address", withinMs: 4_000 }, () =>
      nodes.every((node) => run.lab.watch.holders(home(node)).length === 1),
    );
    // What was kept was not restarted: at most one more start than stop in each journal.
    for (const node of nodes) expect(starts(node).length).toBe(2);
  });
});

test("hb agents lose a fifth of all packets for a minute and nothing moves", async () => {
  const cluster = { failback: "off", deadtime: "2", keepalive: "200ms", warntime: "1" } as const;
  await withCluster({ nodes, cluster }, async (run) => {
    const before = run.lab.watch.changes.length;
    for (const node of nodes) await run.lab.drop(node, "in", 20);
    await stays(
      { what: "nothing moves", withinMs: 60_000, everyMs: 250 },
      () => run.lab.watch.changes.length === before,
    );
    for (const node of nodes) await run.lab.undrop(node);
    await run.calm(nodes);
    expect(run.journal("alice")).toEqual(["start alice"]);
    expect(run.journal("bob")).toEqual(["start bob"]);
  });
});

test("hb agent that was frozen for three deadtimes does not hold what another has taken", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const alice = run.host("alice");
    alice.pause();
    // The kernel of the frozen host ends the lease by itself; the other takes over meanwhile.
    await run.lab.watch.held(home("alice"), ["bob"], SOON_MS);
    await Bun.sleep(1_500);
    const wokenAt = wallMs();
    alice.resume();
    await run.calm(nodes);
    await stays(
      { what: "alice's address is on bob alone", withinMs: 3_000 },
      () => run.lab.watch.holders(home("alice")).join(" ") === "bob",
    );
    const again = run.lab.watch.since(home("alice"), wokenAt).filter((c) => c.host === "alice");
    expect(again).toEqual([]);
    // While alice was frozen only her kernel could let go, when the lease of 3 s ended (deadtime rounded
    // up to a second, and one more), on a whole second, by a thread that may have to wait.
    expect(run.lab.watch.overlapMs(home("alice"))).toBeLessThan(4_000);
    expect(run.journal("alice")).toEqual(["start alice", "stop alice"]);
  });
});

test("hb agent that was frozen for less than deadtime keeps everything", async () => {
  // Two seconds between the nap and deadtime: whoever wakes her may be late himself.
  const cluster = { failback: "off", deadtime: "5", warntime: "2", initdead: "6" } as const;
  await withCluster({ nodes, cluster }, async (run) => {
    const before = run.lab.watch.changes.length;
    run.host("alice").pause();
    await Bun.sleep(2_800);
    run.host("alice").resume();
    await stays(
      { what: "nothing moves", withinMs: 4_000 },
      () => run.lab.watch.changes.length === before,
    );
    expect((await status(run.host("bob")))?.groups.map((group) => group.holder)).toEqual(nodes);
    await settled(run.host("alice"));
  });
});
