// The unit that Debian's package heartbeat brings, heartbeat.service, unchanged and under a real systemd, with hb where
// that package has 3.0.6's daemon.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { built, HB } from "./agent.ts";
import { configure } from "./conf.ts";
import { hasHeartbeat } from "./heartbeat.ts";
import { Debian } from "./install/debian.ts";
import { withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);

const DAEMON = "/usr/libexec/heartbeat/heartbeat";
const UNIT = "/lib/systemd/system/heartbeat.service";
const LOG = "/var/log/ha-log";
const SHARED = "10.77.0.100";

async function install(debian: Debian, files: Readonly<Record<string, string>>): Promise<void> {
  await debian.must("mkdir", "-p", "/usr/libexec/heartbeat", "/etc/ha.d/resource.d");
  await debian.take(HB, DAEMON);
  await debian.must("chmod", "755", DAEMON);
  await debian.take(UNIT, UNIT);
  for (const [name, text] of Object.entries(files)) {
    await debian.write(`/etc/ha.d/${name}`, text, name === "authkeys" ? "600" : "644");
  }
  await debian.must("systemctl", "daemon-reload");
}

const isHere = hasHeartbeat() || process.env.CI === "true";

describe.skipIf(!isHere)("heartbeat", () => {
  test("heartbeat.service of Debian starts, tells, reloads and stops hb as it stands", async () => {
    await built();
    await withLab({ hosts: ["alice"], name: "unit" }, async (lab) => {
      const alice = lab.host("alice");
      configure(lab, { resources: [`alice ${SHARED}/24/eth0`], nodes: ["alice", "bob"] });
      const names = ["ha.cf", "authkeys", "haresources"];
      const files = Object.fromEntries(names.map((name) => [name, alice.read(`ha.d/${name}`)]));
      const debian = await Debian.boot(alice);
      const logged = (line: RegExp) =>
        until({ what: `${line} in the log`, withinMs: SOON_MS, everyMs: 100 }, async () =>
          line.test((await debian.exec("cat", LOG)).stdout),
        );
      try {
        await install(debian, files);
        await debian.must("systemctl", "enable", "--now", "heartbeat");
        await lab.watch.held(SHARED, ["alice"], SOON_MS);
        const unit = await debian.show("heartbeat");
        expect([unit.get("ActiveState"), unit.get("SubState")]).toEqual(["active", "running"]);
        const pid = unit.get("MainPID") ?? "";
        // The unit names it, and 3.0.6's init script looks there.
        expect((await debian.must("cat", "/run/heartbeat.pid")).trim()).toBe(pid);
        const told = `heartbeat OK [pid ${pid} et al] is running on alice [alice]...\n`;
        expect(await debian.must(DAEMON, "-s")).toBe(told);
        const { code, stdout } = await debian.exec("systemctl", "status", "heartbeat");
        expect(code).toBe(0);
        expect(stdout).toContain("Active: active (running)");

        // The unit has no ExecReload, whoever is the daemon: its own command does it.
        const refused = await debian.exec("systemctl", "reload", "heartbeat");
        expect(refused.stderr).toContain("Job type reload is not applicable");
        await debian.write("/etc/ha.d/ha.cf", `debug 1\n${files["ha.cf"]}`);
        await debian.must(DAEMON, "-r");
        await logged(/restart exec/);
        await until(
          { what: "the end of the reload", withinMs: SOON_MS, everyMs: 100 },
          async () => {
            const now = await debian.show("heartbeat");
            return now.get("ActiveState") === "active";
          },
        );
        expect((await debian.show("heartbeat")).get("MainPID")).toBe(pid);
        expect(lab.watch.holders(SHARED)).toEqual(["alice"]);

        await debian.must("systemctl", "stop", "heartbeat");
        await lab.watch.held(SHARED, [], SOON_MS);
        const stopped = await debian.show("heartbeat");
        expect([stopped.get("ActiveState"), stopped.get("Result")]).toEqual([
          "inactive",
          "success",
        ]);
        expect(stopped.get("ExecMainStatus")).toBe("0");
        await logged(/alice Heartbeat shutdown complete\.$/m);
        expect(await debian.exec(DAEMON, "-s")).toMatchObject({
          code: 3,
          stdout: "heartbeat is stopped. No process\n",
        });
        // KillMode=process would have left it alone.
        expect(alice.pidsOf(/heartbeat|hb pulse/)).toEqual([]);
      } catch (error) {
        process.stderr.write((await debian.exec("journalctl", "--unit=heartbeat")).stdout);
        throw error;
      } finally {
        await debian.end();
      }
    });
  });
});
