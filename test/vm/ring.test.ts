// Three machines, each with a cable to both others and no other medium: the ring of Heartbeat's early
// days. What one cannot hear directly it hears through the third.

import { expect, setDefaultTimeout, test } from "bun:test";
import { serialOnly, type VmCluster, withVmCluster } from "./story.ts";

setDefaultTimeout(240_000);

const nodes = ["alice", "bob", "carol"];
const ring = {
  machines: nodes,
  cables: [
    ["alice", "bob"],
    ["bob", "carol"],
    ["carol", "alice"],
  ] as const,
  directives: (...from: Parameters<typeof serialOnly>) => [
    ...serialOnly(...from),
    "serial_ring on",
  ],
  deadtimeS: 10,
};
const atHome = { alice: "alice", bob: "bob", carol: "carol" };

/** A quiet node says two things each second: that it is there, and what it holds. */
const MESSAGES = 2;
/** A message leaves by both cables of its node, and each of the others passes it on once. */
const CROSSINGS = 4;
/** Of a message, with what is asked for again now and then. */
const [BYTES_MIN, BYTES_MAX] = [100, 800];

/** Bytes that the cables have taken in, in both directions. */
function bytesOf(cluster: VmCluster): number {
  return cluster.lab.cables.reduce(
    (sum, cable) =>
      nodes
        .filter((name) => cable.joins(name))
        .reduce((both, name) => both + cable.bytesFrom(name).sent, sum),
    0,
  );
}

test("hb agents in a ring of three live without any one cable, and part without two", async () => {
  await withVmCluster(ring, async (cluster) => {
    const { lab } = cluster;
    // No storm: quiet nodes say something each keepalive, and each message crosses few cables.
    const before = bytesOf(cluster);
    await Bun.sleep(5_000);
    const perSecond = (bytesOf(cluster) - before) / 5;
    expect(perSecond).toBeGreaterThan(nodes.length * BYTES_MIN);
    expect(perSecond).toBeLessThan(nodes.length * MESSAGES * CROSSINGS * BYTES_MAX);

    lab.cable("alice", "bob").cut();
    await cluster.nothingMoves();
    await cluster.calm();
    for (const [on, from] of [
      ["alice", "bob"],
      ["bob", "alice"],
    ] as const) {
      const by = lab.cable("alice", "bob").tty(on);
      await cluster.linksAre({ on, to: from }, { [by]: "dead" });
    }

    // Bob is alone now: he takes what is not his, and the node after him takes his.
    lab.cable("bob", "carol").cut();
    await cluster.placed({
      alice: ["alice", "bob"],
      carol: ["bob", "carol"],
      bob: ["bob", "carol"],
    });

    for (const cable of lab.cables) cable.heal();
    await cluster.placed(atHome, 60_000);
    await cluster.calm();
    // Who kept its own group did not restart it.
    for (const name of nodes) expect(cluster.journal(name)[0]).toBe(`start ${name}`);
    for (const name of nodes) expect(cluster.journal(name)).not.toContain(`stop ${name}`);
  });
});
