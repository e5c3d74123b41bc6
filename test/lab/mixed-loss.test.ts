// hb beside real Heartbeat 3.0.6 on a bad network: one packet in five is lost for a minute, and nothing moves.

import { expect, setDefaultTimeout, test } from "bun:test";
import { home } from "./cluster.ts";
import { ROLES, type Roles, withMixed } from "./mixed.ts";
import { wallMs } from "./until.ts";

setDefaultTimeout(150_000);

async function story(roles: Roles): Promise<void> {
  const times = { keepalive: "200ms", deadtime: "3", warntime: "2" };
  const media = roles === "hb beside 3.0.6" ? (["ucast"] as const) : (["mcast"] as const);
  await withMixed({ roles, failback: "on", media, ...times }, async (run) => {
    const from = wallMs();
    for (const host of run.lab.hosts) await run.lab.drop(host.name, "in", 20);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    for (const host of run.lab.hosts) await run.lab.undrop(host.name);
    await run.calm();
    for (const name of ["alice", "bob"]) expect(run.lab.watch.since(home(name), from)).toEqual([]);
    expect(run.complaints()).toEqual([]);
    // Groups still move on demand: no message is missing on either side.
    await run.order(run.ours, "takeover", "all");
    await run.placed(run.ours, run.ours);
    expect(run.complaints()).toEqual([]);
  });
}

test("20 % loss for 60 s moves nothing between hb and Heartbeat, in either role", async () => {
  // Both labs at once: they mostly wait.
  await Promise.all(ROLES.map(story));
});
