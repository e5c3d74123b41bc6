// Programs that take part in the cluster through Heartbeat's client API, as Debian ships them, on running agents:
// dopd (beside 3.0.6: outdater.test.ts), ccm (ipfail: ../ipfail.test.ts), and one that says as much as it can.

import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { HALF, settled } from "../agent.ts";
import { hasHeartbeat } from "../heartbeat.ts";
import type { Host } from "../host.ts";
import { SOON_MS, until } from "../until.ts";
import { brisk, withAgents } from "./pair.ts";
import { asCluster, onBoth } from "./program.ts";

setDefaultTimeout(180_000);

const withPrograms = test.skipIf(!hasHeartbeat());

withPrograms(
  "dopd on two agents has the peer's disk outdated for DRBD, and keeps its place when pulses die",
  async () => {
    await withAgents({ name: "dopd", extra: ["apiauth dopd uid=hacluster"] }, async (lab) => {
      const [alice, bob] = [lab.host("alice"), lab.host("bob")];
      // DRBD itself needs a module of the kernel.
      bob.write("log/bin/drbdadm", '#!/bin/sh\necho "$@" >>/var/log/drbdadm\nexit 0\n', 0o755);
      // dopd is not root.
      bob.write("log/drbdadm", "");
      chmodSync(join(bob.dir, "log/drbdadm"), 0o666);
      for (const host of [alice, bob]) host.spawn(asCluster("dopd"), "dopd.log");
      await onBoth(alice, "dopd");
      const dopds = () => [alice, bob].map((host) => host.pidsOf(/\/dopd\b/));
      const before = dopds();
      expect(before.map(({ length }) => length)).toEqual([1, 1]);
      for (const host of [alice, bob]) host.signal("SIGKILL", HALF.pulse);
      await Promise.all(
        [alice, bob].map((host) => host.says("log/hb.log", /The pulse ended/, SOON_MS)),
      );
      await Promise.all([settled(alice), settled(bob)]);
      await onBoth(alice, "dopd");
      expect(dopds()).toEqual(before);
      const outdater = "/usr/libexec/heartbeat/drbd-peer-outdater";
      const { code } = await alice.exec([outdater, "-p", "bob", "-r", "r0"]);
      expect({ code, asked: bob.read("log/drbdadm") }).toEqual({ code: 4, asked: "outdate r0\n" });
    });
  },
);

withPrograms(
  "ccm on two agents agrees who is a member, whatever pulses do, until a node is dead",
  async () => {
    await withAgents({ name: "ccm", ...brisk }, async (lab) => {
      const [alice, bob] = [lab.host("alice"), lab.host("bob")];
      for (const host of [alice, bob]) host.spawn(asCluster("ccm"), "ccm.log");
      await onBoth(alice, "ccm");
      alice.spawn(asCluster("ccm_testclient"), "ccm_testclient.log");
      const log = "log/ccm_testclient.log";
      await alice.says(log, /nodes=2, new=2, lost=0/, SOON_MS);
      alice.signal("SIGKILL", HALF.pulse);
      await alice.says("log/hb.log", /The pulse ended/, SOON_MS);
      await settled(alice);
      expect(alice.read(log).match(/event=.*/g)).toEqual(["event=NEW MEMBERSHIP:"]);
      await lab.crash("bob");
      await alice.says(log, /nodes=1, new=0, lost=1/, SOON_MS);
    });
  },
);

withPrograms(
  "hb agent carries what a client says as fast as it can, all of it and in its order",
  async () => {
    const extra = ["apiauth flood uid=root"];
    await withAgents({ name: "flood", extra }, async (lab) => {
      const [alice, bob] = [lab.host("alice"), lab.host("bob")];
      const flood = (host: Host, task: "say" | "hear") =>
        host.exec([process.execPath, join(import.meta.dir, "flood.ts"), task, "10000"]);
      const hearing = flood(bob, "hear");
      await until({ what: "bob to hear", withinMs: SOON_MS, everyMs: 100 }, async () => {
        const said = await alice.exec(["cl_status", "clientstatus", "bob", "flood", "3000"]);
        return said.stdout === "online\n";
      });
      const own = await flood(alice, "say");
      expect([own.stdout, (await hearing).stdout]).toEqual([
        "10000 in order\n",
        "10000 in order\n",
      ]);
    });
  },
);
