// Equal members, cut cables and unicast peers: hb and modelled BSD hosts (bsd/) that hear each other late.

import { expect, setDefaultTimeout, test } from "bun:test";
import { stays, until } from "../until.ts";
import { type BesideBsd, besideBsd } from "./besidebsd.ts";

setDefaultTimeout(120_000);

const DEAD_MS = 3_020;

function holders(run: BesideBsd): string {
  const all = run.addresses.map((address) => run.lab.watch.holders(address).join(" "));
  return new Set(all).size === 1 ? (all[0] ?? "") : "differs";
}

/** Both are masters while the cable is out; when it is back, one of them is left. */
async function splitAndHeal(run: BesideBsd): Promise<string> {
  await run.lab.cut("bob");
  await until({ what: "two masters, apart", withinMs: 15_000 }, () => holders(run) === "alice bob");
  await run.lab.mend("bob");
  // In the worst case both yield to the other, and both wait for a dead time.
  await until({ what: "one master", withinMs: 2 * DEAD_MS + 3_000 }, () =>
    ["alice", "bob"].includes(holders(run)),
  );
  const left = await until({ what: "the end of yielding", withinMs: 10_000 }, async () => {
    const now = holders(run);
    if (now !== "alice" && now !== "bob") return undefined;
    await Bun.sleep(DEAD_MS / 2);
    return holders(run) === now ? now : undefined;
  });
  await stays({ what: `${left} alone`, withinMs: DEAD_MS + 500 }, () => holders(run) === left);
  return left;
}

test.each([
  ["openbsd", "bsd"],
  ["freebsd", "ucarp"],
] as const)(
  "hb and %s at equal skew, dialect %s: one is left after a cut",
  async (kernel, dialect) => {
    await besideBsd(kernel, async (run) => {
      const bsd = await run.bsd({ advskew: 20 });
      run.hb("-k", "20", "--dialect", dialect);
      await splitAndHeal(run);
      expect(bsd.refused).toEqual([]);
    });
  },
);

test("hb and a FreeBSD host with unicast peers: the better one is left after a cut", async () => {
  const addresses = ["10.77.0.252"];
  await besideBsd(
    "freebsd",
    async (run) => {
      const shown = await run.ours.exec(["ip", "-o", "link", "show", "eth0"]);
      const peerMac = /link\/ether ([0-9a-f:]+)/.exec(shown.stdout)?.[1] ?? "";
      const bsd = await run.bsd({ peer: run.ours.address(), peerMac, advskew: 20 });
      await bsd.becomes("MASTER", 10_000);
      run.hb("-k", "50", "--peer", run.theirs.address());
      await run.said(/BACKUP/, 10_000);
      const stay = { what: "hb hears the peer's adverts", withinMs: 4_500 };
      await stays(stay, () => run.isHeld(run.theirs));
      expect(await splitAndHeal(run)).toBe("alice");
      await run.lab.crash("alice");
      await run.held(run.ours, 6_000);
      expect(bsd.refused).toEqual([]);
    },
    addresses,
  );
});
