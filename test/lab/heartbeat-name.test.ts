// hb by the name of heartbeat, where 3.0.6's daemon is: the same commands on a host with the real one and on a host on
// which hb lies over it, compared side by side. The package's own init script and TestHeartbeatComm drive both.

import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { built, HB, half } from "./agent.ts";
import { configure } from "./conf.ts";
import { hasHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(180_000);
await built();

const DAEMON = "/usr/libexec/heartbeat/heartbeat";
const INIT = "/etc/init.d/heartbeat";
const SPOIL = "cp /etc/ha.d/ha.cf /tmp/ha.cf; echo bogus 1 >>/etc/ha.d/ha.cf";
const MEND = "cat /tmp/ha.cf >/etc/ha.d/ha.cf";

/** In this order; each is one line of a shell. */
const steps = [
  `${DAEMON} -x`,
  `${DAEMON} -C`,
  `${DAEMON} -C all`,
  `${DAEMON} -D`,
  `${DAEMON} -s`,
  `${DAEMON} -k`,
  `${INIT} status`,
  `${INIT} stop`,
  `${SPOIL}; ${DAEMON}`,
  `${DAEMON} -r`,
  `${MEND}; chmod 644 /etc/ha.d/authkeys; ${DAEMON}`,
  "chmod 600 /etc/ha.d/authkeys",
  `${INIT} start`,
  "cat /run/heartbeat.pid",
  "cat /proc/$(($(cat /run/heartbeat.pid)))/comm",
  `${DAEMON} -s`,
  `${INIT} status`,
  DAEMON,
  `${DAEMON} -R -C all`,
  `${DAEMON} -r`,
  `${INIT} reload`,
  "kill -USR1 $(cat /run/heartbeat.pid); kill -USR2 $(cat /run/heartbeat.pid)",
  "kill -INT $(cat /run/heartbeat.pid)",
  `${DAEMON} -s`,
  `${INIT} stop`,
  `${INIT} status >/dev/null; [ $? != 0 ]`,
  `rm -f /run/heartbeat.pid; ${DAEMON} -s`,
  `${DAEMON} -r`,
  `${DAEMON} -s`,
  `${DAEMON} -k`,
  `echo '     99999' >/run/heartbeat.pid; ${DAEMON} -s`,
] as const;

/** What each option and plausible pair does on a node that runs, on one that does not, and to it. */
const PIDFILE = "/run/heartbeat.pid";
/** 3.0.6 leaves the file of a daemon that has ended, which tells its status another code; hb removes it. */
const forgets = (options: string) => `${DAEMON} ${options}; r=$?; rm -f ${PIDFILE}; exit $r`;
/** Whether it runs, and with the address. */
const STATE = [
  `kill -0 $(cat ${PIDFILE}) && echo runs`,
  "ip addr | grep -qF 10.77.0.100 && echo address",
  "true",
].join("; ");
/** With -l, 3.0.6 still is in real time where ha.cf does not say otherwise; hb is not, as -l wants. */
const REALTIME =
  "ps -eo cls,args | grep -E 'heartbeat|hb pulse' | grep -q '^ *RR' && echo in real time";
const DEBUG_LINES = "grep -c 'heartbeat: .* debug:' /var/log/ha-debug";
/** Until it has passed initdead and its scripts have run. */
const starts = (options: string) => `${DAEMON} ${options}; r=$?; sleep 8; exit $r`;
const optionSteps: readonly string[] = [
  ...["-h", "--help", "-m", "-xyz", "-xC"].map((wrong) => `${DAEMON} ${wrong}`),
  ...["-V", "-V -x", "-x -V", "-DV", "-sV", "-V -C all"].map((words) => `${DAEMON} ${words}`),
  ...["-DW", "-WD", "-sD", "-kD", "-D -C all"].map((words) => `${DAEMON} ${words}`),
  ...["-sk", "-ks", "-rk", "-Rk", "-vk", "-kd", "-k -C all"].map((words) => `${DAEMON} ${words}`),
  ...["-rs", "-Rs", "-vs", "-lMfs", "-s extra", "extra -s", "-s -C all"].map(
    (words) => `${DAEMON} ${words}`,
  ),
  ...["-R", "-rR", "-R -C all", "-C all -R", "-R -C bogus", "-C bogus -R", "-C bogus", "-Cs"].map(
    (words) => `${DAEMON} ${words}`,
  ),
  starts("-v"),
  `${STATE}; ${REALTIME}; ${DEBUG_LINES} >/tmp/few; true`,
  ...["-W", "-l", "-M", "-f", "-v", "-vdd", "-vr", "-d -r", "-R", "-rR", "-R -C bogus"].map(
    (words) => `${DAEMON} ${words}`,
  ),
  ...["-sr", "-sd", "-DW", "-xs", "-- -s"].map((words) => `${DAEMON} ${words}`),
  STATE,
  forgets("-sk"),
  STATE,
  starts("-lM"),
  STATE,
  forgets("-ks"),
  `rm -f /var/log/ha-debug; ${starts("-dW")}`,
  `${STATE}; ${REALTIME}; [ $(${DEBUG_LINES}) -gt $(cat /tmp/few) ] && echo more debug lines`,
  `${DAEMON} -kv; rm -f ${PIDFILE}`,
  `${DAEMON} -fl & main=$!; sleep 2; echo $(($(cat ${PIDFILE}) - main)); ${DAEMON} -k; wait $main; echo $?; rm -f ${PIDFILE}`,
  "cp /etc/ha.d/ha.cf /tmp/ha.cf; printf '%s\\n' 'hopfudge 3' 'logfacility daemon' 'debug 1' 'rtprio 4' 'baud 9600' 'deadping 12' \
    'initdead 60' 'ucast eth0 10.77.0.9' 'mcast eth0 239.0.0.1 694 1 0' 'coreroot /tmp' 'quorum_server 10.77.0.9' \
    'ping 10.77.0.3 10.77.0.4' 'ping_group lan 10.77.0.5 10.77.0.6' 'ucast6 eth0 fe80::1' >>/etc/ha.d/ha.cf",
  `${DAEMON} -v`,
  `kill -9 $(cat ${PIDFILE}); sleep 3; rm -f ${PIDFILE}`,
  "printf '%s\\n' 'logfacility local1' 'bcast eth0' 'node alice bob' >/etc/ha.d/ha.cf",
  `${DAEMON} -vd`,
  `kill -9 $(cat ${PIDFILE}); sleep 3; rm -f ${PIDFILE}`,
  "printf '%s\\n' 'bcast eth0' 'serial /dev/ttyS0' 'node alice bob' >/etc/ha.d/ha.cf",
  `${DAEMON} -v`,
];

interface Ended {
  readonly step: string;
  readonly code: number;
  readonly stdout: string;
  /** Of stderr what programs and people look for; what is said of the files each says in its own way. */
  readonly said: readonly string[];
}

const LOOKED_FOR =
  /already|Signalling|Usage|-C only|mutually|Configuration (error|validated)|option (--|requires)|not running|encode/;

/** Versions and pids differ. */
function plain(text: string): string {
  return text
    .replaceAll(/^[A-Z][a-z]{2} [ \d]\d \S+ alice heartbeat: \[\d+\]: /gm, "")
    .replaceAll(/(\bpid |^ +)\d+\b/gm, "$1N")
    .replace(/^3\.0\.6 \(.*\)$/m, "3.0.6");
}

async function tell(steps: readonly string[], isOurs: boolean): Promise<Ended[]> {
  const ended: Ended[] = [];
  await withLab({ hosts: ["alice"], name: "hbname" }, async (lab) => {
    const alice = lab.host("alice");
    await prepare(alice, isOurs);
    configure(lab, { resources: ["alice 10.77.0.100/24/eth0"], nodes: ["alice", "bob"] });
    for (const step of steps) {
      const { code, stdout, stderr } = await alice.exec([
        "/bin/bash",
        "-c",
        `{ ${step}\n} </dev/null`,
      ]);
      // -d has each of them say more in words of its own.
      const lines = stderr.split("\n").filter((line) => !/ debug: | AUTH: /.test(line));
      const said = lines.filter((line) => LOOKED_FOR.test(line));
      ended.push({ step, code, stdout: plain(stdout), said: said.map(plain) });
    }
  });
  return ended;
}

async function prepare(host: Host, isOurs: boolean): Promise<void> {
  if (isOurs) {
    expect((await host.exec(["mount", "--bind", HB, DAEMON])).code).toBe(0);
    expect((await host.exec([DAEMON, "-V"])).stdout).toMatch(/^3\.0\.6 \(hb \S+\)\n$/);
  }
  await host.exec(["mkdir", "-p", "/run/resource-agents", "/run/lock"]);
}

describe.skipIf(!hasHeartbeat() && process.env.CI !== "true").each([
  ["drives", steps],
  ["takes options", optionSteps],
] as const)("who %s", (_, steps) => {
  let real: Ended[] = [];
  let ours: Ended[] = [];
  beforeAll(async () => {
    [real, ours] = await Promise.all([tell(steps, false), tell(steps, true)]);
  });

  test.each(steps.entries().toArray())("step %d, %s, ends on hb as on 3.0.6", (index) => {
    expect(ours[index]).toEqual(real[index] as Ended);
    expect(ours).toHaveLength(steps.length);
  });
});

test("heartbeat -f and heartbeat -k are what a unit of systemd needs, and the log is 3.0.6's", async () => {
  await withLab({ hosts: ["alice"], name: "hbname" }, async (lab) => {
    const alice = lab.host("alice");
    await prepare(alice, true);
    configure(lab, { resources: ["alice 10.77.0.100/24/eth0"], nodes: ["alice", "bob"] });
    const main = alice.spawn([DAEMON, "-f", "-l"]);
    await lab.watch.held("10.77.0.100", ["alice"], SOON_MS);
    await alice.says("log/ha-log", /info: Comm_now_up\(\): updating status to active$/, SOON_MS);
    const log = alice.read("log/ha-log");
    expect(log).toContain("info: Configuration validated. Starting heartbeat 3.0.6\n");

    expect((await alice.exec([DAEMON, "-r"])).code).toBe(0);
    await alice.says("log/ha-log", /info: Configuration unchanged\.$/, SOON_MS);
    await alice.exec(["touch", "/etc/ha.d/ha.cf"]);
    expect((await alice.exec([DAEMON, "-r"])).code).toBe(0);
    await alice.says("log/ha-log", /restart exec/, SOON_MS);
    expect(alice.read("log/ha-log").match(/Signalling .* to reread config files/g)).toHaveLength(2);

    expect(await alice.exec([DAEMON, "-k"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await main.exited).toBe(0);
    expect(alice.pidsOf(/heartbeat|hb pulse/)).toEqual([]);
    expect(alice.read("log/ha-log")).toContain("info: alice Heartbeat shutdown complete.\n");
  });
});

test("heartbeat -M leaves addresses and services alone", async () => {
  await withLab({ hosts: ["alice"], name: "hbname" }, async (lab) => {
    const alice = lab.host("alice");
    await prepare(alice, true);
    configure(lab, { resources: ["alice 10.77.0.100/24/eth0"], nodes: ["alice", "bob"] });
    expect((await alice.exec([DAEMON, "-M"])).code).toBe(0);
    await alice.says("log/ha-log", /Local status now set to: 'active'/, SOON_MS);
    await until({ what: "the pulse", withinMs: SOON_MS }, () => half(alice, "pulse").length > 0);
    expect(lab.watch.holders("10.77.0.100")).toEqual([]);
    expect((await alice.exec([DAEMON, "-k"])).code).toBe(0);
  });
});

test("TestHeartbeatComm breaks and mends the communication of a node with hb on it", async () => {
  await withLab({ hosts: ["alice", "bob"], name: "hbname" }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    configure(lab, { resources: [] });
    for (const host of [alice, bob]) {
      await prepare(host, true);
      expect((await host.exec([INIT, "start"])).code).toBe(0);
    }
    const says = (host: Host, line: RegExp) => host.says("log/ha-log", line, SOON_MS);
    await says(alice, /Status update for node bob: status active/);
    await says(bob, /Status update for node alice: status active/);

    // Of itself alone it goes on to hear: it is the other one that is dead here, and only here.
    const comm = "/usr/share/heartbeat/TestHeartbeatComm";
    expect((await alice.exec([comm, "break-communication", "alice"])).code).toBe(0);
    await says(alice, /Packets are lost on purpose: 1 of what is sent, 1 of what is heard/);
    await says(alice, /WARN: node bob: is dead/);
    expect(bob.read("log/ha-log")).not.toContain("node alice: is dead");

    expect((await alice.exec([comm, "fix-communication"])).code).toBe(0);
    await says(alice, /CRIT: Cluster node bob returning after partition\./);
    for (const host of [alice, bob]) expect((await host.exec([INIT, "stop"])).code).toBe(0);
  });
});
