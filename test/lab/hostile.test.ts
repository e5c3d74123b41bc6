// Bad packets on the port of the cluster: nothing changes but counters.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { half, status } from "./agent.ts";
import { withCluster } from "./cluster.ts";

// Twenty-five seconds at the speed of the flood; a busy machine cannot send that fast.
setDefaultTimeout(300_000);
const nodes = ["alice", "bob"];
const BUN = join(import.meta.dir, "../../node_modules/.bin/bun");
const MALLORY = join(import.meta.dir, "mallory.ts");
const PACKETS = 100_000;

test("hb agent counts 100 000 hostile packets and does nothing else", async () => {
  const cluster = { failback: "on", auth: "sha1 lab-secret" } as const;
  await withCluster({ nodes, others: ["mallory"], cluster }, async (run) => {
    const changes = run.lab.watch.changes.length;
    const pids = nodes.map((name) => half(run.host(name), "pulse").join());
    const generations = await Promise.all(nodes.map((n) => status(run.host(n))));
    const said = await run
      .host("mallory")
      .exec([BUN, MALLORY, `${PACKETS}`, "4000", "10.77.0.255", "10.77.0.11", "10.77.0.12"]);
    expect(said.stdout).toContain(`${PACKETS} sent`);

    await run.calm(nodes);
    expect(run.lab.watch.changes.length).toBe(changes);
    expect(nodes.map((name) => half(run.host(name), "pulse").join())).toEqual(pids);
    for (const [i, name] of nodes.entries()) {
      const after = await status(run.host(name));
      expect(after?.generation).toBe(generations[i]?.generation ?? -1);
      const rejected = (after?.pulse.packets ?? []).flatMap((link) => Object.values(link.rejected));
      // Half or so of the flood is aimed at each node; what is true but old is no rejected packet.
      expect(rejected.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(PACKETS / 5);
      expect(run.journal(name)).toEqual([`start ${name}`]);
      expect(run.host(name).read("log/hb.log")).not.toMatch(/is dead|restarted/);
    }
  });
});
