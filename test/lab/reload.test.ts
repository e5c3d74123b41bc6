// SIGHUP: the files are read again and adopted whole, or refused whole.

import { expect, setDefaultTimeout, test } from "bun:test";
import { HALF, hb, status } from "./agent.ts";
import { groupOf, home, withCluster } from "./cluster.ts";
import { SOON_MS, stays } from "./until.ts";

setDefaultTimeout(90_000);
const nodes = ["alice", "bob"];
const NEW = "10.77.0.150";

test("hb agent adopts a new group on SIGHUP and leaves the others alone", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const before = nodes.map((node) => home(node));
    const lines = [...nodes.map(groupOf), `alice ${NEW}/24/eth0`];
    for (const node of run.nodes) node.write("ha.d/haresources", `${lines.join("\n")}\n`);
    for (const node of run.nodes) node.signal("SIGHUP", HALF.agent);
    await run.lab.watch.held(NEW, ["alice"], SOON_MS);
    await run.calm(nodes);
    const moved = run.lab.watch.changes.filter((c) => before.includes(c.address) && !c.up);
    expect(moved).toEqual([]);
    expect(run.journal("alice")).toEqual(["start alice"]);
    expect(run.journal("bob")).toEqual(["start bob"]);
  });
});

test("hb agent refuses a broken file on SIGHUP and says where it is broken", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const alice = run.host("alice");
    const changes = run.lab.watch.changes.length;
    const known = await status(alice);
    alice.write("ha.d/ha.cf", `${alice.read("ha.d/ha.cf")}deadtime yesterday\n`);
    alice.signal("SIGHUP", HALF.agent);
    await alice.says("log/hb.log", /ha\.cf:\d+/, SOON_MS);
    await stays(
      { what: "nothing moves", withinMs: 3_000 },
      () => run.lab.watch.changes.length === changes,
    );
    expect((await status(alice))?.generation).toBe(known?.generation ?? -1);
    expect((await hb(alice, "check")).code).toBe(6);
  });
});

test("hb agent takes a new key on SIGHUP while the old one still verifies", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const changes = run.lab.watch.changes.length;
    const both = "1 sha1 lab-secret\n2 md5 a-newer-secret\n";
    const steps = [`auth 1\n${both}`, `auth 2\n${both}`, "auth 2\n2 md5 a-newer-secret\n"];
    for (const text of steps) {
      for (const node of run.nodes) node.write("ha.d/authkeys", text, 0o600);
      for (const node of run.nodes) node.signal("SIGHUP", HALF.agent);
      await stays(
        { what: "nothing moves", withinMs: 2_500 },
        () => run.lab.watch.changes.length === changes,
      );
    }
    await run.calm(nodes);
  });
});
