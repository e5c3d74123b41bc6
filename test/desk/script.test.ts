// Scripts and agents: which program, which words, which verdict (heartbeat-resources 7.4, 4).
// Real scripts are run; the OCF agent is Debian's resource-agents' Dummy.

import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ScriptResource } from "../../src/config/resource.ts";
import { Log } from "../../src/desk/log.ts";
import { placesOf } from "../../src/desk/place.ts";
import { processName, runs } from "../../src/desk/process.ts";
import { Queue, type Report, type RunEffect } from "../../src/desk/queue.ts";
import { callOf, parseSettings } from "../../src/desk/script.ts";
import { Sink } from "../../src/desk/sink.ts";
import { type Action, saysRunning, verdictOf } from "../../src/desk/verdict.ts";
import { SOON_MS, until } from "../lab/until.ts";

const root = mkdtempSync("/tmp/hb-script-");
const places = placesOf({
  conf: join(root, "conf"),
  state: join(root, "state"),
  run: join(root, "run"),
});
const logged: string[] = [];
const log = new Log(
  "debug",
  new Sink(
    (bytes, done) => {
      logged.push(...Buffer.from(bytes).toString().trimEnd().split("\n"));
      done(null, bytes.length);
    },
    () => "",
  ),
);
let queue: Queue;

beforeAll(() => {
  for (const path of [join(places.conf, "resource.d"), places.work, places.scratch]) {
    mkdirSync(path, { recursive: true });
  }
  const environment = () => ({ PATH: process.env.PATH ?? "", HA_RSCTMP: places.scratch });
  queue = new Queue({ places, log, environment });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function script(name: string, body: string): ScriptResource {
  const path = join(places.conf, "resource.d", name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return { kind: "script", word: name, style: "heartbeat", name, args: [] };
}

let jobs = 0;
function run(resource: ScriptResource, action: Action, more: Partial<RunEffect> = {}) {
  jobs += 1;
  const effect: RunEffect = {
    do: "run",
    job: jobs,
    group: resource.word,
    resource,
    action,
    timeoutMs: 30_000,
    ...more,
  };
  return new Promise<Report>((resolve) => queue.run(effect, resolve));
}

test.each([
  ["INFO:  Running OK", true],
  ["running", true],
  ["OK", true],
  ["INFO:  Resource is stopped", false],
  ["httpd is not running", false],
  ["NOT up and Running", false],
  ["not\tOK", true],
  ["running, but not OK", true],
  ["not yet\nnot at all\nRunning", false],
  ["", false],
])("saysRunning(%p) is %p", (output, running) => {
  expect(saysRunning(output)).toBe(running);
});

test.each([
  ["heartbeat", "status", 1, "running", true],
  ["heartbeat", "status", 0, "stopped", false],
  ["heartbeat", "start", 0, "", true],
  ["heartbeat", "stop", 3, "", false],
  ["ocf", "status", 0, "", true],
  ["ocf", "status", 8, "", true],
  ["ocf", "status", 7, "running", false],
  ["systemd", "status", 3, "inactive", false],
  ["systemd", "status", 0, "active", true],
] as const)(
  "verdictOf(%s, %s) with exit code %d and %p is %p",
  (style, action, code, output, ok) => {
    expect(verdictOf(style, action, { code, output }).ok).toBe(ok);
  },
);

test("verdictOf() names the reason of an OCF exit code", () => {
  const { text } = verdictOf("ocf", "start", { code: 5, output: "" });
  expect(text).toBe("exit code 5 (software not installed)");
});

test("Queue runs a script with its arguments, judges it and keeps its output in the log", async () => {
  const resource = { ...script("hello", 'echo "got $*"; pwd; echo err >&2'), args: ["a", "b c"] };
  const report = await run(resource, "start");
  expect(report).toMatchObject({ job: jobs, ok: true });
  const told = logged.join("\n");
  expect(told).toContain("hello start: got a b c start");
  expect(told).toContain(`hello start: ${places.work}`);
  expect(told).toContain("hello start: err");
  expect(told).toMatch(/hello start: done in [0-9]+ ms/);
});

test("Queue reports a failure with its exit code", async () => {
  const report = await run(script("broken", "exit 3"), "start");
  expect(report).toMatchObject({ ok: false, text: "exit code 3" });
});

test("Queue judges a status by its words, not by its exit code", async () => {
  expect((await run(script("up", "echo running; exit 1"), "status")).ok).toBe(true);
  expect((await run(script("down", "echo is stopped; exit 0"), "status")).ok).toBe(false);
});

test("Queue says where it looked when there is no script", async () => {
  const resource = { ...script("there", ""), name: "absent", word: "absent" };
  const report = await run(resource, "start");
  expect(report.text).toBe(
    `No executable script "absent" in ${join(places.conf, "resource.d")} or /etc/init.d`,
  );
});

test("Queue ends a script that hangs, with the children that it waits for", async () => {
  const file = join(root, "child");
  const resource = script("hang", `trap '' TERM; sleep 1000 & echo $! > ${file}; wait; wait`);
  const reported = run(resource, "start");
  const child = await until({ what: "its child", withinMs: SOON_MS }, () => {
    return existsSync(file) && processName(Number(readFileSync(file, "latin1")));
  });
  queue.killAll("ended: it hangs");
  expect(await reported).toMatchObject({ ok: false, text: "ended: it hangs" });
  // It was killed before the report, but a process ends when the kernel comes to it.
  await until({ what: "the child to end", withinMs: SOON_MS }, () => !runs(child));
});

test("Queue bounds the output of a noisy script in the log", async () => {
  const report = await run(script("noisy", "seq 1 20000"), "start");
  expect(report.ok).toBe(true);
  expect(logged.filter((line) => line.includes("noisy start:")).length).toBeLessThan(600);
  expect(logged.join("\n")).toContain("(19500 more lines are not shown)");
});

test("Queue is not kept by a script that writes without end", async () => {
  const report = await run(script("flood", "exec yes"), "start", { timeoutMs: 500 });
  expect(report.text).toBe("timed out after 500 ms");
  expect(logged.join("\n")).toMatch(/flood start: \(at least [0-9]+ more lines are not shown\)/);
});

test("Queue does not wait for a daemon that keeps the output, and the daemon survives", async () => {
  const file = join(root, "daemon");
  const body = `(while :; do echo alive; sleep 0.01; done) & echo $! > ${file}`;
  const report = await run(script("daemon", body), "start");
  expect(report.ok).toBe(true);
  const pid = Number(await Bun.file(file).text());
  expect(processName(pid)).toBeDefined();
  process.kill(pid, "SIGKILL");
});

test("Queue runs the scripts of one group one after the other, those of others beside", async () => {
  const trace = join(root, "trace");
  const body = (name: string) =>
    `echo ${name} in >> ${trace}; sleep 0.05; echo ${name} out >> ${trace}`;
  const [one, two] = [script("one", body("one")), script("two", body("two"))];
  await Promise.all([run(one, "stop", { group: "g" }), run(two, "start", { group: "g" })]);
  expect(await Bun.file(trace).text()).toBe("one in\none out\ntwo in\ntwo out\n");
});

test("Queue never runs two scripts of one resource side by side, whichever groups ask", async () => {
  const path = join(root, "shared");
  const shared = script(
    "shared",
    `echo "$1 begins" >>${path}; sleep 0.2; echo "$1 ends" >>${path}`,
  );
  const both = [run(shared, "stop", { group: "one" }), run(shared, "start", { group: "two" })];
  await Promise.all(both);
  const told = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(told).toEqual(["stop begins", "stop ends", "start begins", "start ends"]);
});

test("Queue ends the scripts of an agent that is gone before it runs its own", async () => {
  const orphan = Bun.spawn(["sleep", "1000"], { detached: true, stdio: ["ignore", null, null] });
  const name = processName(orphan.pid);
  writeFileSync(places.running, JSON.stringify([{ ...name, title: "httpd start" }]));
  const later = new Queue({ places, log, environment: () => ({}) });
  const resource = script("after", "exit 0");
  await new Promise<Report>((resolve) => {
    const effect = { do: "run", job: 1, group: "x", resource, action: "stop" } as const;
    later.run({ ...effect, timeoutMs: 9_000 }, (report) => resolve(report));
  });
  expect(processName(orphan.pid)).toBeUndefined();
  await orphan.exited;
  expect(logged.join("\n")).toContain('"httpd start"');
});

test("Queue leaves a process alone that only has the pid of a script before", async () => {
  const other = Bun.spawn(["sleep", "1000"], { detached: true, stdio: ["ignore", null, null] });
  const stale = { pid: other.pid, startedAt: "1", title: "httpd start" };
  writeFileSync(places.running, JSON.stringify([stale, { pid: 1 }, null]));
  const later = new Queue({ places, log, environment: () => ({}) });
  const resource = script("harmless", "exit 0");
  await new Promise<Report>((resolve) => {
    const effect = { do: "run", job: 1, group: "x", resource, action: "stop" } as const;
    later.run({ ...effect, timeoutMs: 9_000 }, (report) => resolve(report));
  });
  expect(processName(other.pid)).toBeDefined();
  other.kill("SIGKILL");
  await other.exited;
});

const dummy = (state: string): ScriptResource => ({
  kind: "script",
  word: `ocf:heartbeat:Dummy state=${state}`,
  style: "ocf",
  name: "heartbeat:Dummy",
  args: [`state=${state}`],
});

test("Queue starts, monitors and stops an OCF agent", async () => {
  const state = join(root, "dummy.state");
  expect((await run(dummy(state), "status")).text).toBe("not running");
  expect((await run(dummy(state), "start")).ok).toBe(true);
  expect(existsSync(state)).toBe(true);
  expect((await run(dummy(state), "status")).ok).toBe(true);
  expect((await run(dummy(state), "stop")).ok).toBe(true);
  expect(existsSync(state)).toBe(false);
});

test("Queue gives an OCF::type::instance its variables from the file of that name", async () => {
  const state = join(root, "instance.state");
  mkdirSync(join(places.ocfConf, "Dummy"), { recursive: true });
  writeFileSync(join(places.ocfConf, "Dummy", "first"), `# mine\nOCF_RESKEY_state="${state}"\n`);
  const resource: ScriptResource = {
    kind: "script",
    word: "OCF::Dummy::first",
    style: "ocf",
    name: "Dummy",
    args: ["first"],
  };
  expect((await run(resource, "start")).ok).toBe(true);
  expect(existsSync(state)).toBe(true);
});

test("parseSettings() reads assignments with and without quotes, export and prefix", () => {
  const text = "a=1\nexport OCF_RESKEY_b='two words' # why\n# c=3\nd=\"x\"\nnonsense\n";
  const others = `e=5  # five # six\r\nf=a#b \ng=${" ".repeat(50_000)}h\ni=' # '\n`;
  expect(parseSettings(text + others)).toEqual({
    OCF_RESKEY_a: "1",
    OCF_RESKEY_b: "two words",
    OCF_RESKEY_d: "x",
    OCF_RESKEY_e: "5",
    OCF_RESKEY_f: "a#b",
    OCF_RESKEY_g: `${" ".repeat(50_000)}h`,
    OCF_RESKEY_i: " # ",
  });
});

test("callOf() refuses a script name that leaves its directory", () => {
  const resource: ScriptResource = {
    kind: "script",
    word: "../x",
    style: "heartbeat",
    name: "../../bin/true",
    args: [],
  };
  expect(callOf(resource, "start", places)).toHaveProperty("missing");
});

test("callOf() starts a unit by systemctl, or says that systemd does not run here", () => {
  const unit = {
    kind: "script",
    word: "systemd:a",
    style: "systemd",
    name: "a",
    args: [],
  } as const;
  const booted = existsSync("/run/systemd/system");
  const missing = 'Cannot start unit "a": systemd does not run on this host';
  const call = { argv: ["systemctl", "start", "--", "a"], variables: {} };
  expect(callOf(unit, "start", places)).toEqual(booted ? { call } : { missing });
});
