// The Debian package on a fresh Debian under systemd, beside a second node that would take over at the first chance:
// installed, run by another user than root and by root, hurt, upgraded, removed, purged.

import { beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { version } from "../../package.json";
import { readPage, stepsOf } from "../page.ts";
import { built, settled, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import { Debian, debianRoot } from "./install/debian.ts";
import { packaged } from "./install/package.ts";
import { type Lab, withLab } from "./lab.ts";
import { must } from "./shell.ts";
import { typed } from "./typing.ts";
import { SOON_MS, stays, until } from "./until.ts";

setDefaultTimeout(240_000);
// Where there is none yet, packages come from a mirror, at its pace.
beforeAll(async () => void (await debianRoot()), 600_000);
const SHARED = "10.77.0.100";
const DEADTIME_MS = 5_000;
const NEXT = `${version}+next`;

const service = `#!/bin/sh
case $1 in
start|stop) echo "$1 $(uname -n)" >>/var/log/service.log ;;
status) grep -c . /var/log/service.log | grep -q '[13579]$' && echo running || echo stopped ;;
esac
`;

/** The package, and the same as a later version; both as files that the machine sees in its directory. */
async function packages(lab: Lab): Promise<{ first: string; next: string }> {
  const first = await packaged(lab);
  const next = join(lab.dir, "next.deb");
  const tree = join(lab.dir, "tree");
  await must(["dpkg-deb", "--raw-extract", first, tree]);
  await must(["sed", "-i", `s/^Version: .*/Version: ${NEXT}/`, join(tree, "DEBIAN/control")]);
  await must(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, next]);
  return { first, next };
}

async function install(debian: Debian, path: string): Promise<void> {
  await debian.take(path, "/tmp/hb.deb");
  await debian.must("dpkg", "--install", "/tmp/hb.deb");
}

/** docs/install.md, "Without root", word for word, with an address alone; and back. */
async function withoutRoot(lab: Lab, debian: Debian): Promise<void> {
  const [, section = ""] = /^## Without root$(.*?)^## /ms.exec(readPage("docs/install.md")) ?? [];
  const steps = stepsOf(section).filter((step) => step.kind === "command");
  await debian.write("/etc/ha.d/haresources", `alice ${SHARED}\n`);
  for (const step of steps) await typed(step, (line) => debian.type(line));
  await lab.watch.held(SHARED, ["alice"], SOON_MS);
  const { MainPID: pid } = Object.fromEntries(await debian.show("hb"));
  expect(await debian.must("stat", "-c", "%U", `/proc/${pid}`)).toBe("hb\n");
  const { stdout } = await debian.exec("hb", "doctor");
  for (const check of ["agent", "keys", "capabilities", "systemd"]) {
    expect(stdout).toMatch(new RegExp(`^ok +${check} `, "m"));
  }
  await debian.must("systemctl", "disable", "--now", "hb");
  await debian.must("rm", "-r", "/etc/systemd/system/hb.service.d");
  await debian.must("chown", "root", "/etc/ha.d/authkeys");
  await debian.must("systemctl", "daemon-reload");
  await lab.watch.held(SHARED, [], SOON_MS);
}

test("hb.deb on a fresh Debian: installed, killed, upgraded while nothing moves, removed, purged", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"] }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const debs = await packages(lab);
    const times = { keepalive: "1", warntime: "3", deadtime: "5", initdead: "6" } as const;
    configure(lab, { resources: [`alice ${SHARED} service`], failback: "off", ...times });
    bob.write("ha.d/resource.d/service", service, 0o755);
    const debian = await Debian.boot(alice);
    try {
      await install(debian, debs.first);
      // Nothing is started beside what may be running there.
      expect((await debian.exec("systemctl", "is-enabled", "hb")).stdout).toBe("disabled\n");
      expect((await debian.exec("systemctl", "is-active", "hb")).stdout).toBe("inactive\n");
      expect(await debian.must("hb", "version")).toStartWith(`hb ${version} `);

      await debian.write("/etc/ha.d/ha.cf", alice.read("ha.d/ha.cf"));
      await debian.write("/etc/ha.d/authkeys", alice.read("ha.d/authkeys"), "600");
      await withoutRoot(lab, debian);
      await debian.write("/etc/ha.d/haresources", alice.read("ha.d/haresources"));
      await debian.write("/etc/ha.d/resource.d/service", service, "755");
      startAgent(bob);
      // Type=notify: this returns when the agent says that it is ready.
      await debian.must("systemctl", "enable", "--now", "hb");
      await lab.watch.held(SHARED, ["alice"], SOON_MS);
      await settled(bob);
      await until({ what: "the sentence of systemctl status", withinMs: SOON_MS }, async () =>
        (await debian.show("hb")).get("StatusText")?.startsWith("active: 2 of 2 nodes active"),
      );
      const unit = await debian.show("hb");
      expect(unit.get("Type")).toBe("notify");
      expect(unit.get("WatchdogUSec")).toBe("30s");
      expect(unit.get("LimitMEMLOCK")).toBe("infinity");
      // Where systemd itself may raise no limit (a container without CAP_SYS_RESOURCE) there is none to see.
      if ((await debian.exec("prlimit", "--memlock=unlimited", "true")).code === 0) {
        const limits = await debian.must("cat", `/proc/${unit.get("MainPID")}/limits`);
        expect(limits).toMatch(/Max locked memory +unlimited/);
      }

      const moves = () => lab.watch.changes.filter(({ address }) => address === SHARED).length;
      const before = moves();
      const began = async (after: string | undefined) => {
        await until({ what: "another agent", withinMs: SOON_MS }, async () => {
          const now = await debian.show("hb");
          return now.get("ActiveState") === "active" && now.get("MainPID") !== after;
        });
      };
      const still = async () => {
        await stays(
          { what: "nothing moves", withinMs: DEADTIME_MS + 2_000 },
          () => moves() === before,
        );
        await settled(bob);
        expect(await debian.must("cat", "/var/log/service.log")).toBe("start alice\n");
        expect(bob.read("log/service.log")).toBe("");
      };

      // A crash is repaired by systemd before anybody notices.
      await debian.must("systemctl", "kill", "--kill-who=main", "--signal=KILL", "hb");
      await began(unit.get("MainPID"));

      await debian.must("sh", "-c", "echo '# mine' >>/etc/needrestart/conf.d/hb.conf");
      const old = (await debian.show("hb")).get("MainPID");
      await install(debian, debs.next);
      await began(old);
      expect(await debian.journal()).toContain("Beginning anew in place: what is up here stays up");
      const now = (await debian.show("hb")).get("MainPID");
      expect(await debian.must("readlink", `/proc/${now}/exe`)).toBe("/usr/sbin/hb\n");
      expect(await debian.must("dpkg-query", "--show", "hb")).toBe(`hb\t${NEXT}\n`);
      expect(await debian.must("cat", "/etc/needrestart/conf.d/hb.conf")).toEndWith("# mine\n");
      expect(await debian.must("cat", "/etc/ha.d/authkeys")).toBe(alice.read("ha.d/authkeys"));
      await still();

      // It leaves in good order: the service is stopped here before the other node starts it.
      await debian.must("dpkg", "--remove", "hb");
      await lab.watch.held(SHARED, ["bob"], SOON_MS);
      expect(lab.watch.overlapMs(SHARED)).toBe(0);
      expect(await debian.must("cat", "/var/log/service.log")).toBe("start alice\nstop alice\n");
      expect((await debian.exec("ls", "/etc/ha.d")).stdout).toContain("authkeys");

      await debian.must("dpkg", "--purge", "hb");
      const left = ["/etc/ha.d/authkeys", "/var/lib/heartbeat", "/run/heartbeat", "/usr/sbin/hb"];
      for (const path of left) expect((await debian.exec("test", "-e", path)).code).toBe(1);
      // A script of one's own is not the package's.
      expect((await debian.exec("test", "-e", "/etc/ha.d/resource.d/service")).code).toBe(0);
      expect((await debian.exec("systemctl", "cat", "hb")).code).not.toBe(0);
    } catch (error) {
      process.stderr.write(await debian.journal());
      throw error;
    } finally {
      await debian.end();
    }
  });
});
