// hb beside real Heartbeat 3.0.6: cables cut and mended, nodes that sleep, programs that are killed.

import { expect, setDefaultTimeout, test } from "bun:test";
import { half, status } from "./agent.ts";
import { home } from "./cluster.ts";
import { LATE_MS, MODES, ROLES, withMixed } from "./mixed.ts";
import { SOON_MS, until, wallMs } from "./until.ts";

setDefaultTimeout(180_000);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

for (const roles of ROLES) {
  for (const { failback, ...wire } of MODES) {
    test(`a healed cut leaves every address where it is until 3.0.6 is back: ${roles}, ${failback}`, async () => {
      await withMixed({ roles, failback, ...wire }, async (run) => {
        const { ours, theirs } = run;
        await run.lab.cut(theirs);
        await until({ what: "both to hold everything", withinMs: SOON_MS }, () =>
          [home("alice"), home("bob")].every(
            (address) => run.lab.watch.holders(address).length === 2,
          ),
        );
        await sleep(500);
        const mended = wallMs();
        await run.lab.mend(theirs);
        // 3.0.6 releases everything 2 s after the heal and starts again; hb just goes on.
        await run.placed(ours, ours);
        for (const name of [ours, theirs] as const) {
          const down = run.lab.watch
            .since(home(name), mended)
            .filter((change) => change.host === ours && !change.up);
          expect(down).toEqual([]);
        }
        await run.notes(/Heartbeat restart triggered/, 0);
        await run.notes(/Comm_now_up/, run.host(theirs).read("log/ha-log").lastIndexOf("restart"));
        if (failback === "off") await run.calm();
        else await run.placed("alice", "bob", 30_000);
        await run.calm();
        await run.placed(failback === "off" ? ours : "alice", failback === "off" ? ours : "bob");
        const began = run.journal(ours).filter((line) => line === `start ${ours}`);
        expect(began).toHaveLength(1);
      });
    });
  }

  test(`hb gives way when only it had lost the other: ${roles}`, async () => {
    await withMixed({ roles, failback: "on" }, async (run) => {
      const { ours, theirs } = run;
      // hb is deaf, but 3.0.6 hears it all the time.
      await run.lab.drop(ours, "in", 100);
      await until({ what: "hb to take over", withinMs: SOON_MS }, () =>
        run.lab.watch.holders(home(theirs)).includes(ours),
      );
      await sleep(1_000);
      await run.lab.undrop(ours);
      await run.placed("alice", "bob");
      await run.calm();
      expect(run.host(theirs).read("log/ha-log")).not.toContain("restart triggered");
      expect(run.journal(ours)).toEqual([`start ${ours}`, `start ${theirs}`, `stop ${theirs}`]);
    });
  });

  test(`hb that slept gives up what 3.0.6 took, and 3.0.6 goes on: ${roles}`, async () => {
    await withMixed({ roles, failback: "off" }, async (run) => {
      const { ours, theirs } = run;
      run.host(ours).pause();
      await until({ what: "3.0.6 to take over", withinMs: SOON_MS }, () =>
        run.lab.watch.holders(home(ours)).includes(theirs),
      );
      await sleep(3_000);
      const woken = wallMs();
      run.host(ours).resume();
      await run.calm();
      await run.placed(theirs, theirs);
      expect(run.host(theirs).read("log/ha-log")).not.toContain("returning after partition");
      // The address was gone from the sleeper before it woke: its lease had ended.
      expect(run.overlapMs(woken)).toBeLessThan(LATE_MS);
    });
  });

  // With auto_failback off it may as well notice by itself, and begin anew with empty hands.
  test(`hb and a 3.0.6 that slept have their own in the end: ${roles}`, async () => {
    await withMixed({ roles, failback: "on" }, async (run) => {
      const { ours, theirs } = run;
      run.host(theirs).pause();
      await until({ what: "hb to take over", withinMs: SOON_MS }, () =>
        run.lab.watch.holders(home(theirs)).includes(ours),
      );
      await sleep(2_000);
      run.host(theirs).resume();
      await run.calm(60_000);
      await run.placed("alice", "bob", 30_000);
      await run.calm();
      // 3.0.6 took what is ours as well, and handed it over: it never stopped here.
      expect(run.journal(theirs)).toContain(`stop ${ours}`);
      expect(run.journal(ours)).toEqual([`start ${ours}`, `start ${theirs}`, `stop ${theirs}`]);
    });
  });

  test(`hb killed and started again inside deadtime moves nothing: ${roles}`, async () => {
    const times = { deadtime: "5", warntime: "3" };
    await withMixed({ roles, failback: "on", ...times }, async (run) => {
      const { ours } = run;
      const from = wallMs();
      run.host(ours).kill();
      await sleep(500);
      await run.start(ours);
      await run.calm();
      await run.placed("alice", "bob");
      const moves = run.lab.watch.since(home(ours), from);
      expect(moves).toEqual([]);
      expect(run.journal(ours)).toEqual([`start ${ours}`]);
      expect(run.complaints()).toEqual([]);
    });
  });

  test(`hb killed and started again too late releases what 3.0.6 took: ${roles}`, async () => {
    await withMixed({ roles, failback: "off" }, async (run) => {
      const { ours, theirs } = run;
      run.host(ours).kill();
      await run.placed(theirs, theirs);
      const started = wallMs();
      await run.start(ours);
      await run.calm();
      await run.placed(theirs, theirs);
      expect(run.overlapMs(started)).toBeLessThan(LATE_MS);
      expect(run.journal(ours)).toEqual([`start ${ours}`, `stop ${ours}`]);
      expect(run.complaints()).toEqual([]);
    });
  });

  for (const which of ["agent", "pulse"] as const) {
    test(`hb whose ${which} alone is killed moves nothing: ${roles}`, async () => {
      const times = { deadtime: "5", warntime: "3" };
      await withMixed({ roles, failback: "on", ...times }, async (run) => {
        const { ours } = run;
        const from = wallMs();
        for (const pid of half(run.host(ours), which)) process.kill(pid, "SIGKILL");
        if (which === "agent") {
          // A new one is refused while the old one is still dying.
          const gone = { what: "the killed agent to be gone", withinMs: SOON_MS };
          await until(gone, () => run.host(ours).pidsOf(/\bhb\b/).length === 0);
          await run.start(ours);
        }
        await sleep(1_000);
        await run.calm();
        await run.placed("alice", "bob");
        expect(run.lab.watch.since(home(ours), from)).toEqual([]);
        expect(run.journal(ours)).toEqual([`start ${ours}`]);
        expect((await status(run.host(ours)))?.resources).toBe("local");
      });
    });
  }
}
