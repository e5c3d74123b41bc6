// The agent itself dies, in halves or whole, and the host lives on.

import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HALF, half } from "./agent.ts";
import { home, type Running, withCluster } from "./cluster.ts";
import { SOON_MS, stays, until, wallMs } from "./until.ts";

setDefaultTimeout(90_000);
const nodes = ["alice", "bob"];
// Enough time to restart an agent by hand on a machine that runs other labs at the same time: its
// leases, renewed each 2 s, end 6 s after the last renewal.
const cluster = { failback: "off", deadtime: "5", warntime: "3", initdead: "6" } as const;
const DEAD_MS = 5_000;

async function nothingMoves(run: Running, changesBefore: number): Promise<void> {
  await stays(
    { what: "nothing moves", withinMs: DEAD_MS + 3_000 },
    () => run.lab.watch.changes.length === changesBefore,
  );
  await run.calm(nodes);
  expect(run.lab.watch.changes.length).toBe(changesBefore);
  expect(run.journal("alice")).toEqual(["start alice"]);
  expect(run.journal("bob")).toEqual(["start bob"]);
}

test("hb agent replaces a killed pulse and nothing moves", async () => {
  await withCluster({ nodes, cluster }, async (run) => {
    const alice = run.host("alice");
    const before = run.lab.watch.changes.length;
    const [old] = half(alice, "pulse");
    expect(alice.signal("SIGKILL", HALF.pulse)).toBe(1);
    await until({ what: "a new pulse", withinMs: SOON_MS }, () =>
      half(alice, "pulse").some((pid) => pid !== old),
    );
    await nothingMoves(run, before);
  });
});

test("hb agent is restarted after its desk was killed and nothing moves", async () => {
  await withCluster({ nodes, cluster }, async (run) => {
    const alice = run.host("alice");
    const before = run.lab.watch.changes.length;
    expect(alice.signal("SIGKILL", HALF.agent)).toBe(1);
    await run.agent("alice").exited;
    // What a service manager does (Restart=always).
    run.start("alice");
    await nothingMoves(run, before);
  });
});

test("hb agent killed whole and restarted within deadtime finds everything as it was", async () => {
  await withCluster({ nodes, cluster }, async (run) => {
    const alice = run.host("alice");
    const before = run.lab.watch.changes.length;
    alice.kill();
    await run.agent("alice").exited;
    run.start("alice");
    await nothingMoves(run, before);
  });
});

test("hb agent that lost its generation begins anew above the one it had, and nothing moves", async () => {
  await withCluster({ nodes, cluster }, async (run) => {
    const alice = run.host("alice");
    const file = join(alice.dir, "lib/hb_generation");
    const lost = Number(alice.read("lib/hb_generation"));
    const before = run.lab.watch.changes.length;
    alice.kill();
    await run.agent("alice").exited;
    // As if its clock had been set back, and the file made anew by it.
    writeFileSync(file, `${String(5).padStart(15)}\n`);
    run.start("alice");
    await nothingMoves(run, before);
    expect(Number(alice.read("lib/hb_generation"))).toBe(lost + 1);
  });
});

test("hb agent restarted long after its death joins without what the other has taken", async () => {
  await withCluster({ nodes, cluster }, async (run) => {
    const alice = run.host("alice");
    alice.kill();
    await run.lab.watch.held(home("alice"), ["bob"], SOON_MS);
    const backAt = wallMs();
    run.start("alice");
    await run.calm(nodes);
    expect(run.lab.watch.since(home("alice"), backAt).filter((c) => c.up)).toEqual([]);
    await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
    // The service that the dead agent had left running is stopped by the new one.
    expect(run.journal("alice")).toEqual(["start alice", "stop alice"]);
  });
});
