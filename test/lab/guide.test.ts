// The five minutes of the README, word for word: its files, its commands, on two hosts.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { built, HB, hb, settled, startAgent } from "./agent.ts";
import { withLab } from "./lab.ts";
import { SOON_MS } from "./until.ts";

setDefaultTimeout(90_000);
const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

/** The indented block after a line of the README. */
function block(after: string): string {
  const lines = README.slice(README.indexOf(after)).split("\n").slice(1);
  const from = lines.findIndex((line) => /^ {7}\S/.test(line));
  const rest = lines.slice(from);
  const to = rest.findIndex((line) => !line.startsWith("       "));
  return `${rest
    .slice(0, to)
    .map((line) => line.slice(7))
    .join("\n")}\n`;
}

test("README brings two hosts to a cluster that survives one of them", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"] }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const haresources = block("`/etc/ha.d/haresources`").replace("10.0.0.100", "10.77.0.100");
    expect(haresources).toBe("alice 10.77.0.100 apache2\n");
    const script = "#!/bin/sh\n[ $1 = status ] && echo running\nexit 0\n";
    for (const host of [alice, bob]) {
      await host.exec(["ln", "-s", HB, "/run/hb"]);
      host.write("ha.d/ha.cf", block("`/etc/ha.d/ha.cf`"));
      host.write("ha.d/haresources", haresources);
      host.write("ha.d/resource.d/apache2", script, 0o755);
    }
    const keygen = block("write three files").trim();
    const made = await alice.exec(["/bin/bash", "-c", `PATH=/run:$PATH; ${keygen}`]);
    expect([made.code, made.stdout]).toEqual([0, ""]);
    bob.write("ha.d/authkeys", alice.read("ha.d/authkeys"), 0o600);

    const checked = await hb(alice, "check");
    expect([checked.code, checked.stderr]).toEqual([0, expect.any(String)]);
    startAgent(alice);
    startAgent(bob);
    await settled(alice, SOON_MS);
    await settled(bob, SOON_MS);
    await lab.watch.held("10.77.0.100", ["alice"], SOON_MS);
    await lab.crash("alice");
    await lab.watch.held("10.77.0.100", ["bob"], SOON_MS);
  });
});
