// Fencing with the real program stonith and a device that really kills: a plugin on each host whose reset asks this
// test, which then takes the power of the other host away, or does not.

import { expect, setDefaultTimeout, test } from "bun:test";
import { findStonith } from "../../src/desk/fencing/program.ts";
import { built, hb, startAgent, status } from "./agent.ts";
import { groupOf, home, OBSERVED_MS } from "./cluster.ts";
import { configure } from "./conf.ts";
import { hasHeartbeat, startHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { JOURNAL } from "./mixed.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);
await built();

const PLUGINS = "/usr/lib/stonith/plugins/external";
/** What cluster-glue asks of a plugin. It waits for the answer to its request, the exit code. */
const PLUGIN = `#!/bin/sh
case $1 in
gethosts) echo $hostlist ;;
getconfignames) echo hostlist ;;
status) exit 0 ;;
reset|off)
  echo "$2" >>/var/log/asked
  n=$(wc -l </var/log/asked)
  while [ ! -s /var/log/answer.$n ]; do sleep 0.05; done
  exit $(cat /var/log/answer.$n) ;;
getinfo-*) echo "a test's own" ;;
*) exit 1 ;;
esac
`;
const EXTRA = ["stonith_host bob external/lab alice bob"];

async function fitted(lab: Lab): Promise<void> {
  const resources = [groupOf("alice"), groupOf("bob")];
  configure(lab, { resources, extra: EXTRA, initdead: "10" });
  for (const host of lab.hosts) {
    host.write("ha.d/resource.d/journal", JOURNAL, 0o755);
    host.write("ha.d/lab-plugin", PLUGIN, 0o755);
    const add = `mkdir -p /run/plugins /run/resource-agents && cp /etc/ha.d/lab-plugin /run/plugins/lab && mount --bind /run/plugins ${PLUGINS}`;
    expect((await host.exec(["/bin/sh", "-c", add])).stderr).toBe("");
  }
}

const requests = (host: Host) => host.read("log/asked").split("\n").filter(Boolean);

async function asked(host: Host, times: number): Promise<void> {
  const what = `reset ${times} ordered by ${host.name}`;
  await until({ what, withinMs: SOON_MS, everyMs: 50 }, () => requests(host).length >= times);
}

/** alice is cut off and lives on; bob may have her group when she is off, and not before. */
async function cutAndReset(lab: Lab): Promise<void> {
  const [alice, bob] = [lab.host("alice"), lab.host("bob")];
  await lab.cut("alice");
  await asked(bob, 1);
  bob.write("log/answer.1", "1\n");
  await bob.says("log/hb.log", /STONITH of alice failed\. {2}Retrying/, SOON_MS);
  const group = (await status(bob))?.groups.find(({ owner }) => owner === "alice");
  expect(group?.why).toMatch(/^alice must be fenced first: that failed once \(exit code \d+\)$/);
  await asked(bob, 2);
  expect(lab.watch.holders(home("alice"))).toEqual(["alice"]);
  expect(bob.read("log/journal")).not.toContain("start alice");

  await lab.crash("alice");
  bob.write("log/answer.2", "0\n");
  await lab.watch.held(home("alice"), ["bob"], SOON_MS);
  await bob.says("log/journal", /start alice/, SOON_MS);
  expect(requests(bob)).toEqual(["alice", "alice"]);
  expect(requests(alice)).toEqual([]);
  expect(lab.watch.overlapMs(home("alice"))).toBeLessThanOrEqual(OBSERVED_MS);
  expect(bob.read("log/hb.log")).toMatch(/node alice now reset/);
}

const isThere = findStonith() !== undefined || process.env.CI === "true";

test.skipIf(!isThere)(
  "hb starts nothing of a node that is cut off before a device has killed it",
  async () => {
    await withLab({ hosts: ["alice", "bob"], name: "fence" }, async (lab) => {
      await fitted(lab);
      for (const host of lab.hosts) startAgent(host);
      for (const { name } of lab.hosts) await lab.watch.held(home(name), [name], SOON_MS);
      await cutAndReset(lab);
      const said = `${bob(lab).read("log/hb.log")}`;
      expect(said).toContain("Resetting node alice with [external/lab]");
    });
  },
);

test.skipIf(!isThere || !hasHeartbeat())(
  "hb beside Heartbeat 3.0.6 starts nothing of it before it is reset",
  async () => {
    await withLab({ hosts: ["alice", "bob"], name: "fence" }, async (lab) => {
      await fitted(lab);
      await startHeartbeat(lab.host("alice"));
      startAgent(bob(lab));
      for (const { name } of lab.hosts) await lab.watch.held(home(name), [name], 45_000);
      await until({ what: "calm", withinMs: 45_000, everyMs: 200 }, async () => {
        return (await status(bob(lab)))?.resources === "local";
      });
      await cutAndReset(lab);
    });
  },
);

test.skipIf(!isThere)("hb node remove is the word of an operator that a host is off", async () => {
  await withLab({ hosts: ["alice", "bob"], name: "fence" }, async (lab) => {
    await fitted(lab);
    for (const host of lab.hosts) startAgent(host);
    for (const { name } of lab.hosts) await lab.watch.held(home(name), [name], SOON_MS);
    await lab.crash("alice");
    await asked(bob(lab), 1);
    expect((await hb(bob(lab), "node", "remove", "alice")).code).toBe(0);
    await lab.watch.held(home("alice"), ["bob"], SOON_MS);
  });
});

function bob(lab: Lab): Host {
  return lab.host("bob");
}
