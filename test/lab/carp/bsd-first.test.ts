// hb joins a virtual router whose master is an OpenBSD or a FreeBSD host (the model in bsd/).

import { expect, setDefaultTimeout, test } from "bun:test";
import { stays, until, wallMs } from "../until.ts";
import { besideBsd } from "./besidebsd.ts";

setDefaultTimeout(120_000);

/** An advert is on its way, both processes are woken, addresses are taken off: on a busy machine. */
const AT_ONCE_MS = 1_500;
/** Silence after which hb takes over, at base 1 and skew 100. */
const DEAD_MS = 3_391;

test.each(["openbsd", "freebsd"] as const)(
  "hb beside a master of %s: death, return, preemption, demotion, farewell",
  async (kernel) => {
    await besideBsd(kernel, async (run) => {
      let bsd = await run.bsd();
      await bsd.becomes("MASTER", 10_000);
      run.hb("-k", "100", "-P");
      await run.said(/BACKUP/, 10_000);
      const stay = { what: "hb leaves the better master alone", withinMs: DEAD_MS + 1_500 };
      await stays(stay, () => run.isHeld(run.theirs));
      expect(bsd.heard).toEqual([]);

      // The host dies: hb holds everything, in both families, after its dead time.
      const diedAt = wallMs();
      await run.lab.crash("alice");
      await run.held(run.ours, DEAD_MS + AT_ONCE_MS);
      expect(wallMs() - diedAt).toBeGreaterThan(DEAD_MS - 1_100);

      // It returns, hears hb in both families, and does not preempt unless it is told to.
      await run.lab.boot("alice");
      bsd = await run.bsd();
      await until({ what: "adverts of hb in both families", withinMs: 10_000 }, () => {
        return new Set(bsd.heard.map((advert) => advert.family)).size === 2;
      });
      expect(bsd.heard.at(-1)?.advskew).toBe(100);
      await stays({ what: "hb stays master", withinMs: 4_000 }, () => run.isHeld(run.ours));

      const preemptedAt = wallMs();
      bsd.order("preempt on");
      await bsd.becomes("MASTER", 3_000);
      await run.held(run.theirs, AT_ONCE_MS);
      expect(run.overlapMs(preemptedAt)).toBeLessThan(AT_ONCE_MS);

      // OpenBSD says how far it is demoted, FreeBSD adds it to its skew: hb is the better one now.
      bsd.order(kernel === "openbsd" ? "demote 1" : "demote 240");
      await run.held(run.ours, 4_000);
      await bsd.becomes("BACKUP", AT_ONCE_MS);
      bsd.order("demote 0");
      await bsd.becomes("MASTER", 4_000);
      await run.held(run.theirs, AT_ONCE_MS);

      // Only OpenBSD says farewell; the silence of FreeBSD lasts a dead time.
      bsd.order("leave");
      await run.held(run.ours, kernel === "openbsd" ? AT_ONCE_MS : DEAD_MS + AT_ONCE_MS);
      expect(bsd.refused).toEqual([]);
    });
  },
);
