// hb for musl on musl's loader and C library: what calls C, the commands, and an agent beside one of the usual kind.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { version } from "../../package.json";
import { built, HALF, half, settled, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import { type Lab, withLab } from "./lab.ts";
import { type Musl, madeForMusl } from "./musl/musl.ts";
import { must, run } from "./shell.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);
const ROOT = join(import.meta.dir, "../..");
const SHARED = "10.77.0.100";
const resources = [`alice ${SHARED}/24/eth0`];
const cluster = {
  resources,
  failback: "off",
  warntime: "3",
  deadtime: "5",
  initdead: "6",
} as const;

/** It is what it is said to be: the program that runs has musl's loader, and no C library of another kind. */
async function onMusl(lab: Lab): Promise<void> {
  const alice = lab.host("alice");
  const pids = [...half(alice, "agent"), ...half(alice, "pulse")];
  expect(pids).toHaveLength(2);
  for (const pid of pids) {
    const maps = await must(["cat", `/proc/${pid}/maps`]);
    expect(maps).toContain("/x86_64-linux-musl/libc.so");
    expect(maps).not.toContain("x86_64-linux-gnu/libc.so");
  }
}

async function commands(lab: Lab, musl: Musl): Promise<void> {
  const alice = lab.host("alice");
  const hb = (...words: string[]) => alice.exec(["env", musl.environment, musl.hb, ...words]);
  expect((await hb("--version")).stdout).toStartWith(`hb ${version} `);
  expect(await hb("check")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"initdead" may be too short: 6 s, at least 10 s are usual'),
  });
  alice.write("ha.d/ha.cf", `${alice.read("ha.d/ha.cf")}nonsense 1\n`);
  expect((await hb("check")).code).toBe(6);
  configure(lab, cluster);
  expect((await hb("status")).code).toBe(3);
}

test("hb for musl answers commands, and an agent of it holds an address, mends itself and hands over", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "musl" }, async (lab) => {
    const musl = await madeForMusl(lab.dir);
    configure(lab, cluster);
    await commands(lab, musl);
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    alice.spawn(["env", musl.environment, musl.hb, "agent"], "hb.log");
    startAgent(bob);
    await Promise.all(lab.hosts.map((host) => settled(host)));
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    await onMusl(lab);
    const [old] = half(alice, "pulse");
    alice.signal("SIGKILL", HALF.pulse);
    await until({ what: "a new pulse", withinMs: SOON_MS }, () =>
      half(alice, "pulse").some((pid) => pid !== old),
    );
    await settled(alice);
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    const standby = await alice.exec(["env", musl.environment, musl.hb, "standby"]);
    expect(standby.code).toBe(0);
    await lab.watch.held(SHARED, ["bob"], SOON_MS);
    expect(alice.read("log/hb.log").match(/ error .*/g)).toEqual([
      expect.stringContaining("The pulse ended (killed by SIGKILL)"),
    ]);

    // The verbs of ffi/ do there what they do here.
    const tests = ["test", "--timeout=60000", join(ROOT, "test/ffi")];
    const { stderr } = await run(["env", musl.environment, musl.runtime, ...tests]);
    expect(stderr).toMatch(/^ *\d\d+ pass\n *0 fail$/m);
  });
});
