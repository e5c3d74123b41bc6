// The real ipfail, unmodified, where ha.cf has a line that starts it: on two hb nodes, beside hb's own placement, and
// on pairs of hb, of Heartbeat 3.0.6, and of both.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import type { ChildView } from "../../src/core/snapshot.ts";
import { settled, startAgent, status } from "./agent.ts";
import { groupOf, home, type Lab, withCluster } from "./cluster.ts";
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
const nodes = ["alice", "bob"];

test.skipIf(!existsSync(IPFAIL)).each(["off", "on"] as const)(
  "hb agent and ipfail together move a group to the node that sees the router, once, with auto_failback %s",
  async (failback) => {
    const extra = [`ping ${ROUTER}`, `respawn hacluster ${IPFAIL}`];
    const cluster = { failback, extra } as const;
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

/** What ipfail has to say where the router is out of reach, and where it is not. What else it says, and how often, is a
 *  matter of moments: which of two pings is missed first, who has counted when the other one asks. */
function loses(loser: string, winner: string): Record<string, string[]> {
  return {
    [loser]: [
      `Status update: Node ${ROUTER} now has status dead`,
      "NS: We are dead. :<",
      `Link Status update: Link ${ROUTER}/${ROUTER} now has status dead`,
      `Link Status update: Link ${winner}/eth0 now has status dead`,
      "Asking other side for ping node count.",
      "Giving up because we were told that we have less ping nodes.",
      "giveup() called (timeout worked)",
    ],
    [winner]: [
      `Link Status update: Link ${loser}/eth0 now has status dead`,
      "Telling other node that we have more visible ping nodes.",
    ],
  };
}

const finds: Record<string, string[]> = {
  alice: [
    `Link Status update: Link ${ROUTER}/${ROUTER} now has status up`,
    `Status update: Node ${ROUTER} now has status ping`,
    "A ping node just came up.",
    "Asking other side for ping node count.",
    "Link Status update: Link bob/eth0 now has status up",
  ],
  bob: ["Link Status update: Link alice/eth0 now has status up", "Ping node count is balanced."],
};

/** What ipfail said on each node from a place in its log on, each word once. */
function saidSince(lab: Lab, from: readonly number[]): Record<string, string[]> {
  const said = nodes.map((name, at) => {
    const lines = lab.host(name).read("log/ha-log").slice(from[at]).split("\n");
    const words = lines.flatMap((line) => / ipfail: \[\d+\]: \w+: (.*)$/.exec(line)?.[1] ?? []);
    return [name, [...new Set(words)]] as [string, string[]];
  });
  return Object.fromEntries(said);
}

/** Waits until ipfail has said all of this; whoever has not to give up does not speak of it. */
async function says(lab: Lab, from: readonly number[], expected: Record<string, string[]>) {
  const missing = () => {
    const said = saidSince(lab, from);
    return nodes.map((name) => expected[name]?.filter((word) => !said[name]?.includes(word)));
  };
  const isAll = () => missing().flat().length === 0;
  // What is missing in the end is shown by the comparison.
  await until({ what: "ipfail to say all", withinMs: SOON_MS, everyMs: 100 }, isAll).catch(
    () => {},
  );
  expect(missing()).toEqual([[], []]);
  const said = saidSince(lab, from);
  const isGiven = (words: readonly string[] = []) =>
    words.some((word) => /^giv(eup|ing up)/i.test(word));
  expect(nodes.filter((name) => isGiven(said[name]))).toEqual(
    nodes.filter((name) => isGiven(expected[name])),
  );
}

/** The places from which on ipfail says what comes next: it has been silent for a while. */
async function silence(lab: Lab): Promise<number[]> {
  const spoken = () => {
    const logs = nodes.map((name) => lab.host(name).read("log/ha-log"));
    return logs.map((log) => log.lastIndexOf(" ipfail: ["));
  };
  let [known, since] = [spoken().join(), performance.now()];
  await until({ what: "ipfail to be silent", withinMs: SOON_MS, everyMs: 100 }, () => {
    const now = spoken().join();
    if (now !== known) [known, since] = [now, performance.now()];
    return performance.now() - since > 2_000;
  });
  return nodes.map((name) => lab.host(name).read("log/ha-log").length);
}

/** alice loses the router and has it again, then bob loses it. */
async function losesInTurn(oursAre: readonly string[]): Promise<void> {
  const shape = { hosts: [...nodes, "router"], nets: 2, name: "ipfail" };
  await withHeartbeat(shape, async (lab) => {
    const hosts = nodes.map((name) => lab.host(name));
    const ours = hosts.filter(({ name }) => oursAre.includes(name));
    const extra = [`ping ${ROUTER}`, `respawn hacluster ${IPFAIL}`];
    const resources = nodes.map(groupOf);
    const files = { resources, nodes, extra, failback: "off", initdead: "10" } as const;
    configure(lab, files, hosts);
    for (const host of hosts) host.write("ha.d/resource.d/journal", JOURNAL, 0o755);
    for (const host of hosts) {
      if (ours.includes(host)) startAgent(host);
      else await startHeartbeat(host);
    }
    const held = (holders: readonly string[], withinMs: number) =>
      Promise.all(
        nodes.map((owner, at) => lab.watch.held(home(owner), [holders[at] ?? ""], withinMs)),
      );
    await held(["alice", "bob"], 45_000);
    for (const host of ours) await settled(host);
    for (const host of hosts) {
      await host.says("log/ha-log", /ipfail.*(No giveup timer to abort|balanced)/, SOON_MS);
    }
    let from = await silence(lab);
    await lab.cut("alice", 0);
    await held(["bob", "bob"], SOON_MS);
    await says(lab, from, loses("alice", "bob"));
    from = await silence(lab);
    await lab.mend("alice", 0);
    await says(lab, from, finds);
    // Both have as many now, which moves nothing: an ipfail that counts late would move it back.
    await stays(
      { what: "the groups stay", withinMs: 2_000 },
      () => lab.watch.holders(home("alice")).join(" ") === "bob",
    );
    from = await silence(lab);
    await lab.cut("bob", 0);
    await held(["alice", "alice"], SOON_MS);
    await says(lab, from, loses("bob", "alice"));
    for (const host of ours) {
      expect(await child(host)).toMatchObject({ state: "running", restarts: 0 });
    }
  });
}

test.skipIf(!hasHeartbeat() || !existsSync(IPFAIL))(
  "ipfail on 3.0.6, on hb and on one of each gives the groups to the node that sees the router, and says why",
  async () => {
    await Promise.all([[], nodes, ["alice"]].map(losesInTurn));
  },
);
