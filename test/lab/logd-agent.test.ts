// An agent that logs to a log daemon, when that stands still or its file takes nothing: heartbeats leave as ever, and
// afterwards what was delivered and what was dropped or discarded is what was said.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { built, HB, leave, settled, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { must } from "./shell.ts";
import { SOON_MS, stays, until } from "./until.ts";

setDefaultTimeout(90_000);

const REAL = "/usr/lib/heartbeat/ha_logd";
const KEEPALIVE_MS = 200;
const groups = 6;
/** Less than what of one run is kept. */
const linesOfGroup = 450;

/** A service that says much, once it may. */
const talker = `#!/bin/sh
case $2 in
start) until [ -e /var/log/go ]; do sleep 0.1; done
  i=0; while [ $i -lt ${linesOfGroup} ]; do echo "$1 says line $i"; i=$((i + 1)); done
  : >/run/talker.$1 ;;
stop) rm -f /run/talker.$1 ;;
status) if [ -e /run/talker.$1 ]; then echo running; else echo stopped; exit 3; fi ;;
esac
`;

function prepare(lab: Lab, logdCf: string): Host {
  const alice = lab.host("alice");
  const resources = Array.from({ length: groups }, (_, index) => `alice talker::${index}`);
  configure(lab, { resources, nodes: ["alice", "bob"], keepalive: `${KEEPALIVE_MS}ms` });
  const conf = alice.read("ha.d/ha.cf").replace("use_logd off", "use_logd on");
  alice.write("ha.d/ha.cf", conf.replace(/^(?:logfile|debugfile) .*\n/gm, ""));
  alice.write("ha.d/resource.d/talker", talker, 0o755);
  alice.write("ha.d/logd.cf", logdCf);
  return alice;
}

/** Lines that the agent wrote on stderr: the same that it said to the daemon. */
const sent = (host: Host) =>
  host.read("log/hb.log").match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} /gm)?.length ?? 0;

/** What is in the log: messages of the agent, and those that it or the daemon lost. */
function tally(log: string) {
  const own = log.split("\n").filter((line) => /^\S+ +\d+ [\d:]+ alice hb: \[/.test(line));
  const sum = (pattern: RegExp) =>
    [...log.matchAll(pattern)].reduce((all, [, count]) => all + Number(count), 0);
  const notices = own.filter((line) => line.includes("cl_log: "));
  return {
    delivered: own.length - notices.length,
    dropped: sum(/cl_log: (\d+) messages were dropped/g),
    discarded: sum(/logd: \[\d+\]: ERROR: (\d+) messages? (?:was|were) discarded/g),
  };
}

/** The longest time between two packets of the agent while that happens, and for a while after it. */
async function longestGapMs(lab: Lab, host: Host, what: () => Promise<void>): Promise<number> {
  const file = join(lab.dir, "beats.pcap");
  const filter = ["udp", "port", "694", "and", "src", host.address()];
  await lab.script("capture", "start", file, "0", ...filter);
  await what();
  const { initpid } = host;
  await stays({ what: "the host is up", withinMs: 3_000 }, () => host.initpid === initpid);
  await lab.script("capture", "stop");
  const text = await must(["tcpdump", "-n", "-tt", "-r", file]);
  const at = text.split("\n").flatMap((line) => /^(\d+\.\d+) /.exec(line)?.[1] ?? []);
  const gaps = at.slice(1).map((each, index) => (Number(each) - Number(at[index])) * 1000);
  expect(gaps.length).toBeGreaterThan(10);
  return Math.max(...gaps);
}

async function everythingSaid(host: Host): Promise<void> {
  const last = new RegExp(`says line ${linesOfGroup - 1}$`, "gm");
  await until({ what: "every line", withinMs: SOON_MS }, () => {
    return (host.read("log/hb.log").match(last)?.length ?? 0) === groups;
  });
  await settled(host);
}

/** Until nothing is missing; the agent may say more meanwhile. */
async function allAccounted(host: Host, file: string) {
  return await until({ what: "every message", withinMs: SOON_MS }, () => {
    const found = tally(host.read(file));
    const sum = found.delivered + found.dropped + found.discarded;
    return sum >= sent(host) ? { ...found, sum, sent: sent(host) } : undefined;
  });
}

test("hb agent beats while ha_logd stands still, and says exactly what it dropped", async () => {
  await built();
  await withLab({ hosts: ["alice"], name: "stoppedlogd", logs: ["log/cluster"] }, async (lab) => {
    const alice = prepare(lab, "logfile /var/log/cluster\nlogfacility none\n");
    alice.spawn([REAL, "-c", "/etc/ha.d/logd.cf"], "logd.log");
    await alice.says("log/cluster", /logd started/, SOON_MS);
    const agent = startAgent(alice);
    await alice.says("log/cluster", / hb: \[\d+\]: info: start: /, SOON_MS);
    await alice.says("log/hb.log", /bob is dead/, SOON_MS);
    const gapMs = await longestGapMs(lab, alice, async () => {
      alice.signal("SIGSTOP", /ha_logd/);
      alice.write("log/go", "");
      await everythingSaid(alice);
    });
    expect(gapMs).toBeLessThan(2 * KEEPALIVE_MS);
    expect(alice.read("log/cluster")).not.toContain("says line");
    alice.signal("SIGCONT", /ha_logd/);
    const all = await allAccounted(alice, "log/cluster");
    expect(all).toMatchObject({ sum: all.sent, discarded: 0 });
    expect(all.dropped).toBeGreaterThan(500);
    expect(await leave(alice, agent)).toBe(0);
    // And what it says at the end is there.
    await alice.says("log/cluster", / hb: \[\d+\]: info: exit: The agent has ended/, SOON_MS);
  });
});

test("hb agent beats while nobody reads what hb logd writes, and nothing is uncounted", async () => {
  await built();
  await withLab({ hosts: ["alice"], name: "fifologd", logs: ["log/cluster"] }, async (lab) => {
    const alice = prepare(lab, "logfile /var/log/pipe\nlogfacility none\n");
    await alice.exec(["mkfifo", "/var/log/pipe"]);
    alice.spawn([HB, "logd", "-c", "/etc/ha.d/logd.cf"], "logd.log");
    await until({ what: "hb logd", withinMs: SOON_MS }, async () => {
      return (await alice.exec([HB, "logd", "--status"])).code === 0;
    });
    const agent = startAgent(alice);
    await alice.says("log/hb.log", /bob is dead/, SOON_MS);
    const gapMs = await longestGapMs(lab, alice, async () => {
      alice.write("log/go", "");
      await everythingSaid(alice);
    });
    expect(gapMs).toBeLessThan(2 * KEEPALIVE_MS);
    alice.spawn(["cat", "/var/log/pipe"], "cluster");
    const all = await allAccounted(alice, "log/cluster");
    expect(all.sum).toBe(all.sent);
    expect(all.discarded).toBeGreaterThan(500);
    expect(await leave(alice, agent)).toBe(0);
    expect((await alice.exec([HB, "logd", "--stop"])).code).toBe(0);
  });
});
