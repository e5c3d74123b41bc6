// Three and five hb nodes: exactly one taker for each group.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hb, leave } from "./agent.ts";
import { home, OBSERVED_MS, withCluster } from "./cluster.ts";
import { SOON_MS, stays, wallMs } from "./until.ts";

setDefaultTimeout(120_000);

test("hb agents of three nodes take over in name order after the owner, and give back", async () => {
  const nodes = ["alice", "bob", "carol"];
  await withCluster({ nodes, cluster: { failback: "on" } }, async (run) => {
    await run.lab.crash("bob");
    await run.placed({ alice: "alice", bob: "carol", carol: "carol" }, SOON_MS);
    await run.lab.crash("carol");
    await run.placed({ alice: "alice", bob: "alice", carol: "alice" }, SOON_MS);
    await run.lab.boot("carol");
    run.start("carol");
    await run.placed({ alice: "alice", bob: "alice", carol: "carol" }, SOON_MS);
    await run.lab.boot("bob");
    run.start("bob");
    await run.placed({ alice: "alice", bob: "bob", carol: "carol" }, SOON_MS);
    for (const node of nodes) expect(run.lab.watch.overlapMs(home(node))).toBeLessThan(OBSERVED_MS);
  });
});

test("hb agents of five nodes lose two at once and share out their groups without a rival", async () => {
  const nodes = ["alice", "bob", "carol", "dave", "erin"];
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    await Promise.all([run.lab.crash("bob"), run.lab.crash("dave")]);
    await run.placed(
      { alice: "alice", bob: "carol", carol: "carol", dave: "erin", erin: "erin" },
      SOON_MS,
    );
    expect(await leave(run.host("erin"), run.agent("erin"))).toBe(0);
    await run.placed({ dave: "alice", erin: "alice" }, SOON_MS);
    const said = await hb(run.host("carol"), "takeover", "all");
    const returnedMs = wallMs();
    expect([said.code, said.stderr]).toEqual([0, expect.any(String)]);
    await run.movedBy(Object.fromEntries(nodes.map((node) => [node, "carol"])), returnedMs);
    await stays({ what: "carol holds everything", withinMs: 3_000 }, () =>
      nodes.every((node) => run.lab.watch.holders(home(node)).join(" ") === "carol"),
    );
    for (const node of nodes) expect(run.lab.watch.overlapMs(home(node))).toBeLessThan(OBSERVED_MS);
  });
});

test("hb agents of five nodes cut in two agree on one holder of each group after the heal", async () => {
  const nodes = ["alice", "bob", "carol", "dave", "erin"];
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    await Promise.all([run.lab.cut("alice"), run.lab.cut("erin")]);
    await run.lab.watch.held(home("alice"), ["alice", "bob", "erin"], SOON_MS);
    await Promise.all([run.lab.mend("alice"), run.lab.mend("erin")]);
    await run.calm(nodes);
    await stays({ what: "one holder of each address", withinMs: 4_000 }, () =>
      nodes.every((node) => run.lab.watch.holders(home(node)).length === 1),
    );
  });
});
