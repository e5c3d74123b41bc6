// Connectivity: with ping nodes, a group moves to the node that sees more of them.

import { setDefaultTimeout, test } from "bun:test";
import { home, withCluster } from "./cluster.ts";
import { SOON_MS, stays } from "./until.ts";

setDefaultTimeout(90_000);
const nodes = ["alice", "bob"];
// The ping node is the third machine; only net 0 leads to it, net 1 carries heartbeats as well.
const ROUTER = "10.77.0.13";

test.each([[`ping ${ROUTER}`], [`ping_group outside ${ROUTER} 10.77.0.14`]])(
  "hb agent moves groups to the node that still reaches the router with %s",
  async (line) => {
    const cluster = { failback: "off", extra: [line] } as const;
    await withCluster({ nodes, nets: 2, others: ["router"], cluster }, async (run) => {
      await run.lab.cut("alice", 0);
      await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
      await run.lab.mend("alice", 0);
      await stays(
        { what: "the group stays where it went", withinMs: 6_000 },
        () => run.lab.watch.holders(home("alice")).join(" ") === "bob",
      );
    });
  },
);

test("hb agent moves nothing when the router dies for everybody", async () => {
  const cluster = { failback: "off", extra: [`ping ${ROUTER}`] } as const;
  await withCluster({ nodes, nets: 2, others: ["router"], cluster }, async (run) => {
    const changes = run.lab.watch.changes.length;
    await run.lab.cut("router");
    await stays(
      { what: "nothing moves", withinMs: 8_000 },
      () => run.lab.watch.changes.length === changes,
    );
  });
});
