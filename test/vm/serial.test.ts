// Two machines with a null-modem cable between two real UARTs and no other medium: everything that a
// cluster does, over that cable.

import { expect, setDefaultTimeout, test } from "bun:test";
import { CALM, home, serialOnly, withVmCluster } from "./story.ts";

setDefaultTimeout(240_000);

const pair = {
  machines: ["alice", "bob"],
  cables: [["alice", "bob"]] as const,
  directives: serialOnly,
};

test("hb agents over a serial line alone: start, power cut, return, standby, leave", async () => {
  await withVmCluster(pair, async (cluster) => {
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

    expect(await cluster.leave("alice")).toBe(0);
    await cluster.placed({ alice: "bob", bob: "bob" });
    expect(lab.watch.overlapMs(home("alice"))).toBeLessThan(CALM.keepaliveS * 1_000);
  });
});
