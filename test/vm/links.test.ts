// Two machines with two links, Ethernet and a null-modem cable: either may fail, nothing moves, and the
// status says which one.

import { expect, setDefaultTimeout, test } from "bun:test";
import { serialOnly, withVmCluster } from "./story.ts";

setDefaultTimeout(240_000);

const pair = {
  machines: ["alice", "bob"],
  cables: [["alice", "bob"]] as const,
  directives: (...from: Parameters<typeof serialOnly>) => ["bcast eth0", ...serialOnly(...from)],
};
const both = [
  { on: "alice", to: "bob" },
  { on: "bob", to: "alice" },
];

test("hb agents with Ethernet and a serial line lose either of them and nothing moves", async () => {
  await withVmCluster(pair, async (cluster) => {
    const { lab } = cluster;
    const line = "/dev/ttyS1";
    const links = async (eth0: "up" | "dead", serial: "up" | "dead") => {
      await Promise.all(both.map((view) => cluster.linksAre(view, { eth0, [line]: serial })));
    };
    await links("up", "up");

    lab.ethernet.cut("alice");
    await cluster.nothingMoves();
    await links("dead", "up");
    expect(await lab.machine("alice").must("hb status")).toMatch(/eth0.*dead/);

    lab.ethernet.heal("alice");
    await links("up", "up");
    lab.cable("alice", "bob").cut();
    await cluster.nothingMoves();
    await links("up", "dead");

    lab.cable("alice", "bob").heal();
    await links("up", "up");
    await cluster.calm();
    for (const name of cluster.nodes) expect(cluster.journal(name)).toEqual([`start ${name}`]);
  });
});
