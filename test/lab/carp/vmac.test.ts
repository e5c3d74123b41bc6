// Two hosts with hb and the same virtual MAC: they hear each other, though their frames look alike.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, HB } from "../agent.ts";
import { withLab } from "../lab.ts";
import { stays, until } from "../until.ts";

setDefaultTimeout(90_000);

const VIP = "10.77.0.252";

test("of two hb with --vmac one is left when a cut cable is mended", async () => {
  await built();
  const logs = ["log/hb-carp.log"];
  await withLab({ hosts: ["alice", "bob"], name: "vmac", logs }, async (lab) => {
    for (const [name, skew] of [
      ["alice", "0"],
      ["bob", "50"],
    ] as const) {
      const host = lab.host(name);
      host.write("ha.d/passfile", "mellon-mellon\n", 0o600);
      const words = ["-i", "eth0", "-v", "42", "--passfile", "/etc/ha.d/passfile", "-k", skew];
      host.spawn([HB, "carp", ...words, "--addr", VIP, "--vmac"], "hb-carp.log");
      await host.says("log/hb-carp.log", /BACKUP/, 15_000);
    }
    const holders = () => lab.watch.holders(VIP).join(" ");
    await until({ what: "alice as master", withinMs: 10_000 }, () => holders() === "alice");
    await lab.cut("bob");
    await until({ what: "two masters, apart", withinMs: 10_000 }, () => holders() === "alice bob");
    await lab.mend("bob");
    await until({ what: "alice alone", withinMs: 4_000 }, () => holders() === "alice");
    await stays({ what: "alice alone", withinMs: 4_000 }, () => holders() === "alice");
    await lab.crash("alice");
    await lab.watch.held(VIP, ["bob"], 6_000);
    expect(lab.host("bob").read("log/hb-carp.log")).not.toMatch(/Refusing|Bad/);
  });
});
