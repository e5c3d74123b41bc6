// A password on its way into hb: whoever looks at the processes of a host that runs does not see it, however
// it was given.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { built, HB } from "../agent.ts";
import type { Host } from "../host.ts";
import { withLab } from "../lab.ts";
import { until } from "../until.ts";

const PASSWORD = "do not look";

/** Everything that /proc shows of the arguments and environments of a host's processes. */
function shown(host: Host): string {
  const files = host.pids().flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
  return files.map(textOf).join("\n");
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // It ended between the look and the reading.
    return "";
  }
}

test("no process of hb shows its password", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "secret" }, async (lab) => {
    const alice = lab.host("alice");
    const bob = lab.host("bob");
    alice.write("ha.d/up", "#!/bin/sh\nenv >/var/log/script-env\n", 0o755);
    const carp = [HB, "carp", "-i", "eth0", "-a", "10.77.0.252"];
    const process = alice.spawn(
      [...carp, "-v", "1", "-p", PASSWORD, "-u", "/etc/ha.d/up"],
      "1.log",
    );
    const fromEnvironment = ["env", `HB_CARP_PASSWORD=${PASSWORD}`, ...carp, "-v", "2"];
    bob.spawn([...fromEnvironment, "-u", "/bin/true"], "2.log");
    bob.spawn([...fromEnvironment.slice(0, -1), "3", "-B"], "3.log");

    // Both halves run, and a script did: the pulse and the script inherit what is left.
    await alice.says("log/1.log", /Switching to state: MASTER/, 20_000);
    await until({ what: "a script's environment", withinMs: 10_000 }, () =>
      alice.read("log/script-env").includes("PATH="),
    );
    await bob.says("log/2.log", /Switching to state: MASTER/, 20_000);
    for (const host of [alice, bob]) {
      expect(host.pidsOf(/pulse/).length).toBeGreaterThan(0);
      expect(shown(host)).toContain("carp");
      // Not with toContain(): its complaint would be the whole environment.
      expect(shown(host).includes(PASSWORD)).toBe(false);
      expect(host.read("log/1.log") + host.read("log/2.log")).not.toContain(PASSWORD);
    }
    expect(alice.read("log/script-env")).not.toContain("HB_CARP_PASSWORD");
    process.kill();
  });
}, 90_000);
