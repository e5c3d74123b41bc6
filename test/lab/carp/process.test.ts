// The process of hb carp: its halves die, its scripts fail, its file changes, it runs in the background; and
// the same routers in the agent.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Snapshot } from "../../../src/core/snapshot.ts";
import { HALF, HB, runDirectory, startAgent, status } from "../agent.ts";
import { configure } from "../conf.ts";
import { stays, until, wallMs } from "../until.ts";
import { AT_ONCE_MS, type BesideUcarp, besideUcarp, DEAD_MS, VIP } from "./besideucarp.ts";

setDefaultTimeout(120_000);

/** `hb carp` with a file of its own lines. */
function withFile(run: BesideUcarp, name: string, lines: readonly string[]): void {
  run.host(name).write("ha.d/carp.conf", lines.map((line) => `${line}\n`).join(""));
  run.host(name).write("log/hb-carp.log", "");
  run.host(name).spawn([HB, "carp", "--config", "/etc/ha.d/carp.conf"], "hb-carp.log");
}

/** A router of a process of its own is seen wherever the agent's are, also when that process is stopped. */
async function shownTogether(run: BesideUcarp): Promise<void> {
  const alice = run.host("alice");
  const carp = /\bhb\S* carp\b/;
  withFile(run, "alice", [`carp eth0 7 10.77.200.7/16 ${PASS}`]);
  await run.held(["alice"], 15_000, "10.77.200.7");
  const { stdout } = await alice.exec([HB, "status"]);
  expect(stdout).toMatch(/eth0\/42 +master[\s\S]+eth0\/7 +master[\s\S]+runs in "hb carp", pid \d+/);
  const unix = join(runDirectory(alice), "page.sock");
  const page = async (path: string) => await (await fetch(`http://page${path}`, { unix })).text();
  const shown = JSON.parse(await page("/status.json")) as Snapshot;
  expect(shown.routers.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "eth0/42 master",
    "eth0/7 master",
  ]);
  expect(shown.routers[1]?.pid).toBe(shown.carp?.[0]?.pid ?? 0);
  const metrics = await page("/metrics");
  expect(metrics).toContain('hb_router_master{router="eth0/7"} 1');
  expect(metrics).toContain('hb_carp_processes{state="answering"} 1');
  const stdin = Buffer.from(metrics);
  const promtool = Bun.spawnSync(["promtool", "check", "metrics"], { stdin });
  expect([`${promtool.stdout}${promtool.stderr}`, promtool.exitCode]).toEqual(["", 0]);

  alice.signal("SIGSTOP", carp);
  await until({ what: "it is said to be mute", withinMs: 10_000, everyMs: 500 }, async () => {
    return (await page("/metrics")).includes('hb_carp_processes{state="mute"} 1');
  });
  alice.signal("SIGCONT", carp);
  alice.signal("SIGTERM", carp);
  await run.held([], 10_000, "10.77.200.7");
}

const PASS = "passfile=/etc/ha.d/passfile";

test.concurrent("a killed pulse is replaced by one that goes on as master", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.hb("alice");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "50");
    const from = wallMs();
    for (let times = 0; times < 2; times += 1) {
      const [before] = run.host("alice").pidsOf(HALF.pulse);
      expect(run.host("alice").signal("SIGKILL", HALF.pulse)).toBe(1);
      await until({ what: "the next pulse is master", withinMs: 5_000, everyMs: 50 }, async () => {
        const [now] = run.host("alice").pidsOf(HALF.pulse);
        return (
          now !== undefined && now !== before && (await run.router("alice"))?.state === "master"
        );
      });
    }
    await run.stays(["alice"], DEAD_MS + 500);
    expect(run.lab.watch.since(VIP, from)).toEqual([]);
    expect((await run.router("bob"))?.heard?.agoMs).toBeLessThan(2_500);

    // Without its desk the pulse ends as well, and the kernel takes the address down.
    run.signalHb("alice", "SIGKILL");
    await run
      .host("bob")
      .says("log/hb-carp.log", /Switching to state: MASTER/, DEAD_MS + AT_ONCE_MS);
    await run.held(["bob"], 6_000);
    expect(run.host("alice").pidsOf(HALF.pulse)).toEqual([]);
  });
});

test.concurrent("a host whose up script fails is not master, and says so", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    const [alice] = [run.host("alice")];
    alice.write("ha.d/fail", '#!/bin/sh\necho "no disk"; exit 7\n', 0o755);
    await run.hb("alice", "-u", "/etc/ha.d/fail", "-d", "/etc/ha.d/down");
    await run.ucarp("bob", "-k", "50");
    await run.held(["bob"], 12_000);
    await alice.says("log/hb-carp.log", /up script \/etc\/ha\.d\/fail failed: exit code 7/, 10_000);
    expect(alice.read("log/hb-carp.log")).toContain("no disk");
    await run.stays(["bob"], 3_000);
    expect((await run.router("alice"))?.state).toBe("backup");
  });
});

test.concurrent("SIGHUP adopts a good file whole, and nothing of a bad one", async () => {
  await besideUcarp(["alice"], async (run) => {
    const alice = run.host("alice");
    withFile(run, "alice", [
      `carp eth0 1 10.77.200.1/16 ${PASS}`,
      `carp eth0 2 10.77.200.2/16 ${PASS}`,
    ]);
    await run.held(["alice"], 15_000, "10.77.200.2");
    alice.write(
      "ha.d/carp.conf",
      `carp eth0 1 10.77.200.1/16 ${PASS}\ncarp eth0 999 10.77.200.3\n`,
    );
    run.signalHb("alice", "SIGHUP");
    await alice.says("log/hb-carp.log", /Nothing is changed/, 5_000);
    expect((await alice.exec([HB, "status"])).stdout).toMatch(/eth0\/1[\s\S]*eth0\/2/);
    expect(run.lab.watch.holders("10.77.200.2")).toEqual(["alice"]);
    const from = wallMs();
    alice.write(
      "ha.d/carp.conf",
      `carp eth0 1 10.77.200.1/16 ${PASS}\ncarp eth0 3 10.77.200.3/16 ${PASS}\n`,
    );
    run.signalHb("alice", "SIGHUP");
    await run.held([], 5_000, "10.77.200.2");
    await run.held(["alice"], DEAD_MS + AT_ONCE_MS, "10.77.200.3");
    expect(run.lab.watch.since("10.77.200.1", from)).toEqual([]);
    const said = await alice.exec([HB, "status"]);
    expect(said.stdout).toMatch(/eth0\/1[\s\S]*eth0\/3/);
    expect(said.stdout).not.toContain("eth0/2");
  });
});

test.concurrent("a check command that fails demotes the router until it succeeds again", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    const alice = run.host("alice");
    alice.write("ha.d/check", "#!/bin/sh\ntest ! -e /etc/ha.d/sick\n", 0o755);
    await run.hb("alice", "--track", "/etc/ha.d/check", "--preempt");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "50");
    alice.write("ha.d/sick", "");
    await run.held(["bob"], 2_000 + AT_ONCE_MS + 3_000);
    expect((await run.router("alice"))?.demoted.join()).toContain("/etc/ha.d/check");
    await alice.exec(["rm", "/etc/ha.d/sick"]);
    await run.held(["alice"], 2_000 + AT_ONCE_MS + 3_000);
  });
});

test.concurrent("hb carp runs in the background, shows no password, and ends by SIGTERM", async () => {
  await besideUcarp(["alice"], async (run) => {
    const alice = run.host("alice");
    const own = ["-i", "eth0", "-v", "42", "-a", VIP, "--passfile", "-"];
    const said = await alice.exec([HB, "carp", ...own, "--daemonize"], "not-to-be-seen\n");
    expect([said.code, said.stdout]).toEqual([0, ""]);
    await run.held(["alice"], 10_000);
    const [daemon = 0] = alice.pidsOf(/carry-on/);
    const shown = await alice.exec(["ps", "-ef", "ww"]);
    const variables = await alice.exec(["sh", "-c", "cat /proc/[0-9]*/environ | tr '\\0' '\\n'"]);
    expect(shown.stdout).toContain("carry-on");
    expect(shown.stdout + variables.stdout).not.toContain("not-to-be-seen");
    const links = await Promise.all(
      [0, 1, 2].map((fd) => Bun.$`readlink /proc/${daemon}/fd/${fd}`.text()),
    );
    expect(links.slice(1)).toEqual(["/dev/null\n", "/dev/null\n"]);
    expect((await Bun.$`readlink /proc/${daemon}/cwd`.text()).trim()).toBe("/");
    alice.signal("SIGTERM", /carry-on/);
    await run.held([], 3_000);
    await until(
      { what: "no process is left", withinMs: 5_000 },
      () => alice.pidsOf(/\bhb\b/).length === 0,
    );
  });
});

test.concurrent("carp lines of ha.cf run in the agent, beside its groups and the real ucarp", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    const [alice, bob] = [run.host("alice"), run.host("bob")];
    configure(
      run.lab,
      {
        resources: ["alice 10.77.0.100/24/eth0"],
        nodes: ["alice"],
        extra: [`carp eth0 42 ${VIP}/24 ${PASS} preempt`, "status_page /run/heartbeat/page.sock"],
      },
      [alice],
    );
    startAgent(alice);
    await run.held(["alice"], 20_000);
    await run.held(["alice"], 20_000, "10.77.0.100");
    await run.ucarp("bob", "-k", "50");
    await run.stays(["alice"], DEAD_MS + 1_500);
    const known = await status(alice);
    expect(known?.routers[0]).toMatchObject({ name: "eth0/42", state: "master" });
    expect(known?.groups[0]?.holder).toBe("alice");
    await shownTogether(run);

    // Both of them are leased by their own times; without the agent both are gone.
    const from = wallMs();
    alice.kill();
    await run.held(["bob"], DEAD_MS + 1_000 + AT_ONCE_MS + 4_000);
    startAgent(alice);
    await run.held(["alice"], 20_000);
    await stays({ what: "the router stays", withinMs: 2_000 }, () => {
      return run.lab.watch.holders(VIP).join() === "alice";
    });
    expect(run.lab.watch.overlapMs(VIP, from)).toBeLessThan(5_000);
    expect(bob.read("log/ucarp.log")).not.toContain("Bad");
  });
});
