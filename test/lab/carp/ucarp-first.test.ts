// The real ucarp is there first, hb joins: election, preemption, death, farewell, SIGUSR2.

import { expect, setDefaultTimeout, test } from "bun:test";
import { wallMs } from "../until.ts";
import { AT_ONCE_MS, besideUcarp, DEAD_MS, GRID_MS, VIP } from "./besideucarp.ts";

setDefaultTimeout(120_000);

test.concurrent("hb beside a master ucarp: leaves it alone, takes over from its death, is preempted", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.ucarp("alice");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "100");
    await run.stays(["alice"], DEAD_MS + 1_500);
    const heard = (await run.router("bob"))?.heard;
    expect(heard).toMatchObject({ from: "10.77.0.11", advbase: 1, advskew: 0, sealed: false });

    // Death of the host: hb holds it when its dead time is over, not before the last advert is old.
    const diedAt = wallMs();
    await run.lab.crash("alice");
    await run.held(["bob"], DEAD_MS + 391 + AT_ONCE_MS);
    expect(wallMs() - diedAt).toBeGreaterThan(DEAD_MS + 391 - GRID_MS - 100);

    // Back without -P it waits; hb's adverts, sealed as they are, are good for it.
    await run.lab.boot("alice");
    await run.ucarp("alice");
    await run.stays(["bob"], DEAD_MS + GRID_MS);
    expect(run.host("alice").read("log/ucarp.log")).not.toContain("Bad");

    // With -P it preempts; hb reads that at once and yields.
    run.signalUcarp("alice", "SIGKILL");
    const from = wallMs();
    await run.ucarp("alice", "-P");
    await run.held(["alice"], GRID_MS + AT_ONCE_MS + 1_000);
    expect(run.lab.watch.overlapMs(VIP, from)).toBeLessThan(AT_ONCE_MS);
    expect(await run.router("bob")).toMatchObject({ state: "backup" });

    // Until ucarp has read hb's last advert: later it would take it for a worse master's.
    await run.stays(["alice"], 2 * GRID_MS);
    // SIGUSR2: ucarp lets go without a farewell and would be back after 6 s; hb is master before.
    run.signalUcarp("alice", "SIGUSR2");
    await run.held(["bob"], DEAD_MS + 391 + AT_ONCE_MS);
    expect((await run.router("bob"))?.packets.rejected).toEqual({});
  });
});

test.concurrent("hb with --preempt takes over from a worse ucarp at once, and hands back by its farewell", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.ucarp("alice", "-k", "50");
    await run.held(["alice"], 10_000);
    const from = wallMs();
    const hb = await run.hb("bob", "--preempt");
    // At most one advert of the worse master, and ucarp's own time to hear of hb.
    await run.held(["bob"], 1_300 + GRID_MS + AT_ONCE_MS);
    expect(run.lab.watch.overlapMs(VIP, from)).toBeLessThan(GRID_MS + AT_ONCE_MS);
    await run.ucarpSays("alice", /Preferred master advertised/, 2_000);

    // SIGUSR2: hb says farewell, ucarp does not wait for its dead time; three seconds later hb would
    // be the better one again, but it preempts only then.
    const line = run.ucarpLines("alice");
    run.signalHb("bob", "SIGUSR2");
    await run.ucarpSays(
      "alice",
      /Putting MASTER DOWN \(going to time out\)/,
      GRID_MS + 1_500,
      line,
    );
    await run.held(["bob"], 10_000);

    // SIGTERM: the same, and an exit code of 0.
    const last = run.ucarpLines("alice");
    run.signalHb("bob", "SIGTERM");
    await run.ucarpSays(
      "alice",
      /Putting MASTER DOWN \(going to time out\)/,
      GRID_MS + 1_500,
      last,
    );
    await run.held(["alice"], 1_000);
    expect(await hb.exited).toBe(0);
  });
});
