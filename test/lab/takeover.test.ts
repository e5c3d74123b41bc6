// Two hb nodes: one dies with everything on it, the other takes over; then it returns.

import { expect, setDefaultTimeout, test } from "bun:test";
import { settled, status } from "./agent.ts";
import { home, OBSERVED_MS, withCluster } from "./cluster.ts";
import type { Medium } from "./conf.ts";
import { SOON_MS, stays } from "./until.ts";

setDefaultTimeout(90_000);
const nodes = ["alice", "bob"];

test.each([["bcast"], ["ucast"], ["mcast"], ["ucast6"], ["mcast6"]] as const)(
  "hb agent takes over from a killed node over %s",
  async (medium: Medium) => {
    await withCluster({ nodes, cluster: { media: [medium], failback: "off" } }, async (run) => {
      await run.lab.crash("alice");
      await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
      // The address comes first, the script that follows it in the group a moment later.
      await settled(run.host("bob"));
      expect(run.journal("bob")).toEqual(["start bob", "start alice"]);
      const known = await status(run.host("bob"));
      expect(known?.resources).toBe("all");
      expect(known?.groups.map((group) => group.holder)).toEqual(["bob", "bob"]);
    });
  },
);

test.each([["crc"], ["md5 lab-secret"]])(
  "hb agent takes over from a killed node with authkeys %s",
  async (auth) => {
    await withCluster({ nodes, cluster: { auth, failback: "off" } }, async (run) => {
      await run.lab.crash("bob");
      await run.placed({ alice: "alice", bob: "alice" }, SOON_MS);
    });
  },
);

test("hb agent hears its peer on either of two nets", async () => {
  await withCluster({ nodes, nets: 2, cluster: { failback: "off" } }, async (run) => {
    const before = run.lab.watch.changes.length;
    await run.lab.cut("alice", 1);
    await stays({ what: "nothing moves while one net is left", withinMs: 4_000 }, () =>
      run.lab.watch.changes.slice(before).every((c) => c.address !== home("alice")),
    );
    await run.lab.mend("alice", 1);
    await run.lab.cut("alice", 0);
    await stays({ what: "nothing moves while the other net is left", withinMs: 4_000 }, () =>
      run.lab.watch.changes.slice(before).every((c) => c.address !== home("alice")),
    );
  });
});

test.each([
  ["on", "alice"],
  ["legacy", "alice"],
  ["off", "bob"],
] as const)(
  "hb agent with auto_failback %s leaves the group with %s on return",
  async (failback, at) => {
    await withCluster({ nodes, cluster: { failback } }, async (run) => {
      await run.lab.crash("alice");
      await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
      await run.lab.boot("alice");
      run.start("alice");
      await run.calm(nodes);
      await run.placed({ alice: at, bob: "bob" }, SOON_MS);
      await stays({ what: `alice's group stays with ${at}`, withinMs: 3_000 }, () =>
        run.lab.watch.holders(home("alice")).includes(at),
      );
      expect(run.lab.watch.overlapMs(home("alice"))).toBeLessThan(OBSERVED_MS);
      const went = failback === "off" ? [] : ["stop alice"];
      expect(run.journal("bob")).toEqual(["start bob", "start alice", ...went]);
    });
  },
);

test("hb agent of a dead host lets the kernel take its address down", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    run.host("alice").kill();
    await run.lab.watch.held(home("alice"), ["bob"], SOON_MS);
    expect(run.lab.watch.holders(home("bob"))).toEqual(["bob"]);
    // The lease is deadtime rounded up and one second; the kernel ends it on whole seconds.
    expect(run.lab.watch.overlapMs(home("alice"))).toBeLessThan(4_000);
  });
});
