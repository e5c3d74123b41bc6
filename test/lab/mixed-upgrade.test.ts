// A cluster of Heartbeat 3.0.6 becomes a cluster of hb, one node at a time, on the same files, and back.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, leave, settled, startAgent, status } from "./agent.ts";
import { groupOf, home } from "./cluster.ts";
import { configure } from "./conf.ts";
import {
  complaints,
  heartbeatCommand,
  startHeartbeat,
  stopHeartbeat,
  withHeartbeat,
} from "./heartbeat.ts";
import type { Lab } from "./lab.ts";
import { JOURNAL, LATE_MS } from "./mixed.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(180_000);

const nodes = ["alice", "bob"] as const;

async function placed(lab: Lab, alice: string, bob: string, withinMs = SOON_MS): Promise<void> {
  await lab.watch.held(home("alice"), [alice], withinMs);
  await lab.watch.held(home("bob"), [bob], withinMs);
}

/** Both run, and the peer of this agent is of that kind. */
async function beside(lab: Lab, name: string, kind: "hb" | "heartbeat"): Promise<void> {
  const other = name === "alice" ? "bob" : "alice";
  await until({ what: `${other} to run ${kind}`, withinMs: SOON_MS, everyMs: 100 }, async () => {
    const seen = (await status(lab.host(name)))?.nodes.find((node) => node.name === other);
    return seen?.kind === kind && seen.state === "active";
  });
}

for (const failback of ["on", "off", "legacy"] as const) {
  test(`a cluster is upgraded and downgraded node by node: auto_failback ${failback}`, async () => {
    await built();
    await withHeartbeat({ hosts: nodes, name: "up", logs: ["log/journal"] }, async (lab) => {
      configure(lab, { resources: nodes.map(groupOf), initdead: "10", failback });
      const [alice, bob] = [lab.host("alice"), lab.host("bob")];
      for (const host of lab.hosts) {
        host.write("ha.d/resource.d/journal", JOURNAL, 0o755);
        await startHeartbeat(host);
      }
      await placed(lab, "alice", "bob", 45_000);
      const stays = failback === "off";
      for (const host of lab.hosts) await host.says("log/ha-log", /acquisition completed/, 20_000);
      if (failback !== "legacy") {
        for (const host of lab.hosts) await host.says("log/ha-log", /remote resource/, 20_000);
      }

      // bob first: 3.0.6 on alice holds everything meanwhile.
      await stopHeartbeat(bob);
      await placed(lab, "alice", "alice");
      const bobs = startAgent(bob);
      await beside(lab, "bob", "heartbeat");
      await placed(lab, "alice", stays ? "alice" : "bob");
      expect(complaints(alice)).toEqual([]);

      // Then alice: hb on bob holds everything meanwhile.
      await stopHeartbeat(alice);
      await placed(lab, "bob", "bob");
      const alices = startAgent(alice);
      await beside(lab, "bob", "hb");
      await beside(lab, "alice", "hb");
      await placed(lab, stays ? "bob" : "alice", "bob");
      for (const host of lab.hosts) await settled(host);

      // And back again: alice runs 3.0.6 once more.
      await leave(alice, alices);
      await placed(lab, "bob", "bob");
      await startHeartbeat(alice);
      await beside(lab, "bob", "heartbeat");
      await placed(lab, stays ? "bob" : "alice", "bob");
      await settled(bob);
      if (stays) {
        await heartbeatCommand(alice, "hb_takeover", "all");
        await placed(lab, "alice", "alice");
        await settled(bob);
      }
      await leave(bob, bobs);
      await placed(lab, "alice", "alice");
      for (const name of nodes) expect(lab.watch.overlapMs(home(name))).toBeLessThan(LATE_MS);
    });
  });
}
