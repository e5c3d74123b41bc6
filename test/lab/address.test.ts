// Addresses that somebody else touches, and interfaces that go away.

import { expect, setDefaultTimeout, test } from "bun:test";
import { home, withCluster } from "./cluster.ts";
import { SOON_MS, stays, until, wallMs } from "./until.ts";

setDefaultTimeout(90_000);
const nodes = ["alice", "bob"];

test("hb agent puts an address back that somebody else removed", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const alice = run.host("alice");
    const flushedAt = wallMs();
    await alice.exec(["ip", "addr", "del", `${home("alice")}/24`, "dev", "eth0"]);
    const changes = () => run.lab.watch.since(home("alice"), flushedAt);
    await until(
      { what: "the address gone and back", withinMs: SOON_MS },
      () => changes().length > 1,
    );
    const [gone, back] = changes();
    expect([gone?.up, back?.up]).toEqual([false, true]);
    expect((back?.atMs ?? 0) - (gone?.atMs ?? 0)).toBeLessThan(500);
    expect(run.journal("alice")).toEqual(["start alice"]);
    expect(run.journal("bob")).toEqual(["start bob"]);
  });
});

test("hb agent renews its leases without a moment's absence", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const before = run.lab.watch.changes.length;
    const lifetimes = new Set<number>();
    await stays({ what: "no address comes or goes", withinMs: 8_000, everyMs: 500 }, async () => {
      const shown = await run.host("alice").exec(["ip", "-o", "addr", "show", "to", home("alice")]);
      const left = /valid_lft (\d+)sec/.exec(shown.stdout)?.[1];
      if (left !== undefined) lifetimes.add(Number(left));
      return run.lab.watch.changes.length === before;
    });
    // It is a lease, not "forever", and it was renewed: far more time passed than it lasts.
    expect(lifetimes.size).toBeGreaterThan(0);
    expect(Math.max(...lifetimes)).toBeLessThan(5);
  });
});

test("hb agent hands a group over when its interface goes away", async () => {
  const cluster = { failback: "off" } as const;
  await withCluster({ nodes, nets: 2, cluster }, async (run) => {
    await run.host("alice").exec(["ip", "link", "del", "eth0"]);
    await run.lab.watch.held(home("alice"), ["bob"], SOON_MS);
  });
});
