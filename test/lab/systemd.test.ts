// hb under a real systemd, beside a second node that would take over at the first chance: what becomes of an
// agent that hangs, of one that fails for good, and what hb doctor says of settings that would harm.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { Finding } from "../../src/desk/doctor/finding.ts";
import { built, HB, settled, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import type { Host } from "./host.ts";
import { Debian } from "./install/debian.ts";
import { withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(240_000);
const SHARED = "10.77.0.100";
const DROP_INS = "/etc/systemd/system/hb.service.d";
/** While it is there, no agent starts. */
const BROKEN = "/run/broken";

const service = `#!/bin/sh
case $1 in
start|stop) echo "$1 $(uname -n)" >>/var/log/service.log ;;
status) grep -c . /var/log/service.log | grep -q '[13579]$' && echo running || echo stopped ;;
esac
`;

/** As docs/install.md has it without a package. */
async function install(debian: Debian, alice: Host): Promise<void> {
  await debian.take(HB, "/usr/local/sbin/hb");
  await debian.must("chmod", "755", "/usr/local/sbin/hb");
  for (const name of ["hb", "hb-release"]) {
    const unit = `/etc/systemd/system/${name}.service`;
    await debian.must("sh", "-c", `/usr/local/sbin/hb show unit ${name} > ${unit}`);
  }
  await debian.must("mkdir", "-p", "/etc/ha.d/resource.d", DROP_INS);
  for (const name of ["ha.cf", "haresources"]) {
    await debian.write(`/etc/ha.d/${name}`, alice.read(`ha.d/${name}`));
  }
  await debian.write("/etc/ha.d/authkeys", alice.read("ha.d/authkeys"), "600");
  await debian.write("/etc/ha.d/resource.d/service", service, "755");
  const broken = `ExecStartPre=/bin/sh -c '! test -e ${BROKEN}'`;
  await debian.write(`${DROP_INS}/test.conf`, `[Service]\n${broken}\n`);
  // As tmpfiles of Heartbeat's package leaves them at boot.
  const doors = "/run/heartbeat /run/heartbeat/ccm /run/heartbeat/dopd";
  const accounts = "groupadd -r haclient && useradd -r -g haclient hacluster";
  const owned = `chown hacluster:haclient ${doors} && chmod 750 ${doors}`;
  await debian.must("sh", "-c", `${accounts} && mkdir -p ${doors} && ${owned}`);
  await debian.must("systemctl", "daemon-reload");
  const verify = ["systemd-analyze", "--man=no", "verify", "hb.service", "hb-release.service"];
  expect(await debian.exec(...verify)).toEqual({ code: 0, stdout: "", stderr: "" });
}

/** What hb doctor says of systemd. */
async function doctor(debian: Debian): Promise<Finding[]> {
  const { stdout } = await debian.exec("hb", "doctor", "--json");
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return findings.filter(({ check }) => check === "systemd");
}

test("hb.service under systemd: an agent that hangs is replaced, one that fails for good is released", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"] }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const times = { keepalive: "1", warntime: "3", deadtime: "6", initdead: "7" } as const;
    configure(lab, { resources: [`alice ${SHARED} service`], failback: "off", ...times });
    bob.write("ha.d/resource.d/service", service, 0o755);
    const debian = await Debian.boot(alice);
    const did = () => debian.must("cat", "/var/log/service.log");
    const moves = () => lab.watch.changes.filter(({ address }) => address === SHARED).length;
    const kill = (signal: string) =>
      debian.must("systemctl", "kill", "--kill-who=main", `--signal=${signal}`, "hb");
    const becomes = (state: string, other?: string) =>
      until({ what: `an agent that is ${state}`, withinMs: SOON_MS, everyMs: 100 }, async () => {
        const now = await debian.show("hb");
        return now.get("ActiveState") === state && now.get("MainPID") !== other && now;
      });
    const heard = (line: string) =>
      until({ what: `"${line}" in the journal`, withinMs: SOON_MS, everyMs: 100 }, async () =>
        (await debian.journal()).includes(line),
      );
    try {
      await install(debian, alice);
      startAgent(bob);
      await debian.must("systemctl", "enable", "--now", "hb");
      await lab.watch.held(SHARED, ["alice"], SOON_MS);
      await settled(bob);
      const unit = await debian.show("hb");
      expect(unit.get("OnFailure")).toBe("hb-release.service");
      // Where ccm and dopd, which are hacluster's, make their sockets.
      const doors = ["/run/heartbeat/ccm", "/run/heartbeat/dopd"];
      const owners = await debian.must("stat", "-c", "%U:%G %a", ...doors);
      expect(owners.trim().split("\n")).toEqual(Array(2).fill("hacluster:haclient 750"));
      const before = moves();

      // The pulse gives it up long before systemd would, and while it still speaks for this node.
      await kill("STOP");
      const next = await becomes("active", unit.get("MainPID"));
      expect(await debian.journal()).toContain("ERROR: pulse: The agent is hung, silent for");
      expect(await debian.journal()).not.toContain("Watchdog timeout");

      // With a WatchdogSec below deadtime systemd comes first. The agent would not die of a signal that it must
      // look at.
      await debian.write(`${DROP_INS}/watchdog.conf`, "[Service]\nWatchdogSec=3\n");
      await debian.must("systemctl", "daemon-reload");
      await kill("KILL");
      const watched = await becomes("active", next.get("MainPID"));
      await kill("STOP");
      await becomes("active", watched.get("MainPID"));
      expect(await debian.journal()).toContain("hb.service: Watchdog timeout (limit 3s)!");

      // A unit of an older hb, and somebody's own ideas.
      const place = "/etc/systemd/system";
      await debian.must("sh", "-c", `sed -i /^OnFailure=/d ${place}/hb.service`);
      await debian.must("rm", `${place}/hb-release.service`);
      const harm = "[Service]\nKillMode=mixed\nRestartSec=5\nWatchdogSignal=SIGABRT\n";
      await debian.write(`${DROP_INS}/harm.conf`, harm);
      await debian.must("systemctl", "daemon-reload");
      const harms = await doctor(debian);
      expect(harms.map(({ text }) => text.split(" of ")[0]).toSorted()).toEqual([
        "KillMode",
        "OnFailure",
        "RestartSec",
        "WatchdogSignal",
      ]);
      for (const { fix = "" } of harms) await debian.must("sh", "-c", fix);
      expect(await doctor(debian)).toEqual([
        { check: "systemd", level: "ok", text: "hb.service has no setting that would harm" },
      ]);

      const refused = await debian.exec("hb", "release");
      expect(refused.stderr).toContain("An agent is already running with /run/heartbeat");
      expect(refused.code).toBe(1);
      // All of that took longer than bob would wait.
      await settled(bob);
      expect(moves()).toBe(before);
      expect(await did()).toBe("start alice\n");

      // What keeps it from starting lasts: it is released here, and tried again until it starts.
      await debian.must("touch", BROKEN);
      await kill("KILL");
      await heard("Everything is released");
      await lab.watch.held(SHARED, ["bob"], SOON_MS);
      expect(await did()).toBe("start alice\nstop alice\n");
      await debian.must("rm", BROKEN);
      await becomes("active");
      await settled(bob);
      expect(await did()).toBe("start alice\nstop alice\n");

      // Problems in its files, found as it is started again, are for good.
      await debian.must("hb", "takeover");
      await lab.watch.held(SHARED, ["alice"], SOON_MS);
      await debian.must("sh", "-c", "echo nonsense >>/etc/ha.d/ha.cf");
      const failedAt = performance.now();
      await kill("KILL");
      await lab.watch.held(SHARED, [], SOON_MS);
      await until(
        { what: "the end of the release", withinMs: SOON_MS, everyMs: 100 },
        async () => (await debian.show("hb-release")).get("ActiveState") === "inactive",
      );
      process.stderr.write(
        `released ${Math.round(performance.now() - failedAt)} ms after its death\n`,
      );
      expect((await debian.show("hb")).get("ExecMainStatus")).toBe("6");
      expect(await did()).toBe("start alice\nstop alice\nstart alice\nstop alice\n");
      expect((await debian.show("hb")).get("ActiveState")).toBe("failed");
      await lab.watch.held(SHARED, ["bob"], SOON_MS);
      expect((await debian.exec("hb", "release")).code).toBe(0);
    } catch (error) {
      process.stderr.write(await debian.journal());
      throw error;
    } finally {
      await debian.end();
    }
  });
});
