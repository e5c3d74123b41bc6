// Programs beside a real agent: how they begin and end, what a reload and a crash of the agent do to them. Which end
// means what is in children/rule.test.ts; that all is as the real one has it, in test/lab/children.test.ts.

import { afterAll, afterEach, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ChildView } from "../../src/core/snapshot.ts";
import { readHeirs } from "../../src/desk/children/heir.ts";
import { processName } from "../../src/desk/process.ts";
import { AgentHost, haCf, started } from "./agenthost.ts";

const limit = 60_000;
const root = mkdtempSync("/tmp/hb-children-");
chmodSync(root, 0o755);
const pids = new Set<number>();

afterEach(async () => {
  for (const host of started) {
    for (const { name } of readHeirs(host.places.children)) pids.add(name.pid);
    await host.destroy();
  }
  started.clear();
  for (const pid of pids) if (processName(pid) !== undefined) process.kill(pid, "SIGKILL");
  pids.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

class ChildHost extends AgentHost {
  readonly home: string;

  private constructor(home: string) {
    super(home);
    this.home = home;
  }

  /** A host whose ha.cf has these lines too; `NAME` in them is a program of the host. */
  static async of(name: string, ...lines: readonly string[]): Promise<ChildHost> {
    const home = join(root, name);
    mkdirSync(join(home, "seen"), { recursive: true });
    chmodSync(join(home, "seen"), 0o777);
    const host = new ChildHost(home);
    host.write("haresources", "");
    host.lines(...lines);
    await host.network();
    return host;
  }

  lines(...lines: readonly string[]): void {
    this.write("ha.cf", `${haCf}${lines.map((line) => `${line}\n`).join("")}`);
  }

  /** A program; it notes that it was started, and goes on with the body. */
  program(name: string, body: string): string {
    const path = join(this.home, name);
    writeFileSync(path, `#!/bin/sh\necho $$ >> ${this.home}/seen/${name}\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Pids of its runs. */
  runs(name: string): number[] {
    const path = join(this.home, "seen", name);
    if (!existsSync(path)) return [];
    return readFileSync(path, "utf8").trim().split("\n").map(Number);
  }

  async view(name: string): Promise<ChildView | undefined> {
    const { children = [] } = (await this.status()) ?? {};
    return children.find(({ program }) => program.endsWith(`/${name}`));
  }

  async is(name: string, state: ChildView["state"]): Promise<ChildView> {
    await this.until(async () => (await this.view(name))?.state === state);
    return (await this.view(name)) as ChildView;
  }

  async ended(): Promise<number | null> {
    await this.agent?.exited;
    return this.agent?.exitCode ?? null;
  }
}

/** It goes on until it is told to end, and notes that. */
const patient = (home: string) =>
  `trap 'echo \${0##*/} >> ${home}/order; exit 0' TERM; while :; do sleep 0.05; done`;

const order = (host: ChildHost) =>
  readFileSync(join(host.home, "order"), "utf8").trim().split("\n");

test(
  "Children start in the order of ha.cf when the node is active, and end in the reverse order",
  async () => {
    const host = await ChildHost.of("order");
    const noted = (name: string) =>
      host.program(name, `echo ${name} >> ${host.home}/order; ${patient(host.home)}`);
    host.lines(
      `respawn root ${noted("one")} "a  b"`,
      `failfast root ${noted("two")}`,
      `respawn root ${noted("three")}`,
    );
    host.start();
    const { pid, user, kind } = await host.is("three", "running");
    expect([user, kind]).toEqual(["root", "respawn"]);
    await host.until(() => order(host).length === 3);
    expect(host.runs("three")).toEqual([pid ?? 0]);
    host.agent?.kill("SIGTERM");
    expect(await host.ended()).toBe(0);
    expect(order(host)).toEqual(["one", "two", "three", "three", "two", "one"]);
    expect(existsSync(host.rebooted)).toBe(false);
    expect(existsSync(host.places.children)).toBe(false);
    expect(host.log).toContain("Leaving the cluster");
  },
  limit,
);

test(
  "a program is another user's, in a group of its own, without descriptors, with signals as Heartbeat leaves them",
  async () => {
    const host = await ChildHost.of("self");
    const look = [
      "grep -E '^(Uid|Gid|Groups|Umask|SigIgn):' /proc/$$/status",
      // The shell has its own blocked while another program runs for it.
      "grep ^SigBlk: /proc/self/status",
      "readlink /proc/$$/cwd /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2",
      "cut -d' ' -f5,6 /proc/$$/stat",
      "ls /proc/$$/fd",
      "echo $# $HA_keepalive",
    ].map((command) => `(${command} >&3)`);
    const lines = ["exec 3>seen/said", ...look, "exec sleep 600"];
    const path = host.program("self", lines.join("\n").replace("seen", `${host.home}/seen`));
    host.lines(`respawn nobody ${path} 'one two' $HA_keepalive # three`);
    host.start();
    const { pid } = await host.is("self", "running");
    const said = join(host.home, "seen", "said");
    await host.until(() => existsSync(said) && readFileSync(said, "utf8").endsWith("100ms\n"));
    const text = readFileSync(said, "utf8").replace(/\t/g, " ");
    const [uid, gid] = [65_534, 65_534];
    const session = Bun.spawnSync(["cut", "-d ", "-f6", `/proc/${host.pid}/stat`]).stdout;
    expect(text.split("\n").slice(0, 11)).toEqual([
      "Umask: 0022",
      `Uid: ${[uid, uid, uid, uid].join(" ")}`,
      `Gid: ${[gid, gid, gid, gid].join(" ")}`,
      `Groups: ${gid} `,
      // INT, PIPE, ALRM, TTIN, TTOU.
      "SigIgn: 0000000000303002",
      "SigBlk: 0000000000000000",
      host.places.work,
      "/dev/null",
      "/dev/null",
      "/dev/null",
      `${pid} ${session.toString().trim()}`,
    ]);
    // And what the script itself has opened: what it says, and its own text.
    const open = text.split("\n").slice(11, -2).map(Number);
    expect(open.filter((fd) => fd > 3 && fd !== 10)).toEqual([]);
    expect(text.trim().split("\n").at(-1)).toBe("2 100ms");
  },
  limit,
);

test(
  "a respawn program is started again a second later, and not after exit code 100",
  async () => {
    const host = await ChildHost.of("again");
    const path = host.program(
      "again",
      `[ $(wc -l < ${host.home}/seen/again) -gt 1 ] && exit 100; exit 3`,
    );
    host.lines(`respawn root ${path}`);
    host.start();
    const view = await host.is("again", "done");
    expect(view).toMatchObject({ restarts: 1, lastExit: { code: 100 }, why: "exit code 100" });
    expect(host.runs("again")).toHaveLength(2);
    expect(host.log).toMatch(
      /warn +child +"\S+again" has ended: exit code 3; it is started again in 1 s/,
    );
    const events = readFileSync(host.places.events, "utf8");
    expect(events).toMatch(/"kind":"child".*"state":"waiting","pid":\d+,"code":3/);
    expect(events).toMatch(/"kind":"child".*"state":"done","pid":\d+,"code":100/);
  },
  limit,
);

test(
  "a reload in the pause before the next start starts nothing twice",
  async () => {
    const host = await ChildHost.of("pause");
    host.lines(`respawn root ${host.program("pause", "exit 3")}`);
    host.start();
    for (let count = 1; count < 4; count++) {
      await host.until(() => host.runs("pause").length === count);
      host.agent?.kill("SIGHUP");
      const adopted = /The configuration is adopted/g;
      await host.until(() => [...host.log.matchAll(adopted)].length === count);
    }
    const starts = () => [...host.log.matchAll(/it is started again in 1 s/g)].length;
    await host.until(() => starts() >= 4);
    const { restarts = 0 } = (await host.view("pause")) ?? {};
    // The last one may not have noted itself yet.
    expect(host.runs("pause").length - restarts).toBeOneOf([0, 1]);
  },
  limit,
);

test(
  "a failfast program that dies reboots the host by a step that is seen, and is not started again",
  async () => {
    const host = await ChildHost.of("fast");
    host.lines(`failfast root ${host.program("fast", "exec sleep 600")}`);
    host.start();
    const { pid = 0 } = await host.is("fast", "running");
    await host.until(() => host.runs("fast").length === 1);
    expect(existsSync(host.rebooted)).toBe(false);
    process.kill(pid, "SIGKILL");
    await host.until(() => existsSync(host.rebooted));
    const { state, lastExit } = await host.is("fast", "failed");
    expect([state, lastExit]).toEqual(["failed", { signal: "SIGKILL" }]);
    expect(host.log).toMatch(
      /error +reboot +Rebooting this host by "touch \S+": failfast "\S+fast" has ended: killed by SIGKILL/,
    );
    expect(host.runs("fast")).toHaveLength(1);
  },
  limit,
);

test(
  "a failfast program that crashes while the node leaves reboots the host before the agent ends",
  async () => {
    const host = await ChildHost.of("leaving");
    const crash = `trap 'kill -SEGV $$' TERM; touch ${host.home}/set; while :; do sleep 0.05; done`;
    host.lines(`failfast root ${host.program("leaving", crash)}`);
    host.start();
    await host.is("leaving", "running");
    // Before that SIGTERM ends it.
    await host.until(() => existsSync(join(host.home, "set")));
    host.agent?.kill("SIGTERM");
    expect(await host.ended()).toBe(0);
    expect(existsSync(host.rebooted)).toBe(true);
    expect(host.log).toMatch(/Rebooting this host .*leaving" has ended: killed by SIGSEGV/);
  },
  limit,
);

test(
  "a failfast program that could never be started reboots nobody, and says why",
  async () => {
    const host = await ChildHost.of("never");
    const path = host.program("never", "exit 0");
    host.lines(`failfast root ${path}`);
    host.start();
    await host.until(() => host.runs("never").length > 0);
    // As if the name service had forgotten the user: the work directory is gone.
    rmSync(host.places.work, { recursive: true });
    await host.until(() => /"\S+never" has ended: cannot be started: /.test(host.log));
    expect(existsSync(host.rebooted)).toBe(false);
  },
  limit,
);

test(
  "a program that ignores SIGTERM is killed after child_timeout, with its group",
  async () => {
    const host = await ChildHost.of("deaf");
    const path = host.program("deaf", "trap '' TERM; sleep 600; sleep 600");
    host.lines(`respawn root ${path}`, "child_timeout 300ms");
    host.start();
    const { pid = 0 } = await host.is("deaf", "running");
    await host.until(() => host.runs("deaf").length === 1);
    host.agent?.kill("SIGTERM");
    expect(await host.ended()).toBe(0);
    expect(processName(pid)).toBeUndefined();
    expect(host.log).toMatch(/"\S+deaf" did not end within 300 ms: killed/);
  },
  limit,
);

test(
  "a reload starts what is new, ends what is gone, and leaves the others alone",
  async () => {
    const host = await ChildHost.of("reload");
    const line = (name: string) => `respawn root ${host.program(name, patient(host.home))}`;
    const [one, two, three] = [line("one"), line("two"), line("three")];
    const rests = `respawn root ${host.program("rests", "exit 100")}`;
    host.lines(one, two, rests);
    host.start();
    const before = await host.is("one", "running");
    await host.is("two", "running");
    await host.is("rests", "done");
    host.lines(three, one, rests);
    host.agent?.kill("SIGHUP");
    await host.is("three", "running");
    await host.until(() => host.runs("three").length === 1);
    await host.is("rests", "done");
    const { children = [] } = (await host.status()) ?? {};
    expect(children.map(({ program, pid }) => [program.split("/").at(-1), pid])).toEqual([
      ["three", host.runs("three")[0]],
      ["one", before.pid],
      ["rests", undefined],
    ]);
    // What had ended has another chance.
    await host.until(() => host.runs("rests").length === 2);
    expect(order(host)).toEqual(["two"]);
    // A line that is wrong changes nothing.
    host.lines("respawn root /none");
    host.agent?.kill("SIGHUP");
    await host.until(() => /Nothing is changed: the configuration has problems/.test(host.log));
    expect(host.log).toContain('There is no program "/none"');
    expect((await host.view("one"))?.pid).toBe(before.pid);
  },
  limit,
);

test(
  "programs outlive an agent that is killed: the next one goes on with them, and ends those that it does not want",
  async () => {
    const host = await ChildHost.of("heir");
    const line = (name: string) => `failfast root ${host.program(name, patient(host.home))}`;
    const [one, two] = [line("one"), line("two")];
    host.lines(one, two);
    host.start();
    const { pid = 0 } = await host.is("one", "running");
    await host.is("two", "running");
    host.agent?.kill("SIGKILL");
    await host.ended();
    expect(processName(pid)).toBeDefined();
    host.lines(one);
    host.start();
    const view = await host.is("one", "running");
    expect(view).toMatchObject({ pid, restarts: 0 });
    await host.until(() => existsSync(join(host.home, "order")) && order(host).includes("two"));
    expect(host.runs("one")).toHaveLength(1);
    // Nobody sees how it ends: it is started again, and the host is not rebooted.
    process.kill(pid, "SIGKILL");
    await host.until(() => host.runs("one").length === 2);
    expect(existsSync(host.rebooted)).toBe(false);
    host.agent?.kill("SIGTERM");
    expect(await host.ended()).toBe(0);
    expect(order(host)).toEqual(["two", "one"]);
  },
  limit,
);

test(
  "hb release ends the programs of an agent that was killed, the last one first",
  async () => {
    const host = await ChildHost.of("release");
    const line = (name: string) => `respawn root ${host.program(name, patient(host.home))}`;
    host.lines(line("one"), line("two"));
    host.start();
    await host.is("two", "running");
    host.agent?.kill("SIGKILL");
    await host.ended();
    appendFileSync(join(host.home, "order"), "killed\n");
    const words = host.command().map((word) => (word === "agent" ? "release" : word));
    const release = host.inside(...words.slice(0, words.indexOf("--log-level")));
    expect(await release.exited).toBe(0);
    expect(order(host)).toEqual(["killed", "two", "one"]);
    expect(existsSync(host.places.children)).toBe(false);
  },
  limit,
);
