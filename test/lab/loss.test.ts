// Three and five hb nodes on bad networks: a fifth of all packets is lost, and nothing moves.

import { expect, setDefaultTimeout, test } from "bun:test";
import { withCluster } from "./cluster.ts";
import { stays } from "./until.ts";

setDefaultTimeout(120_000);
const three = ["alice", "bob", "carol"];
const five = [...three, "dave", "erin"];

test.each([
  [three, "ucast"],
  [five, "mcast"],
] as const)(
  "hb agents of %j over %s lose a fifth of all packets for a minute and nothing moves",
  async (nodes, medium) => {
    const times = { deadtime: "2", keepalive: "200ms", warntime: "1" };
    await withCluster(
      { nodes, cluster: { ...times, media: [medium], failback: "off" } },
      async (run) => {
        const before = run.lab.watch.changes.length;
        for (const node of nodes) await run.lab.drop(node, "in", 20);
        await stays(
          { what: "nothing moves", withinMs: 60_000, everyMs: 250 },
          () => run.lab.watch.changes.length === before,
        );
        for (const node of nodes) await run.lab.undrop(node);
        await run.calm(nodes);
        for (const node of nodes) expect(run.journal(node)).toEqual([`start ${node}`]);
      },
    );
  },
);
