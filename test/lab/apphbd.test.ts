// The real clients of 3.0.6's apphbd on hb's: apphbtest with one program and with five, its failures too, and
// cl_respawn. On the real one each of them ends it: it crashes when its first program leaves.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, HALF, HB, leave, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import type { Host } from "./host.ts";
import { withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);
await built();

const APPHBTEST = "/usr/libexec/heartbeat/apphbtest";
const LOG = "log/apphbd.log";
const PID = "run/apphbd.pid";

/** hb by the name of apphbd; a reboot would only leave a mark. */
const apphbd = (...words: readonly string[]): string[] => {
  const mark = "HB_REBOOT_COMMAND=touch /var/log/rebooted";
  const start = 'cd /etc/ha.d && exec -a apphbd "$@"';
  return ["env", mark, "bash", "-c", start, "_", HB, ...words];
};

async function start(host: Host): Promise<void> {
  host.write("ha.d/apphbd.cf", "debug_level 1\nlogfile /var/log/apphbd.log\nrealtime no\n");
  const said = await host.exec(apphbd("-c", "apphbd.cf"));
  expect(said).toEqual({ code: 0, stdout: "", stderr: "" });
}

/** What the log tells of programs, without moment and pid, in order. */
function told(host: Host): string[] {
  return host
    .read(LOG)
    .split("\n")
    .filter((line) => line.includes("apphb client"))
    .map((line) => line.replace(/^.*?: \[\d+\]: /, "").replace(/\d+/g, "N"));
}

test("apphbd takes the options of 3.0.6's, with its texts, exit codes and pid file", async () => {
  await withLab({ hosts: ["alice"], name: "apphbd" }, async (lab) => {
    const alice = lab.host("alice");
    const run = (...words: readonly string[]) => alice.exec(apphbd(...words));
    expect(await run("-s")).toMatchObject({ code: 3, stdout: "apphbd is stopped.\n" });
    expect(await run("-k")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await run()).toMatchObject({
      code: 6,
      stderr: expect.stringContaining("Cannot open config file: [./apphbd.cf]"),
    });
    await start(alice);
    const first = alice.read(PID);
    expect(first).toMatch(/^ *\d+\n$/);
    expect(first).toHaveLength(11);
    expect(await run("-s")).toMatchObject({
      code: 0,
      stdout: `apphbd is running [pid: ${first.trim()}]\n`,
    });
    expect(await run()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/already running: \[pid \d+\]\.\n$/),
    });
    expect(await run("-r")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(alice.read(PID)).not.toBe(first);
    expect(await run("-x")).toMatchObject({ code: 1 });
    expect(await run("-k", "/etc/ha.d/apphbd.cf")).toMatchObject({ code: 0 });
    expect(await run("-s")).toMatchObject({ code: 3 });
    expect(alice.read(LOG)).toContain("apphbd: [");
    expect(alice.pidsOf(/apphbd/)).toEqual([]);
  });
});

test("apphbtest and cl_respawn of 3.0.6 find in hb apphbd what they look for", async () => {
  await withLab({ hosts: ["alice"], name: "apphbd" }, async (lab) => {
    const alice = lab.host("alice");
    await start(alice);
    const respawn = alice.spawn(["cl_respawn", "-i", "500", "-w", "5000", "/bin/sleep", "600"]);
    const tests = await Promise.all([
      alice.exec([APPHBTEST, "-i", "3000", "-p", "1", "-n", "2"]),
      alice.exec([APPHBTEST, "-i", "3000", "-p", "5", "-n", "2"]),
      alice.exec([APPHBTEST, "-i", "1000", "-p", "1", "-n", "1", "-F"]),
    ]);
    for (const { code, stderr } of tests) {
      expect(code).toBe(0);
      expect(stderr).not.toMatch(/ERROR|failure/);
      expect(stderr).toContain("unregistering");
    }
    // The failing one is late, silent, back, and at last hangs up; the others give no occasion.
    const failures = told(alice).filter((line) => line.includes("failtest"));
    expect(failures.filter((line) => !line.includes("late heartbeat"))).toEqual([
      "WARN: apphb client 'failtest' / 'failtest_N' (pid N) failed to heartbeat",
      "info: apphb client 'failtest' / 'failtest_N' (pid N) resumed heartbeats",
      "WARN: apphb client 'failtest_N' / 'HANGUP' (pid N) hangup",
    ]);
    // cl_respawn leaves itself 3 % of its interval: on a busy machine it is late.
    const others = told(alice).filter((line) => !/failtest|'cl_respawn'/.test(line));
    expect(others).toEqual([]);

    // It goes on beating; stopped, it is missed; killed, it hangs up.
    alice.signal("SIGSTOP", /^cl_respawn/);
    await alice.says(LOG, /'cl_respawn' .* failed to heartbeat/, SOON_MS);
    alice.signal("SIGCONT", /^cl_respawn/);
    alice.wake();
    await alice.says(LOG, /'cl_respawn' .* resumed heartbeats/, SOON_MS);
    alice.signal("SIGKILL", /^cl_respawn/);
    await alice.says(LOG, /'cl_respawn' .* hangup/, SOON_MS);
    await respawn.exited;
    expect(await alice.exec(apphbd("-s"))).toMatchObject({ code: 0 });
    expect(alice.read("log/apphbd.log")).not.toMatch(/ERROR|Critical/);
    expect((await alice.exec(["ls", "/var/log/rebooted"])).code).not.toBe(0);
  });
});

test("setboot of a program that dies runs the command that reboots", async () => {
  await withLab({ hosts: ["alice"], name: "apphbd" }, async (lab) => {
    const alice = lab.host("alice");
    await start(alice);
    const program = [
      "import os, socket, struct",
      "s = socket.socket(socket.AF_UNIX); s.connect('/run/heartbeat/apphb.comm')",
      "def ask(b): s.sendall(struct.pack('<iI', len(b), 0xabcd) + b); return s.recv(12)[8:]",
      "text = lambda t, n: t.encode().ljust(n, b'\\0')",
      "reg = text('reg', 8) + text('web', 256) + text('1', 256) + text('/', 256)",
      "assert ask(reg + struct.pack('<iii', os.getpid(), 0, 0)) == bytes(4)",
      "assert ask(text('setboot', 8) + struct.pack('<Q', 1)) == bytes(4)",
      "os.kill(os.getpid(), 9)",
    ].join("\n");
    await alice.exec(["python3", "-c", program]);
    await alice.says(LOG, /Critical apphb client 'web' .* hangup/, SOON_MS);
    await until({ what: "the reboot", withinMs: SOON_MS }, async () => {
      return (await alice.exec(["ls", "/var/log/rebooted"])).code === 0;
    });
  });
});

test("use_apphbd on makes the agent a client that is missed when it hangs", async () => {
  await withLab({ hosts: ["alice"], name: "apphbd" }, async (lab) => {
    const alice = lab.host("alice");
    configure(lab, {
      resources: [],
      keepalive: "500ms",
      deadtime: "3",
      initdead: "3",
      extra: ["use_apphbd on"],
    });
    const agent = startAgent(alice);
    await alice.says("log/hb.log", /Not registered with apphbd .* nobody listens there/, SOON_MS);
    await start(alice);
    await alice.says(
      "log/hb.log",
      /Registered with apphbd as heartbeat.master_control_process/,
      SOON_MS,
    );
    alice.signal("SIGSTOP", HALF.agent);
    await alice.says(LOG, /'heartbeat' .* failed to heartbeat/, SOON_MS);
    alice.signal("SIGCONT", HALF.agent);
    alice.wake();
    await alice.says(LOG, /'heartbeat' .* resumed heartbeats/, SOON_MS);
    expect(await leave(alice, agent)).toBe(0);
    await alice.says(LOG, /apphb_client_remove/, SOON_MS);
    expect(told(alice).filter((line) => line.includes("hangup"))).toEqual([]);
  });
});
