// The agent whole: the desk with the real pulse and core, alone in a network of its own. Real
// addresses, real scripts, real signals. What takes two hosts is told in test/lab.

import { afterAll, afterEach, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { parseGeneration } from "../../src/desk/generation.ts";
import { Tail } from "../../src/desk/journal/tail.ts";
import { processName } from "../../src/desk/process.ts";
import { AgentHost, haCf, started } from "./agenthost.ts";

const root = mkdtempSync("/tmp/hb-agent-");
afterEach(async () => {
  for (const host of started) await host.destroy();
  started.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A restart must be over before deadtime is: a busy machine needs its time. */
const patient = haCf.replace("deadtime 500ms\ninitdead 500ms", "deadtime 2500ms\ninitdead 2500ms");

async function holder(name: string, text = haCf): Promise<AgentHost> {
  const host = new AgentHost(join(root, name));
  host.write("ha.cf", text);
  await host.network();
  host.start();
  await host.holds();
  return host;
}

const limit = 30_000;

test(
  "agent takes its group when its partner never appears, and releases it when it leaves",
  async () => {
    const tell = join(root, "tell");
    const heard = join(root, "heard");
    writeFileSync(tell, `#!/bin/sh\ncat >> ${heard}\n`, { mode: 0o755 });
    const host = await holder("leave", `${haCf}notify ${tell}\n`);
    expect(await host.addresses()).toContain("10.77.0.10/24");
    expect(existsSync(join(root, "leave", "svc.up"))).toBe(true);
    const snapshot = await host.status();
    expect(snapshot).toMatchObject({
      version: 1,
      node: "alice",
      state: "active",
      resources: "local",
    });
    expect(snapshot?.groups[0]).toMatchObject({ owner: "alice", holder: "alice" });
    expect(snapshot?.generation).toBe(Number(readFileSync(host.places.generation, "latin1")));

    process.kill(host.pid, "SIGTERM");
    expect(await host.agent?.exited).toBe(0);
    expect(await host.addresses()).not.toContain("10.77.0.10");
    expect(existsSync(join(root, "leave", "svc.up"))).toBe(false);
    // Who leaves leaves nothing for hb release.
    expect(existsSync(host.places.memory)).toBe(false);
    expect(existsSync(host.places.beating)).toBe(false);
    const events = new Tail(host.places.events).read();
    const records = events.filter(({ act }) => act !== undefined);
    expect(records.map(({ act, outcome }) => [act, outcome])).toEqual([
      ["take", "held"],
      ["give", "idle"],
    ]);
    const words = ["start 10.77.0.10/24/eth0", "start svc"];
    expect(records[0]).toMatchObject({
      kind: "group",
      node: "alice",
      steps: words.map((what) => ({ what })),
    });
    expect(events[0]).toMatchObject({ kind: "start", status: "starting" });
    expect(events.at(-1)).toMatchObject({ kind: "exit" });
    // It waits a second for the last of them, which may be too short on a busy machine.
    const told = readFileSync(heard, "utf8").trimEnd().split("\n");
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual(events.slice(0, told.length).map((event) => JSON.stringify(event)));
    for (const file of ["socket", "pid", "memory", "pulsed", "running"] as const) {
      expect(existsSync(host.places[file])).toBe(false);
    }
  },
  limit,
);

test.each([
  ["auto", "leases"],
  ["off", "permanent"],
])(
  "agent restarts a pulse that died, with a higher generation, and nothing moves: address_lease %s",
  async (lease, name) => {
    const host = await holder(`pulse-dies-${name}`, `${patient}address_lease ${lease}\n`);
    const generation = (await host.status())?.generation ?? 0;
    process.kill(host.pulse, "SIGKILL");
    await host.until(async () => ((await host.status())?.generation ?? 0) > generation);
    expect(await host.addresses()).toContain("10.77.0.10/24");
    await host.holds();
    expect(host.log).not.toContain("svc stop");
    expect(host.log).not.toContain("this node does not hold it");
    expect(host.log.match(/svc start: done/g)).toHaveLength(1);
  },
  limit,
);

test(
  "agent kills a pulse that is stopped, and the next one begins",
  async () => {
    const host = await holder("pulse-stops");
    const stopped = host.pulse;
    process.kill(stopped, "SIGSTOP");
    await host.until(() => host.pulse !== stopped);
    expect(host.log).toContain(`The pulse (pid ${stopped}) is silent for`);
    expect(processName(stopped)).toBeUndefined();
    await host.holds();
  },
  limit,
);

test(
  "agent adopts what an agent before it left up, without a second start",
  async () => {
    const host = await holder("desk-dies", patient);
    // A desk that is killed takes with it what it had not yet written.
    await host.until(() => host.log.includes("svc start: done"));
    process.kill(host.pid, "SIGKILL");
    await host.agent?.exited;
    host.start();
    await host.until(() => host.log.includes("without leaving"));
    await host.holds();
    expect(host.log).not.toContain("this node does not hold it");
    expect(await host.addresses()).toContain("10.77.0.10/24");
    expect(host.log.match(/svc start: done/g)).toHaveLength(1);
  },
  limit,
);

test(
  "agent refuses to start twice, and says nothing else then",
  async () => {
    const host = await holder("twice");
    expect(host.log).toContain("warning: ");
    const first = host.pid;
    const second = host.inside(...host.command());
    expect(await second.exited).toBe(1);
    expect(await new Response(second.stderr).text()).toBe(
      `An agent is already running with ${host.places.run} (pid ${first})\n`,
    );
    expect(host.pid).toBe(first);
    process.kill(first, "SIGKILL");
  },
  limit,
);

test(
  "agent refuses to start beside a real Heartbeat, not beside its stale pid file",
  async () => {
    const host = await holder("beside");
    process.kill(host.pid, "SIGTERM");
    await host.agent?.exited;
    const program = join(root, "heartbeat");
    copyFileSync("/bin/sleep", program);
    const real = Bun.spawn([program, "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    writeFileSync(host.places.heartbeatPid, `${String(real.pid).padStart(10)}\n`);
    host.start();
    expect(await host.agent?.exited).toBe(1);
    await host.until(() => host.log.includes(`Heartbeat runs on this host (pid ${real.pid})`));
    real.kill("SIGKILL");
    await real.exited;
    host.start();
    await host.holds();
  },
  limit,
);

test(
  "agent says what is wrong with its files and exits 6",
  async () => {
    const host = new AgentHost(join(root, "broken"));
    host.write("ha.cf", haCf.replace("deadtime 500ms", "deadtime soon"));
    host.start();
    expect(await host.agent?.exited).toBe(6);
    await host.until(() => host.log.includes("not started"));
    expect(host.log).toContain(`${host.places.haCf}:2:10: `);
    expect(existsSync(host.places.generation)).toBe(false);
  },
  limit,
);

test(
  "agent that cannot write its generation ends with code 1, for the service manager to try again",
  async () => {
    const host = new AgentHost(join(root, "unwritable"));
    // Neither beside the file nor over it.
    mkdirSync(join(host.places.generation, "x"), { recursive: true });
    await host.network();
    host.start();
    expect(await host.agent?.exited).toBe(1);
    await host.until(() => host.log.includes("No pulse can begin"));
  },
  limit,
);

test(
  "agent whose disk is full goes on: a pulse that dies is replaced, with a higher generation",
  async () => {
    const host = await holder("full");
    const { generation = 0 } = (await host.status()) ?? {};
    // As on a full disk, no new file can be made; here by a directory that is in its way.
    for (const path of [host.places.generation, host.places.hostcache, host.places.memory]) {
      mkdirSync(join(`${path}.tmp`, "x"), { recursive: true });
    }
    process.kill(host.pulse, "SIGKILL");
    await host.until(async () => ((await host.status())?.generation ?? 0) > generation);
    await host.holds();
    expect(parseGeneration(readFileSync(host.places.generation, "latin1"))).toBe(generation + 1);
  },
  limit,
);

test(
  "agent refuses changed files with problems whole, and adopts good ones whole",
  async () => {
    const host = await holder("reload");
    const { generation } = (await host.status()) ?? {};
    host.write("haresources", "alice 10.77.0.10/24/eth0 svc\ncarol 10.77.0.20/24/eth0\n");
    process.kill(host.pid, "SIGHUP");
    await host.until(() => host.log.includes("Nothing is changed"));
    const told = host.log.slice(host.log.indexOf("Reading the configuration again")).split("\n");
    const place = `${host.places.haresources}:2:1: `;
    expect(told.filter((line) => line.includes(place))).toHaveLength(1);
    // The source line and its caret are for terminals.
    expect(told.filter((line) => line.trimEnd().endsWith("^"))).toEqual([]);
    expect((await host.status())?.groups).toHaveLength(1);

    host.write("haresources", "alice 10.77.0.10/24/eth0 svc\nalice 10.77.0.20/24/eth0\n");
    process.kill(host.pid, "SIGHUP");
    await host.until(async () => (await host.addresses()).includes("10.77.0.20/24"));
    expect((await host.status())?.generation).toBe(generation ?? 0);
    expect(host.log).not.toContain("svc stop");
  },
  limit,
);

test(
  "agent that is asked to read its files while it starts does so as soon as it runs",
  async () => {
    const host = new AgentHost(join(root, "early"));
    await host.network();
    // The start waits for whoever writes the file: with its read, it is inside of it.
    const { haCf: path } = host.places;
    rmSync(path);
    Bun.spawnSync(["mkfifo", path]);
    host.start();
    const file = await open(path, "w");
    host.write("new", `${haCf}# read again\n`);
    renameSync(join(host.places.conf, "new"), path);
    host.agent?.kill("SIGHUP");
    await file.write(haCf);
    await file.close();
    await host.until(() => host.log.includes("The configuration is adopted"));
    await host.holds();
    expect(host.log.split("Reading the configuration again").length).toBe(2);
  },
  limit,
);

test(
  "agent carries out what the old commands write into the FIFO, and tells the log",
  async () => {
    const host = await holder("fifo");
    writeFileSync(host.places.fifo, ">>>\nt=ask_resources\nrsc_hold=all\ninfo=me\n<<<\n");
    await host.until(() => host.log.includes("standby from the FIFO is refused"));
    writeFileSync(host.places.fifo, ">>>\nst=active\n<<<\n");
    await host.until(() => host.log.includes("a message without a type"));
  },
  limit,
);

test(
  "agent ends a script that hangs and goes on without it",
  async () => {
    const host = new AgentHost(join(root, "hang"));
    host.write("ha.cf", `${haCf}resource_timeout 300ms\n`);
    host.script("svc", "case $1 in start) sleep 1000;; status) echo stopped;; esac");
    await host.network();
    host.start();
    await host.until(() => host.log.includes("svc start failed"));
    expect(host.log).toContain("timed out after 300 ms");
    await host.until(async () => (await host.status())?.groups[0]?.state === "failed");
    expect(await host.addresses()).not.toContain("10.77.0.10");
  },
  limit,
);

test(
  "agent reboots the host by the command it is given when a stop fails and ha.cf says reboot",
  async () => {
    const rebooted = join(root, "rebooted");
    const host = new AgentHost(join(root, "reboot"));
    host.write("ha.cf", haCf.replace("ignore", "reboot"));
    host.script("svc", "case $1 in stop) exit 1;; status) echo running;; esac");
    await host.network();
    host.start({ HB_REBOOT_COMMAND: `touch ${rebooted}` });
    await host.holds();
    process.kill(host.pid, "SIGTERM");
    await host.until(() => existsSync(rebooted));
    expect(host.log).toContain(`Rebooting this host by "touch ${rebooted}"`);
  },
  limit,
);

test(
  "agent gives scripts their variables and none of its descriptors",
  async () => {
    const seen = join(root, "seen");
    const host = new AgentHost(join(root, "environment"));
    host.write("ha.cf", `${haCf}env COLOUR=blue\n`);
    host.script(
      "svc",
      `case $1 in
start) { env; ls -l /proc/self/fd; pwd; umask; } > ${seen}.part; mv ${seen}.part ${seen};;
status) echo stopped;;
esac`,
    );
    await host.network();
    host.start();
    await host.until(() => existsSync(seen));
    const text = readFileSync(seen, "utf8");
    for (const line of [
      "HA_CURHOST=alice",
      `HA_DIR=${host.places.conf}`,
      "HA_COLOUR=blue",
      "HA_NICEFAILBACK=yes",
      "HA_deadtime=500ms",
      "OCF_ROOT=/usr/lib/ocf",
      host.places.work,
      "0022",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    // 0, 1 and 2, and the directory that ls reads.
    expect(text.match(/ -> /g)).toHaveLength(4);
  },
  limit,
);

test(
  "agent that wakes up runs no script that a pulse ordered before it gave the agent up",
  async () => {
    const host = new AgentHost(join(root, "orders"));
    // It takes its group while the agent hangs, and before the pulse gives the agent up.
    host.write("ha.cf", haCf.replace("initdead 500ms", "initdead 2s"));
    await host.network();
    host.start();
    await host.until(() => host.log.includes("svc status: not running"));
    const { pulse, pid } = host;
    process.kill(pid, "SIGSTOP");
    await host.until(() => processName(pulse) === undefined);
    process.kill(pid, "SIGCONT");
    await host.holds();
    expect(host.log).toContain("A script is not run: the pulse that ordered it has ended");
    const steps = /Local status is up|Running svc start/g;
    expect(host.log.match(steps)).toEqual([
      "Local status is up",
      "Local status is up",
      "Running svc start",
    ]);
  },
  limit,
);
