// A virtual router without any IPv4 address: hb and a BSD host (the model in bsd/) talk through ff02::12 alone.

import { expect, setDefaultTimeout, test } from "bun:test";
import { stays, until } from "../until.ts";
import { besideBsd } from "./besidebsd.ts";

setDefaultTimeout(120_000);

test.each([
  ["openbsd", "bsd"],
  ["freebsd", "ucarp"],
] as const)(
  "hb and %s share IPv6 addresses, a link-local one among them, dialect %s",
  async (kernel, dialect) => {
    const addresses = ["fd77::252", "fe80::252"];
    await besideBsd(
      kernel,
      async (run) => {
        const bsd = await run.bsd();
        await bsd.becomes("MASTER", 10_000);
        run.hb("-k", "50", "--dialect", dialect);
        await run.said(/BACKUP/, 10_000);
        const stay = { what: "hb hears the master", withinMs: 4_500 };
        await stays(stay, () => run.isHeld(run.theirs));
        expect(bsd.refused).toEqual([]);

        // The other way round: a host that comes back hears hb, and stays a backup.
        await run.lab.crash("alice");
        await run.held(run.ours, 6_000);
        await run.lab.boot("alice");
        const back = await run.bsd({ advskew: 100 });
        await until({ what: "adverts of hb", withinMs: 8_000 }, () => back.heard.length > 3);
        expect([back.changes.length, back.refused]).toEqual([1, []]);
      },
      addresses,
    );
  },
);
