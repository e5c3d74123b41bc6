// The real ipfail, unmodified, where ha.cf has a line that starts it: on two hb nodes, beside hb's own placement, and
// on a pair of hb and Heartbeat 3.0.6.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import type { ChildView } from "../../src/core/snapshot.ts";
import { settled, startAgent, status } from "./agent.ts";
import { groupOf, home, withCluster } from "./cluster.ts";
import { configure } from "./conf.ts";
import { hasHeartbeat, startHeartbeat, withHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { JOURNAL } from "./mixed.ts";
import { SOON_MS, stays, until } from "./until.ts";

setDefaultTimeout(150_000);

async function child(host: Host): Promise<ChildView | undefined> {
  return (await status(host))?.children?.find(({ program }) => program === IPFAIL);
}

// The ping node is the third machine; only net 0 leads to it, net 1 carries heartbeats as well.
const ROUTER = "10.77.0.13";
const IPFAIL = "/usr/libexec/heartbeat/ipfail";

test.skipIf(!existsSync(IPFAIL)).each(["off", "on"] as const)(
  "hb agent and ipfail together move a group to the node that sees the router, once, with auto_failback %s",
  async (failback) => {
    const extra = [`ping ${ROUTER}`, `respawn hacluster ${IPFAIL}`];
    const cluster = { failback, extra } as const;
    const nodes = ["alice", "bob"];
    await withCluster({ nodes, nets: 2, others: ["router"], cluster }, async (run) => {
      const both = nodes.map((name) => run.host(name));
      const pids = () => Promise.all(both.map(async (host) => (await child(host))?.pid));
      await until({ what: "ipfail on both", withinMs: SOON_MS, everyMs: 100 }, async () => {
        const views = await Promise.all(both.map((host) => child(host)));
        return views.every((view) => view?.state === "running") || undefined;
      });
      const before = await pids();
      const settles = (owner: string, holder: string) =>
        stays(
          { what: `${owner}'s group stays on ${holder}`, withinMs: 3_000 },
          () => run.lab.watch.holders(home(owner)).join(" ") === holder,
        );
      await run.placed({ alice: "alice" }, SOON_MS);
      await run.lab.cut("alice", 0);
      await run.placed({ alice: "bob", bob: "bob" }, SOON_MS);
      await settles("alice", "bob");
      await run.lab.mend("alice", 0);
      const end = failback === "on" ? "alice" : "bob";
      await run.placed({ alice: end, bob: "bob" }, SOON_MS);
      await settles("alice", end);
      const ups = run.lab.watch.changes.filter(
        ({ address, up }) => up && address === home("alice"),
      );
      const moves = failback === "on" ? ["alice", "bob", "alice"] : ["alice", "bob"];
      expect(ups.map(({ host }) => host)).toEqual(moves);
      expect(await pids()).toEqual(before);
      // It is not root, and has its lines in the files of the agent's log.
      for (const host of both) expect(host.read("log/ha-log")).toMatch(/ ipfail: \[\d+\]: /);
    });
  },
);

test.skipIf(!hasHeartbeat() || !existsSync(IPFAIL))(
  "ipfail on hb and ipfail on Heartbeat 3.0.6 give the groups to the node that sees the router",
  async () => {
    const nodes = ["alice", "bob"];
    const shape = { hosts: [...nodes, "router"], nets: 2, name: "ipfail" };
    await withHeartbeat(shape, async (lab) => {
      const hosts = nodes.map((name) => lab.host(name));
      const [ours, theirs] = [lab.host("alice"), lab.host("bob")];
      const extra = [`ping ${ROUTER}`, `respawn hacluster ${IPFAIL}`];
      const resources = nodes.map(groupOf);
      const files = { resources, nodes, extra, failback: "off", initdead: "10" } as const;
      configure(lab, files, hosts);
      for (const host of hosts) host.write("ha.d/resource.d/journal", JOURNAL, 0o755);
      startAgent(ours);
      await startHeartbeat(theirs);
      const held = (holders: readonly [string, string], withinMs: number) =>
        Promise.all(
          nodes.map((owner, at) => lab.watch.held(home(owner), [holders[at] ?? ""], withinMs)),
        );
      await held(["alice", "bob"], 45_000);
      await settled(ours);
      await theirs.says("log/ha-log", /ipfail.*(No giveup timer to abort|balanced)/, SOON_MS);
      await lab.cut("alice", 0);
      await held(["bob", "bob"], SOON_MS);
      await lab.mend("alice", 0);
      const seen = { what: "alice to see the router again", withinMs: SOON_MS, everyMs: 50 };
      await until(seen, async () => {
        const router = (await status(ours))?.nodes.find(({ name }) => name === ROUTER);
        return router?.state === "ping" || undefined;
      });
      // Both have as many now, which moves nothing: an ipfail that counts late would move it back.
      await stays(
        { what: "the groups stay", withinMs: 2_000 },
        () => lab.watch.holders(home("alice")).join(" ") === "bob",
      );
      await lab.cut("bob", 0);
      await held(["alice", "alice"], SOON_MS);
      expect(await child(ours)).toMatchObject({ state: "running", restarts: 0 });
    });
  },
);
