// The Debian package on a fresh Debian under systemd, beside a second node that would take over at the first chance:
// installed, run by another user than root and by root, hurt, upgraded, removed, purged.

import { beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { version } from "../../package.json";
import { readPage, stepsOf } from "../page.ts";
import { built } from "./agent.ts";
import { type Debian, debianRoot } from "./install/debian.ts";
import { laterDeb, NEXT, packaged } from "./install/package.ts";
import { Pair, SHARED } from "./install/pair.ts";
import { type Lab, withLab } from "./lab.ts";
import { typed } from "./typing.ts";
import { SOON_MS } from "./until.ts";

setDefaultTimeout(240_000);
// Where there is none yet, packages come from a mirror, at its pace.
beforeAll(async () => void (await debianRoot()), 600_000);
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
    const packages = await packaged(lab);
    const later = await laterDeb(lab, packages);
    await Pair.within(lab, async (pair) => {
      const { alice, debian } = pair;
      await install(debian, packages.deb);
      // Nothing is started beside what may be running there.
      expect((await debian.exec("systemctl", "is-enabled", "hb")).stdout).toBe("disabled\n");
      expect((await debian.exec("systemctl", "is-active", "hb")).stdout).toBe("inactive\n");
      expect(await debian.must("hb", "version")).toStartWith(`hb ${version} `);

      await pair.configure();
      await withoutRoot(lab, debian);
      await pair.configure();
      await pair.start();
      const unit = await debian.show("hb");
      expect(unit.get("Type")).toBe("notify");
      expect(unit.get("WatchdogUSec")).toBe("30s");
      expect(unit.get("LimitMEMLOCK")).toBe("infinity");
      // Where systemd itself may raise no limit (a container without CAP_SYS_RESOURCE) there is none to see.
      if ((await debian.exec("prlimit", "--memlock=unlimited", "true")).code === 0) {
        const limits = await debian.must("cat", `/proc/${unit.get("MainPID")}/limits`);
        expect(limits).toMatch(/Max locked memory +unlimited/);
      }

      // A crash is repaired by systemd before anybody notices.
      await debian.must("systemctl", "kill", "--kill-who=main", "--signal=KILL", "hb");
      await pair.another(unit.get("MainPID") ?? "");

      await debian.must("sh", "-c", "echo '# mine' >>/etc/needrestart/conf.d/hb.conf");
      const old = await pair.agent();
      await install(debian, later);
      await pair.another(old);
      expect(await debian.journal()).toContain("Beginning anew in place: what is up here stays up");
      expect(await debian.must("readlink", `/proc/${await pair.agent()}/exe`)).toBe(
        "/usr/sbin/hb\n",
      );
      expect(await debian.must("dpkg-query", "--show", "hb")).toBe(`hb\t${NEXT}\n`);
      expect(await debian.must("cat", "/etc/needrestart/conf.d/hb.conf")).toEndWith("# mine\n");
      expect(await debian.must("cat", "/etc/ha.d/authkeys")).toBe(alice.read("ha.d/authkeys"));
      await pair.still();

      await debian.must("dpkg", "--remove", "hb");
      await pair.left();
      expect((await debian.exec("ls", "/etc/ha.d")).stdout).toContain("authkeys");

      await debian.must("dpkg", "--purge", "hb");
      const left = ["/etc/ha.d/authkeys", "/var/lib/heartbeat", "/run/heartbeat", "/usr/sbin/hb"];
      for (const path of left) expect((await debian.exec("test", "-e", path)).code).toBe(1);
      // A script of one's own is not the package's.
      expect((await debian.exec("test", "-e", "/etc/ha.d/resource.d/service")).code).toBe(0);
      expect((await debian.exec("systemctl", "cat", "hb")).code).not.toBe(0);
    });
  });
});
