// What becomes of groups when one of three agents is cut off, by each `quorum_policy`: one cluster, whose files are read
// again between the cuts.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { HALF, hb, status } from "./agent.ts";
import { home, OBSERVED_MS, type Running, withCluster } from "./cluster.ts";
import type { Cluster } from "./conf.ts";
import type { Host } from "./host.ts";
import { SOON_MS, stays, until, wallMs } from "./until.ts";

setDefaultTimeout(150_000);

const nodes = ["alice", "bob", "carol"];
const KEEPALIVE_MS = 500;
/** Each side counts deadtime from what it heard last; scripts are programs that a busy machine starts late. */
const EITHER_WAY_MS = KEEPALIVE_MS + OBSERVED_MS;
const cluster: Partial<Cluster> = {
  ...{ failback: "on", keepalive: `${KEEPALIVE_MS}ms`, warntime: "1500ms", deadtime: "3" },
  ...{ initdead: "8", extra: ["membership on", "quorum_policy stop"] },
};

/** A resource script whose journal tells the moment as well: when a start began and a stop was done. */
const DIARY = `#!/bin/sh
state=/run/journal.$1
note() { echo "$1 $(date +%s%3N)" >>/var/log/diary; }
case $2 in
start) [ -e $state ] || note "start $1"; : >$state ;;
stop) [ -e $state ] && { rm -f $state; note "stop $1"; } ;;
status) if [ -e $state ]; then echo running; else echo stopped; fi ;;
esac
exit 0
`;

interface Entry {
  readonly what: string;
  readonly atMs: number;
}

function diary(host: Host, sinceMs: number): Entry[] {
  const lines = host.read("log/diary").split("\n").filter(Boolean);
  const entries = lines.map((line) => {
    const [verb = "", group = "", at = ""] = line.split(" ");
    return { what: `${verb} ${group}`, atMs: Number(at) };
  });
  return entries.filter(({ atMs }) => atMs >= sinceMs);
}

const words = (host: Host, sinceMs: number) => diary(host, sinceMs).map(({ what }) => what);

/** Waits until the status of a host is so; for what has to be seen in the end. */
function shows(host: Host, what: string, is: (seen: Snapshot) => boolean): Promise<Snapshot> {
  return until({ what: `${host.name}: ${what}`, withinMs: SOON_MS, everyMs: 100 }, async () => {
    const seen = await status(host);
    return seen !== undefined && is(seen) ? seen : undefined;
  });
}

/** Cuts alice off and waits until both sides know it, and what had to move has moved. */
async function cutOff(run: Running): Promise<number> {
  const at = wallMs();
  await run.lab.cut("alice");
  await shows(run.host("alice"), "no quorum", ({ membership }) => membership?.quorum === false);
  await until({ what: "bob or carol to take what alice had", withinMs: SOON_MS }, () =>
    run.lab.watch.holders(home("alice")).some((name) => name !== "alice"),
  );
  return at;
}

/** The cut ends, and everybody has his own again. */
async function heal(run: Running): Promise<void> {
  await run.lab.mend("alice");
  await run.placed({ alice: "alice", bob: "bob", carol: "carol" }, SOON_MS);
  await run.calm(nodes);
}

/** All read the file again, with another policy. */
async function reload(run: Running, policy: string): Promise<void> {
  for (const host of run.nodes) {
    const text = host.read("ha.d/ha.cf").replace(/^quorum_policy .*$/m, `quorum_policy ${policy}`);
    host.write("ha.d/ha.cf", text);
    host.signal("SIGHUP", HALF.agent);
  }
  for (const host of run.nodes) {
    await shows(host, policy, ({ membership }) => membership?.policy === policy);
  }
}

const title = async (host: Host) => (await hb(host, "status")).stdout.split("\n")[0] ?? "";

test("hb agents without quorum stop all, freeze or go on, as quorum_policy says", async () => {
  const prepare = async (lab: Running["lab"]) => {
    for (const name of nodes) lab.host(name).write("ha.d/resource.d/journal", DIARY, 0o755);
  };
  await withCluster({ nodes, cluster, prepare }, async (run) => {
    const { watch } = run.lab;
    const alice = run.host("alice");
    const others = [run.host("bob"), run.host("carol")];
    const own = await shows(alice, "quorum", ({ membership }) => membership?.quorum === true);
    expect(own.membership?.members.map(({ name }) => name).toSorted()).toEqual(nodes);

    // stop: what alice had stops before the others have it, and she takes nothing of theirs.
    const stoppedAt = await cutOff(run);
    await run.placed({ bob: "bob", carol: "carol" }, SOON_MS);
    await shows(alice, "nothing moves", ({ resources }) => resources === "none");
    expect(await title(alice)).toContain("holds no groups");
    await stays(
      { what: "alice holds nothing", withinMs: 3_000 },
      () => !nodes.some((owner) => watch.holders(home(owner)).includes("alice")),
    );
    expect(words(alice, stoppedAt)).toEqual(["stop alice"]);
    const taken = others.flatMap((host) => diary(host, stoppedAt));
    expect(taken.map(({ what }) => what)).toEqual(["start alice"]);
    const [stop] = diary(alice, stoppedAt);
    expect((stop?.atMs ?? 0) - (taken[0]?.atMs ?? 0)).toBeLessThan(EITHER_WAY_MS);
    expect(watch.overlapMs(home("alice"), stoppedAt)).toBeLessThan(EITHER_WAY_MS);
    expect((await hb(alice, "takeover")).stderr).toContain("no quorum (majority: 1 of 3 nodes");
    const healedAt = wallMs();
    await heal(run);
    expect(words(alice, healedAt)).toEqual(["start alice"]);
    expect(watch.overlapMs(home("alice"), healedAt)).toBeLessThan(OBSERVED_MS);

    // freeze: alice goes on with her own, and takes nothing.
    await reload(run, "freeze");
    const frozenAt = await cutOff(run);
    await shows(alice, "nothing moves", ({ resources }) => resources === "local");
    expect(await title(alice)).toContain("holds its own groups");
    await stays({ what: "alice holds her own alone", withinMs: 3_000 }, () => {
      const held = nodes.filter((owner) => watch.holders(home(owner)).includes("alice"));
      return held.join(" ") === "alice";
    });
    await heal(run);
    expect(words(alice, frozenAt)).toEqual([]);
    expect(watch.since(home("alice"), frozenAt).filter(({ host }) => host === "alice")).toEqual([]);

    // ignore: alice takes all, as the others take hers.
    await reload(run, "ignore");
    const ignoredAt = await cutOff(run);
    await Promise.all(
      ["bob", "carol"].map((owner) => watch.held(home(owner), ["alice", owner], SOON_MS)),
    );
    await shows(alice, "nothing moves", ({ resources }) => resources === "all");
    await heal(run);
    expect(words(alice, ignoredAt).toSorted()).toEqual([
      "start bob",
      "start carol",
      "stop bob",
      "stop carol",
    ]);
  });
});
