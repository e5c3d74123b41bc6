// hb beside real Heartbeat 3.0.6, in both roles: start, the death of either, its return, and the graceful
// leave of either, in every mode of auto_failback, over every medium and with every method.

import { expect, setDefaultTimeout, test } from "bun:test";
import { LATE_MS, type Mixed, MODES, type NodeName, ROLES, withMixed } from "./mixed.ts";
import { SOON_MS, wallMs } from "./until.ts";

setDefaultTimeout(150_000);

async function back(run: Mixed, name: NodeName, keeper: NodeName, failback: string): Promise<void> {
  if (failback === "off") {
    await run.calm();
    await run.placed(keeper, keeper);
    // Gather both again: each owner has its own, as at the beginning.
    expect((await run.order(name, "takeover", "local")).code).toBe(0);
  }
  await run.placed("alice", "bob", SOON_MS);
  await run.calm();
}

for (const roles of ROLES) {
  for (const { failback, media, auth } of MODES) {
    const story = { roles, failback, media, auth };
    test(`hb and Heartbeat outlive each other: ${roles}, ${failback}, ${media[0]}`, async () => {
      await withMixed(story, async (run) => {
        for (const dead of [run.theirs, run.ours]) {
          const keeper = dead === run.theirs ? run.ours : run.theirs;
          await run.crash(dead);
          await run.placed(keeper, keeper, SOON_MS);
          await run.reboot(dead);
          if (failback === "off") await run.rejoined(dead);
          await back(run, dead, keeper, failback);
        }
        expect(run.overlapMs()).toBeLessThan(LATE_MS);
        expect(run.complaints()).toEqual([]);
      });
    });

    test(`hb and Heartbeat leave and return: ${roles}, ${failback}, ${media[0]}`, async () => {
      await withMixed(story, async (run) => {
        for (const gone of [run.theirs, run.ours]) {
          const keeper = gone === run.theirs ? run.ours : run.theirs;
          const from = wallMs();
          await run.stop(gone);
          await run.placed(keeper, keeper, SOON_MS);
          expect(run.overlapMs(from)).toBeLessThan(LATE_MS);
          await run.start(gone);
          if (failback === "off") await run.rejoined(gone);
          await back(run, gone, keeper, failback);
        }
        expect(run.overlapMs()).toBeLessThan(LATE_MS);
        expect(run.complaints()).toEqual([]);
      });
    });
  }
}
