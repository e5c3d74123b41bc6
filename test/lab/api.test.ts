// Programs of Heartbeat's client API, as Debian ships them, on a running agent: every subcommand of cl_status beside
// the same on a real daemon, and api_test as it was recorded there. What they print and how they end is the same.

import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { built, HALF, settled, startAgent } from "./agent.ts";
import { type Cluster, configure } from "./conf.ts";
import { startHeartbeat, withHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(180_000);

const hosts = ["alice", "bob", "router"];
const ROUTER = "10.77.0.13";

/** As on the machines of the transcripts (test/golden/heartbeat-api). */
const cluster: Cluster = {
  nodes: ["alice", "bob"],
  resources: ["alice 10.77.0.100/24/eth0"],
  ...{ keepalive: "1", warntime: "4", deadtime: "6", initdead: "6", failback: "off" },
  extra: [`ping ${ROUTER}`, "realtime off", "apiauth dopd uid=hacluster gid=haclient"],
};

const nodes = ["alice", "BOB", ROUTER, "nosuch"];
const links = ["alice eth0", "bob eth0", "bob nosuch", `${ROUTER} ${ROUTER}`, "nosuch eth0"];
const parameters = [
  ..."hbversion hopfudge keepalive deadtime deadping warntime initdead baud udpport node apiauth ping".split(
    " ",
  ),
  ..."auto_failback hbgenmethod realtime debug logfile debugfile logfacility watchdog coreroot".split(
    " ",
  ),
  ..."cluster crm pacemaker autojoin uuidfrom msgfmt compression max_rexmit_delay nosuch use_logd".split(
    " ",
  ),
];

const questions = [
  ...[
    "hbstatus",
    "hbstatus -v",
    "listnodes",
    "listnodes -n",
    "listnodes -p",
    "listnodes -v",
    "listnodes -m",
  ],
  ...[
    "nodestatus",
    "nodestatus -m",
    "nodeweight",
    "nodesite",
    "nodetype",
    "listhblinks",
    "listhblinks -v",
  ].flatMap((command) => nodes.map((node) => `${command} ${node}`)),
  ...links.map((link) => `hblinkstatus ${link}`),
  // The real daemon needs up to half a second, which is also what is usual to wait.
  ...["alice ccm", "bob ccm", `${ROUTER} ccm`, "nosuch ccm"].map(
    (which) => `clientstatus ${which} 3000`,
  ),
  ...["rscstatus", "rscstatus -m", "hbparameter", "test", "nosuch"],
  ...parameters.map((name) => `hbparameter -p ${name}`),
];

/** What it says, without the moment and the pid. */
function plain(text: string): string {
  return text.replace(/^\w+ +\d+ [\d:]+ (\S+ \S+): \[\d+\]/gm, "$1").replace(/PID=\d+/, "PID");
}

async function ask(host: Host): Promise<string[]> {
  const answers = await Promise.all(
    questions.map(async (question) => {
      const { code, stdout, stderr } = await host.exec(["cl_status", ...question.split(" ")]);
      return `cl_status ${question}: ${code}\n${plain(stdout)}${plain(stderr)}`;
    }),
  );
  return answers;
}

/** api_test must be of the group haclient, and never ends. */
function apiTest(host: Host, seconds: number) {
  const who = ["setpriv", "--reuid=root", "--regid=haclient", "--clear-groups"];
  return host.exec([
    ...who,
    "timeout",
    "-s",
    "KILL",
    `${seconds}`,
    "/usr/libexec/heartbeat/api_test",
  ]);
}

async function withAgents(name: string, tell: (lab: Lab) => Promise<void>): Promise<void> {
  await built();
  await withLab({ hosts, name }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    configure(lab, cluster, [alice, bob]);
    for (const host of [alice, bob]) startAgent(host);
    await Promise.all([settled(alice), settled(bob)]);
    await tell(lab);
  });
}

test("hb agent answers cl_status as Heartbeat 3.0.6 does, every subcommand", async () => {
  let theirs: string[] = [];
  let own: string[] = [];
  await Promise.all([
    withHeartbeat({ hosts, name: "api306" }, async (lab) => {
      const [alice, bob] = [lab.host("alice"), lab.host("bob")];
      configure(lab, cluster, [alice, bob]);
      await Promise.all([startHeartbeat(alice), startHeartbeat(bob)]);
      await lab.watch.held("10.77.0.100", ["alice"], SOON_MS);
      const what = "alice to have all that is its own";
      await until({ what, withinMs: SOON_MS, everyMs: 500 }, async () => {
        const { stdout } = await alice.exec(["cl_status", "rscstatus"]);
        return stdout === "local\n";
      });
      theirs = await ask(alice);
    }),
    withAgents("apihb", async (lab) => {
      own = await ask(lab.host("alice"));
    }),
  ]);
  expect(own).toEqual(theirs);
});

test("hb agent answers api_test as it was recorded, and tells who else has one", async () => {
  await withAgents("apitest", async (lab) => {
    const [first, second] = await Promise.all([
      apiTest(lab.host("bob"), 9),
      Bun.sleep(2_000).then(() => apiTest(lab.host("alice"), 4)),
    ]);
    expect([first?.code, second.code]).toEqual([137, 137]);
    const recorded = readFileSync(
      join(import.meta.dir, "../golden/heartbeat-api/api_test.txt"),
      "latin1",
    );
    // Its last line was cut when it was ended.
    const [, lines = ""] = /--- stderr\n(.*?)[^\n]*\n---\n/s.exec(recorded) ?? [];
    const expected = plain(lines)
      .replaceAll("apia", "alice")
      .replaceAll("apib", "bob")
      .replaceAll("10.77.0.254", ROUTER)
      .replaceAll("hb0", "eth0")
      // The real one answers too late for it.
      .replaceAll("[timeout]", "[online]");
    const said = plain(second.stderr);
    expect(said.split("\n")).toEqual(expect.arrayContaining(expected.split("\n")));
    expect(said).toContain("alice/api_test status: [online]");
  });
});

/** As the daemon of Heartbeat starts its children. */
function asCluster(host: Host, program: string): void {
  const who = ["setpriv", "--reuid=hacluster", "--regid=haclient", "--clear-groups"];
  const path = `PATH=/var/log/bin:${process.env.PATH}`;
  host.spawn([...who, "env", path, `/usr/libexec/heartbeat/${program}`], `${program}.log`);
}

/** Waits until both nodes have such a client, as the first of them is told. */
async function onBoth(host: Host, client: string): Promise<void> {
  const what = `both nodes to have "${client}"`;
  await until({ what, withinMs: SOON_MS, everyMs: 500 }, async () => {
    const ask = (node: string) => host.exec(["cl_status", "clientstatus", node, client, "3000"]);
    const said = await Promise.all(["alice", "bob"].map(ask));
    return said.every(({ stdout }) => stdout === "online\n");
  });
}

test("ipfail on a running agent moves the group away from who lost the router, and back from Heartbeat 3.0.6", async () => {
  const held = "10.77.0.100";
  await built();
  await withHeartbeat({ hosts, nets: 2, name: "ipfail" }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const brisk = { keepalive: "500ms", warntime: "1500ms", deadtime: "4", initdead: "10" };
    configure(lab, { ...cluster, ...brisk }, [alice, bob]);
    startAgent(alice);
    await startHeartbeat(bob);
    await lab.watch.held(held, ["alice"], SOON_MS);
    await settled(alice);
    for (const host of [alice, bob]) asCluster(host, "ipfail");
    await onBoth(alice, "ipfail");
    await lab.cut("alice", 0);
    await lab.watch.held(held, ["bob"], SOON_MS);
    await alice.says("log/hb.log", /client +standby: /, SOON_MS);
    await lab.mend("alice", 0);
    const what = "alice to reach the router again";
    await until({ what, withinMs: SOON_MS, everyMs: 500 }, async () => {
      const { stdout } = await alice.exec(["cl_status", "nodestatus", ROUTER]);
      return stdout === "ping\n";
    });
    await lab.cut("bob", 0);
    await lab.watch.held(held, ["alice"], SOON_MS);
  });
});

test("dopd on two agents has the peer's disk outdated for DRBD, and keeps its place when pulses die", async () => {
  await withAgents("dopd", async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    // DRBD itself needs a module of the kernel.
    bob.write("log/bin/drbdadm", '#!/bin/sh\necho "$@" >>/var/log/drbdadm\nexit 0\n', 0o755);
    // dopd is not root.
    bob.write("log/drbdadm", "");
    chmodSync(join(bob.dir, "log/drbdadm"), 0o666);
    for (const host of [alice, bob]) asCluster(host, "dopd");
    await onBoth(alice, "dopd");
    const before = [alice, bob].flatMap((host) => host.pidsOf(/dopd$/));
    for (const host of [alice, bob]) host.signal("SIGKILL", HALF.pulse);
    await Promise.all(
      [alice, bob].map((host) => host.says("log/hb.log", /The pulse ended/, SOON_MS)),
    );
    await Promise.all([settled(alice), settled(bob)]);
    await onBoth(alice, "dopd");
    expect([alice, bob].flatMap((host) => host.pidsOf(/dopd$/))).toEqual(before);
    const outdater = "/usr/libexec/heartbeat/drbd-peer-outdater";
    const { code } = await alice.exec([outdater, "-p", "bob", "-r", "r0"]);
    expect({ code, asked: bob.read("log/drbdadm") }).toEqual({ code: 4, asked: "outdate r0\n" });
  });
});
