// An OpenBSD or FreeBSD host (the model in bsd/) joins a virtual router whose master is hb.

import { expect, setDefaultTimeout, test } from "bun:test";
import { stays, until, wallMs } from "../until.ts";
import { besideBsd } from "./besidebsd.ts";

setDefaultTimeout(120_000);

const AT_ONCE_MS = 1_500;
/** Silence after which the BSD host takes over, at base 1 and skew 100, with its clock ticks. */
const DEAD_MS = 3_410;

test.each(["openbsd", "freebsd"] as const)(
  "hb as the master of %s: death, return, farewell, demotion",
  async (kernel) => {
    await besideBsd(kernel, async (run) => {
      // A check that fails while this file is there demotes hb.
      run.ours.write("ha.d/check", "#!/bin/sh\ntest ! -e /run/broken\n", 0o755);
      const track = ["--track", "/etc/ha.d/check"];
      run.hb(...track);
      await run.held(run.ours, 10_000);
      const bsd = await run.bsd({ advskew: 100 });
      await until({ what: "five adverts of hb", withinMs: 10_000 }, () => bsd.heard.length > 9);
      expect(bsd.changes.map((change) => change.state)).toEqual(["BACKUP"]);
      await stays({ what: "hb stays master", withinMs: 500 }, () => run.isHeld(run.ours));

      // Nobody takes the addresses off here but the kernel: their lease has ended when the other one takes
      // over. On a busy machine events are read late.
      const killedAt = wallMs();
      run.kill();
      await bsd.becomes("MASTER", DEAD_MS + AT_ONCE_MS);
      await run.held(run.theirs, 5_000);
      expect(run.overlapMs(killedAt)).toBeLessThan(400);

      // Without -P hb comes back as a backup; with it, it takes over at once.
      const again = run.hb(...track);
      await run.said(/BACKUP/, 10_000);
      const stay = { what: "hb leaves the master alone", withinMs: 4_500 };
      await stays(stay, () => run.isHeld(run.theirs));
      expect(await run.leave(again)).toBe(0);
      const master = run.hb("-P", ...track);
      const since = wallMs();
      await run.held(run.ours, 6_000);
      await bsd.becomes("BACKUP", AT_ONCE_MS);
      expect(run.overlapMs(since)).toBeLessThan(AT_ONCE_MS);

      // Demoted, hb says so in words that both kernels understand.
      bsd.order("preempt on");
      run.ours.write("run/broken", "");
      await bsd.becomes("MASTER", 20_000);
      await run.held(run.theirs, AT_ONCE_MS);
      await run.ours.exec(["rm", "/run/broken"]);
      await run.held(run.ours, 20_000);

      // A farewell makes the other one take over at once, after the addresses are gone here.
      bsd.order("preempt off");
      await bsd.becomes("BACKUP", AT_ONCE_MS);
      const leftAt = wallMs();
      expect(await run.leave(master)).toBe(0);
      await bsd.becomes("MASTER", AT_ONCE_MS);
      await run.held(run.theirs, AT_ONCE_MS);
      expect(run.overlapMs(leftAt)).toBe(0);
      expect(bsd.changes.at(-1)?.why).toBe("the master is going to time out");
      expect(bsd.refused).toEqual([]);
    });
  },
);
