// hb is there first, the real ucarp joins: death by SIGKILL, cut and heal, ties, strangers.

import { expect, setDefaultTimeout, test } from "bun:test";
import { until, wallMs } from "../until.ts";
import { AT_ONCE_MS, besideUcarp, DEAD_MS, GRID_MS, VIP } from "./besideucarp.ts";

setDefaultTimeout(120_000);

test.concurrent("hb as master beside ucarp: SIGKILL, return, cut and heal", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.hb("alice");
    await run.held(["alice"], 10_000);
    await run.ucarp("bob", "-k", "50");
    await run.stays(["alice"], DEAD_MS + GRID_MS);

    // Nobody takes the address off a killed process but the kernel, when its lease ends.
    run.kill("alice");
    await run.ucarpSays("bob", /Switching to state: MASTER/, DEAD_MS + 2 * GRID_MS + AT_ONCE_MS);
    await run.held(["bob"], 5_000);

    // The better one without preempt waits; cut off from ucarp it takes over, and keeps it.
    await run.hb("alice");
    await run.stays(["bob"], DEAD_MS + 500);
    await run.lab.cut("bob");
    await run.held(["alice", "bob"], DEAD_MS + AT_ONCE_MS);
    const healedAt = wallMs();
    await run.lab.mend("bob");
    await run.held(["alice"], 1_200 + GRID_MS + AT_ONCE_MS);
    expect(run.lab.watch.since(VIP, healedAt).filter(({ host }) => host === "alice")).toEqual([]);
  });
});

test.concurrent("hb as the worse one of two masters yields to ucarp at its first advert", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.hb("alice", "-k", "50");
    await run.held(["alice"], 10_000);
    await run.lab.cut("bob");
    await run.ucarp("bob");
    await run.held(["alice", "bob"], 10_000);
    const healedAt = wallMs();
    await run.lab.mend("bob");
    await run.held(["bob"], 1_000 + AT_ONCE_MS);
    expect(run.lab.watch.since(VIP, healedAt).filter(({ host }) => host === "bob")).toEqual([]);
    // ucarp's own last word about it: it heard a worse master and announced the address again.
    await run.ucarpSays("bob", /Non-preferred master advertising/, GRID_MS + 2_000);
  });
});

test.concurrent.each([
  ["hb", "10.77.1.100", "10.77.0.200"],
  ["ucarp", "10.77.0.200", "10.77.1.100"],
] as const)(
  "of two equal masters %s stays when hb speaks from %s and ucarp from %s: the last octet counts",
  async (winner, ours, theirs) => {
    await besideUcarp(["alice", "bob"], async (run) => {
      for (const [name, address] of [
        ["alice", ours],
        ["bob", theirs],
      ] as const) {
        await run.host(name).exec(["ip", "addr", "add", `${address}/16`, "dev", "eth0"]);
      }
      await run.lab.cut("bob");
      await run.hb("alice", "--srcip", ours);
      await run.ucarp("bob", "-s", theirs);
      await run.held(["alice", "bob"], 10_000);
      const healedAt = wallMs();
      await run.lab.mend("bob");
      const [stayer, leaver] = winner === "hb" ? ["alice", "bob"] : ["bob", "alice"];
      await run.held([stayer], 1_000 + GRID_MS + AT_ONCE_MS);
      expect(run.lab.watch.since(VIP, healedAt).map(({ host, up }) => [host, up])).toEqual([
        [leaver, false],
      ]);
      await run.stays([stayer], 2_500);
    });
  },
);

test.concurrent.each([
  ["another password", ["-p", "hate"], "digest"],
  ["another address", ["-a", "10.77.0.250"], "digest"],
  ["another group", ["--mcastip", "224.0.0.99"], "destination"],
  ["another vhid", ["-v", "43"], "vhid"],
] as const)("hb is not moved by a ucarp with %s", async (_what, options, reason) => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.hb("alice", "-k", "200");
    await run.held(["alice"], 10_000);
    await run.ucarp("bob", ...options);
    await run.ucarpSays("bob", /Switching to state: MASTER/, 10_000);
    await until({ what: "three refused adverts", withinMs: 6_000, everyMs: 200 }, async () => {
      const count = (await run.router("alice"))?.packets.rejected[reason] ?? 0;
      return count >= 3;
    });
    expect(run.lab.watch.holders(VIP)).toContain("alice");
    const view = await run.router("alice");
    expect(view).toMatchObject({ state: "master", packets: { received: 0 } });
    expect(view?.heard).toBeUndefined();
  });
});

test.concurrent("hb and ucarp share a router by Ethernet broadcast", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.hb("alice", "--nomcast");
    await run.held(["alice"], 10_000);
    await run.ucarp("bob", "-M", "-k", "50");
    await run.stays(["alice"], DEAD_MS + GRID_MS + 500);
    run.signalHb("alice", "SIGTERM");
    await run.held(["bob"], GRID_MS + AT_ONCE_MS);
    await run.hb("alice", "--nomcast", "-P");
    await run.held(["alice"], 1_300 + GRID_MS + AT_ONCE_MS);
  });
});
