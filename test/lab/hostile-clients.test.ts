// Clients of the client API that mean no good, or know no better: they cost themselves, and no heartbeat.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { half, status } from "./agent.ts";
import { withCluster } from "./cluster.ts";
import type { Host } from "./host.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(240_000);

const nodes = ["alice", "bob"];
const BUN = join(import.meta.dir, "../../node_modules/.bin/bun");
const BAD = join(import.meta.dir, "badclient.ts");

function descriptors(host: Host): number {
  return half(host, "agent").reduce((all, pid) => all + readdirSync(`/proc/${pid}/fd`).length, 0);
}

test("hb agent beats on time among hostile clients, serves others afterwards, and keeps nothing of them", async () => {
  const cluster = { extra: ["apiauth default uid=root"] };
  await withCluster({ nodes, cluster }, async (run) => {
    const [alice, bob] = [run.host("alice"), run.host("bob")];
    const changes = run.lab.watch.changes.length;
    const pids = () =>
      nodes.flatMap((name) =>
        (["agent", "pulse"] as const).map((which) => half(run.host(name), which)),
      );
    const [pidsBefore, descriptorsBefore] = [pids(), descriptors(alice)];

    const open = "the client API of alice";
    await until({ what: open, withinMs: SOON_MS, everyMs: 200 }, async () => {
      const { stdout } = await alice.exec(["cl_status", "nodestatus", "alice"]);
      return stdout === "active\n";
    });
    const { stdout, stderr } = await alice.exec(["timeout", "150", BUN, BAD, "alice"]);
    expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual({
      connections: 10_000,
      liars: {
        "incorrect/false credentials": 40,
        "pid mismatch": 20,
        "bad pid": 40,
        "invalid id info": 20,
        "bad client name": 20,
      },
      comings: 500,
      deaf: true,
      // All that the frame of its copy has room for, sent or not, and the short one behind all others.
      large: { heard: 26, isOverAtLast: true },
      flood: 4_000,
    });

    await run.calm(nodes);
    for (const question of ["nodestatus alice", "nodestatus bob", "hblinkstatus bob eth0"]) {
      const { code, stdout: said } = await alice.exec(["cl_status", ...question.split(" ")]);
      expect([code, said]).toEqual([0, question.startsWith("node") ? "active\n" : "up\n"]);
    }
    const what = "the agent to have as many descriptors as before";
    await until({ what, withinMs: SOON_MS }, () => descriptors(alice) <= descriptorsBefore);
    expect(pids()).toEqual(pidsBefore);
    expect(run.lab.watch.changes.length).toBe(changes);
    expect(alice.read("log/hb.log")).toMatch(
      /A message of a local program is not sent: 66\d{3} bytes with header/,
    );
    for (const host of [alice, bob]) {
      expect(host.read("log/hb.log")).not.toMatch(/is late|is dead|restarted|must end/);
      const keepaliveMs = 200;
      expect((await status(host))?.pulse.lateMs.worst).toBeLessThan(keepaliveMs);
    }
  });
});
