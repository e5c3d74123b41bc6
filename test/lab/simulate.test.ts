// What hb simulate foretells and what then happens to real hosts with the very same files.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hb, settled } from "./agent.ts";
import { home, type Running, withCluster } from "./cluster.ts";
import { SOON_MS, wallMs } from "./until.ts";

setDefaultTimeout(120_000);
const nodes = ["alice", "bob"];

interface Told {
  readonly groups: readonly {
    readonly holders: readonly { readonly holders: readonly string[] }[];
    readonly waits: readonly { readonly leastMs?: number; readonly mostMs?: number }[];
    readonly doubles: readonly {
      readonly toMs: number | null;
      readonly nodes: readonly string[];
    }[];
  }[];
}

/** On bob, with bob's files: the groups as haresources has them, alice's first. */
async function simulate(run: Running, ...faults: readonly string[]): Promise<Told["groups"]> {
  const said = await hb(run.host("bob"), "simulate", "--script-time", "50ms", "--json", ...faults);
  expect(said.code).toBe(0);
  return (JSON.parse(said.stdout) as Told).groups;
}

test("hb simulate --kill foretells who holds what, and how long clients wait", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const told = await simulate(run, "--kill", "alice@10s");
    expect(told.map(({ holders }) => holders.at(-1)?.holders)).toEqual([["bob"], ["bob"]]);
    const [, wait] = told[0]?.waits ?? [];

    const killedMs = wallMs();
    await run.lab.crash("alice");
    await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
    await settled(run.host("bob"));
    const settledMs = wallMs();
    expect(run.journal("bob")).toEqual(["start bob", "start alice"]);
    const taken = run.lab.watch
      .since(home("alice"), killedMs)
      .find(({ host, up }) => host === "bob" && up);
    // The kill takes its time to reach the host; scripts and the asking about them take theirs.
    expect((taken?.atMs ?? 0) - killedMs).toBeGreaterThan((wait?.leastMs ?? 0) - 200);
    expect((taken?.atMs ?? 0) - killedMs).toBeLessThan((wait?.mostMs ?? 0) + 2_000);
    expect(settledMs - killedMs).toBeGreaterThan((wait?.leastMs ?? 0) - 200);
  });
});

test("hb simulate --cut foretells that a host without its plug keeps what the other one takes", async () => {
  await withCluster({ nodes, cluster: { failback: "off" } }, async (run) => {
    const [told] = await simulate(run, "--cut", "alice:eth0@10s");
    expect(told?.doubles).toMatchObject([{ toMs: null, nodes: ["alice", "bob"] }]);
    await run.lab.cut("alice");
    await run.lab.watch.held(home("alice"), nodes, SOON_MS);
  });
});
