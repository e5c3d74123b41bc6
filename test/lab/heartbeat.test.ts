// The lab itself, proved with the real thing: two Heartbeats 3.0.6, one dies, the other takes over.

import { expect, setDefaultTimeout, test } from "bun:test";
import { configure } from "./conf.ts";
import { complaints, hasHeartbeat, startHeartbeat, withHeartbeat } from "./heartbeat.ts";

setDefaultTimeout(90_000);
const ADDRESS = "10.77.0.100";

test("Lab lets real Heartbeat 3.0.6 take over from a killed node", async () => {
  expect(hasHeartbeat()).toBe(true);
  await withHeartbeat({ hosts: ["alice", "bob"] }, async (lab) => {
    configure(lab, { resources: [`alice ${ADDRESS}/24/eth0`], failback: "off", initdead: "10" });
    const alice = lab.host("alice");
    const bob = lab.host("bob");
    await startHeartbeat(alice);
    await startHeartbeat(bob);
    await lab.watch.held(ADDRESS, ["alice"], 40_000);
    await bob.says("log/ha-log", /remote resource transition completed/, 30_000);

    await lab.crash("alice");
    await lab.watch.held(ADDRESS, ["bob"], 30_000);
    expect(complaints(bob)).toEqual([]);
  });
});
