// The real clients of ha_logd, once with the real ha_logd and once with hb by its name: the same files, the same
// syslog, the same exit codes.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { built, HB } from "./agent.ts";
import type { Host } from "./host.ts";
import { withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(60_000);

const REAL = "/usr/lib/heartbeat/ha_logd";
const LOGTEST = "/usr/lib/heartbeat/logtest";
const CONFIG = "/etc/ha.d/logd.cf";

const configs = {
  usual: "logfile /var/log/ha-log\ndebugfile /var/log/ha-debug\n",
  other: `logfile /var/log/ha-log\ndebugfile /var/log/ha-debug\nsyslogmsgfmt no
syslogprefix linux-ha\nlogfacility local3\nentity mine\n`,
  quiet: "debugfile /var/log/ha-debug\nlogfacility none\n",
} as const;

/** Without times and pids, and without what the daemon says of itself. */
function masked(text: string): string[] {
  return text
    .split(/\n|\0|(?=<\d+>)/)
    .filter((line) => line !== "" && !/ (?:logd|mine): \[|^mine\[|linux-ha: mine/.test(line))
    .map((line) =>
      line
        .replace(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d/, "TIME")
        .replace(/\d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d/, "TIME")
        .replace(/\[\d+\]/, "[PID]")
        .trimEnd(),
    );
}

interface Life {
  readonly said: readonly unknown[];
  readonly files: Readonly<Record<"place" | "rotated" | "syslog" | "debug", readonly string[]>>;
}

/** What the clients of a daemon leave behind, and how its own command line answered. */
async function life(host: Host, program: string, config: string): Promise<Life> {
  host.write("ha.d/logd.cf", config);
  for (const name of ["log/ha-log", "log/ha-debug", "log/ha-log.1"]) host.write(name, "");
  await host.exec(["sh", "-c", "rm -f /var/log/ha-*; : >/var/log/syslog"]);
  const said: unknown[] = [];
  const ask = async (...words: readonly string[]) => {
    const { code, stdout } = await host.exec(words);
    said.push([words.slice(1).join(" "), code, stdout.replace(/\d+(?=\])/, "PID").trim()]);
  };
  await ask(program, "-s");
  await ask(program, "-k");
  host.write("run/logd.pid", "   4194303\n");
  await ask(program, "-s");
  await host.exec(["rm", "/run/logd.pid"]);
  host.write("ha.d/wrong.cf", "nonsense x\n");
  await ask(program, "-c", "/etc/ha.d/wrong.cf");
  await ask(program, "-d", "-c", CONFIG);
  await until({ what: "a log daemon", withinMs: SOON_MS }, async () => {
    const running = await host.exec([program, "-s"]);
    const listens = await host.exec(["test", "-S", "/var/lib/heartbeat/log_daemon"]);
    return running.code === 0 && listens.code === 0;
  });
  await ask(program, "-s");
  await ask("sh", "-c", "cat /proc/$(($(cat /run/logd.pid)))/comm");
  await ask(program, "-d", "-c", CONFIG);
  /** One after the other: of two clients at once, the real one hears a message each. */
  const log = async (...words: readonly string[]) => {
    await ask("/usr/sbin/ha_logger", ...words);
    await host.says("log/ha-debug", new RegExp(words.at(-1) ?? ""), SOON_MS);
  };
  await log("-t", "mytag", "hello from logger");
  await log("-t", "deep", "-D", "ha-debug", "a detail");
  await log("-D", "ha-log", "two words", "three more words");
  await ask(LOGTEST, "20");
  const place = config.includes("logfile") ? "ha-log" : "ha-debug";
  await host.says(`log/${place}`, /Message 19/, SOON_MS);
  await host.exec(["mv", `/var/log/${place}`, "/var/log/rotated"]);
  await host.exec(["sh", "-c", "kill -HUP $(cat /run/logd.pid)"]);
  await until({ what: "a new file", withinMs: SOON_MS }, () =>
    existsSync(join(host.dir, "log", place)),
  );
  await log("-t", "mytag", "after the rotation");
  await ask(program, "-k");
  // The real one leaves its pid file there.
  await host.exec(["rm", "-f", "/run/logd.pid"]);
  await ask(program, "-s");
  const read = (name: string) => masked(host.read(`log/${name}`));
  return {
    said,
    files: {
      ...{ place: read(place), rotated: read("rotated"), syslog: read("syslog") },
      ...{ debug: read("ha-debug") },
    },
  };
}

test("hb by the name of ha_logd does for ha_logger and logtest what ha_logd does", async () => {
  await built();
  await withLab({ hosts: ["alice"], name: "logd", logs: ["log/syslog"] }, async (lab) => {
    const alice = lab.host("alice");
    mkdirSync(join(lab.dir, "bin"));
    const ours = join(lab.dir, "bin/ha_logd");
    symlinkSync(HB, ours);
    alice.spawn(["socat", "-u", "UNIX-RECV:/dev/log", "OPEN:/var/log/syslog,creat,append"]);
    await until({ what: "a syslog daemon", withinMs: SOON_MS }, async () => {
      return (await alice.exec(["test", "-S", "/dev/log"])).code === 0;
    });
    for (const [name, config] of Object.entries(configs)) {
      const theirs = await life(alice, REAL, config);
      expect({ name, ...(await life(alice, ours, config)) }).toEqual({ name, ...theirs });
      expect(theirs.said.length).toBe(15);
      if (name === "usual") {
        expect(theirs.files.rotated).toContain("TIME alice mytag: [PID]: hello from logger");
        expect(theirs.files.debug).toContain("TIME alice deep: [PID]: a detail");
        expect(theirs.files.syslog).toContain("<30>TIME mytag: [PID]: after the rotation");
        expect(theirs.files.rotated.length).toBe(24);
      }
    }
  });
});

test("hb by the name of ha_logd tells who starts it in the background why it does not start", async () => {
  await built();
  await withLab({ hosts: ["alice"], name: "logd" }, async (lab) => {
    const alice = lab.host("alice");
    mkdirSync(join(lab.dir, "bin"));
    const ours = join(lab.dir, "bin/ha_logd");
    symlinkSync(HB, ours);
    alice.write("ha.d/wrong.cf", "nonsense x\n");
    const wrong = await alice.exec([ours, "-d", "-c", "/etc/ha.d/wrong.cf"]);
    expect([wrong.code, wrong.stdout]).toEqual([6, ""]);
    expect(wrong.stderr).toContain("/etc/ha.d/wrong.cf:1");
    await alice.exec(["mkdir", "-p", "/var/lib/heartbeat/log_daemon/full"]);
    const blocked = await alice.exec([ours, "-d"]);
    expect([blocked.code, blocked.stdout]).toEqual([1, ""]);
    expect(blocked.stderr).toContain("/var/lib/heartbeat/log_daemon");
    expect((await alice.exec([ours, "-s"])).code).toBe(3);
    await alice.exec(["rmdir", "-p", "/var/lib/heartbeat/log_daemon/full"]);
    // A path is that of who asks, not of the daemon.
    const relative = ["sh", "-c", `cd /etc/ha.d && : >logd.cf && ${ours} -d -c logd.cf`];
    expect(await alice.exec(relative)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await alice.exec([ours, "-d"])).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^ha_logd: already running \[pid \d+\]\.\n$/),
    });
    expect((await alice.exec([ours, "-k"])).code).toBe(0);
  });
});
