import { afterEach, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { unitTexts } from "../../src/text/unit.ts";
import { RemoteHost, type ServiceManager } from "./remotehost.ts";
import { run } from "./run.ts";

const files = {
  "ha.cf": "keepalive 1\ndeadtime 10\nbcast lo\nauto_failback on\nnode alice bob carol\n",
  authkeys: "auth 1\n1 sha1 0123456789abcdef0123\n",
  haresources: "alice 10.0.0.1\n",
};

let bob: RemoteHost | undefined;
afterEach(() => bob?.stop());

/** Bob with hb installed, and alice's files on this side. */
async function start(manager: ServiceManager): Promise<RemoteHost> {
  bob = await RemoteHost.start(manager);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(bob.conf, name), text);
    chmodSync(join(bob.conf, name), name === "authkeys" ? 0o600 : 0o640);
  }
  writeFileSync(join(bob.conf, "nodeinfo"), "alice\n");
  writeFileSync(bob.path("/usr/local/sbin/hb"), "#!/bin/sh\n");
  chmodSync(bob.path("/usr/local/sbin/hb"), 0o755);
  return bob;
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test("hb propagate delivers to every node that it reaches, and tells which failed", async () => {
  const host = await start("systemctl");
  expect(readdirSync(host.path(host.conf))).toEqual([]);

  const { code, stdout, stderr } = host.hb("propagate");
  expect(stdout).toBe("");
  expect(stderr.split("\n").slice(0, 3)).toEqual([
    "bob: done: ha.cf, authkeys, haresources copied, unit installed, enabled by systemctl",
    "carol: failed: ssh: connect to host carol port 2222: Connection refused",
    "1 of 2 nodes done, failed: carol",
  ]);
  expect(code).toBe(1);

  for (const [name, text] of Object.entries(files)) {
    const copy = host.path(join(host.conf, name));
    expect(readFileSync(copy, "utf8")).toBe(text);
    expect(modeOf(copy)).toBe(name === "authkeys" ? "600" : "640");
  }
  expect(readdirSync(host.path(host.conf)).toSorted()).toEqual(Object.keys(files).toSorted());
  const units = host.path("/etc/systemd/system");
  for (const [name, text] of Object.entries(unitTexts("/usr/local/sbin/hb"))) {
    expect(readFileSync(join(units, `${name}.service`), "utf8")).toBe(text);
  }
  const link = join(units, "multi-user.target.wants", "hb.service");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
}, 60_000);

test("hb propagate NODE goes to that node alone, again and again", async () => {
  const host = await start("systemctl");
  expect(host.hb("propagate", "Bob").stderr).toContain("unit installed");
  writeFileSync(join(host.conf, "haresources"), "bob 10.0.0.2\n");
  const again = host.hb("propagate", "bob");
  expect(again).toEqual({
    code: 0,
    stdout: "",
    stderr:
      "bob: done: ha.cf, authkeys, haresources copied, enabled by systemctl\n1 of 1 node done\n",
  });
  const copy = host.path(join(host.conf, "haresources"));
  expect(readFileSync(copy, "utf8")).toBe("bob 10.0.0.2\n");
}, 60_000);

test("hb propagate leaves the keys with the user whose agent reads them", async () => {
  const host = await start("systemctl");
  expect(host.hb("propagate", "bob").code).toBe(0);
  const copy = host.path(join(host.conf, "authkeys"));
  chownSync(copy, 990, 991);
  writeFileSync(join(host.conf, "authkeys"), "auth 1\n1 sha1 another-key-than-before\n");
  expect(host.hb("propagate", "bob").code).toBe(0);
  expect(readFileSync(copy, "utf8")).toContain("another-key-than-before");
  const { uid, gid } = statSync(copy);
  expect([uid, gid, modeOf(copy)]).toEqual([990, 991, "600"]);
}, 60_000);

test("hb propagate enables an init script where there is no systemd", async () => {
  const host = await start("update-rc.d");
  const { code, stderr } = host.hb("propagate", "bob");
  expect(stderr).toContain("init script installed, enabled by update-rc.d");
  expect(code).toBe(0);
  expect(modeOf(host.path("/etc/init.d/hb"))).toBe("755");
  expect(readdirSync(host.path("/etc/rc2.d"))).toContainEqual(expect.stringMatching(/^S\d\dhb$/));
  expect(existsSync(host.path("/etc/systemd/system/hb.service"))).toBe(false);
}, 60_000);

test("hb propagate says that hb itself is not there", async () => {
  const host = await start("systemctl");
  chmodSync(host.path("/usr/local/sbin/hb"), 0o644);
  const { code, stderr } = host.hb("propagate", "bob");
  expect(stderr).toContain(
    "copied, but hb is not enabled: hb is not at /usr/local/sbin/hb: use --binary",
  );
  expect(code).toBe(1);
}, 60_000);

test("hb propagate --dry-run prints the steps and does nothing", async () => {
  const host = await start("systemctl");
  const { code, stdout, stderr } = host.hb("propagate", "--dry-run");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.match(/^# (bob|carol)$/gm)).toEqual(["# bob", "# carol"]);
  expect(stdout).toContain("scp -q -o Port=2222");
  expect(readdirSync(host.path(host.conf))).toEqual([]);
}, 60_000);

test("hb propagate says what of ha.cf is this node's own, and what is not copied", async () => {
  const host = await start("systemctl");
  const secret = join(host.conf, "carp.pass");
  writeFileSync(secret, "long enough\n", { mode: 0o600 });
  const more = `ppp /dev/null 10.9.0.1:10.9.0.2\ncarp lo 42 10.0.0.9 passfile=${secret}\nnotify /bin/true x\n`;
  writeFileSync(join(host.conf, "ha.cf"), files["ha.cf"] + more);
  expect(host.hb("propagate", "--dry-run").stderr).toBe(
    "Edit ha.cf there: the addresses of PPP on /dev/null are those of this end\n" +
      `Not copied: ${secret}, which ha.cf names\nNot copied: /bin/true, which ha.cf names\n`,
  );
}, 60_000);

test("hb propagate copies nothing while the configuration has errors", async () => {
  const host = await start("systemctl");
  writeFileSync(join(host.conf, "haresources"), "dave 10.0.0.1\n");
  const { code, stderr } = host.hb("propagate");
  expect(stderr).toContain('Unknown node "dave"');
  expect(stderr).toEndWith("Nothing is copied: the configuration has errors\n");
  expect(code).toBe(6);
  expect(readdirSync(host.path(host.conf))).toEqual([]);
}, 60_000);

test("hb propagate refuses a node that ha.cf does not name", async () => {
  const host = await start("systemctl");
  const { code, stderr } = host.hb("propagate", "dave");
  expect(stderr).toBe('Unknown node "dave": ha.cf names alice, bob, carol\n');
  expect(code).toBe(2);
}, 60_000);

test("hb propagate says when there is nobody to copy to", async () => {
  const host = await start("systemctl");
  writeFileSync(join(host.conf, "ha.cf"), files["ha.cf"].replace(" bob carol", ""));
  const { code, stdout, stderr } = host.hb("propagate", "--dry-run");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toBe("Nothing to do: ha.cf names no other node\n");
}, 60_000);

test("hb propagate changes no file when one cannot be put in place", async () => {
  const host = await start("systemctl");
  mkdirSync(host.path(join(host.conf, "haresources")));
  const { code, stderr } = host.hb("propagate", "bob");
  expect(stderr).toContain(`bob: failed: ${host.conf}/haresources is a directory\n`);
  expect(code).toBe(1);
  expect(readdirSync(host.path(host.conf))).toEqual(["haresources"]);
}, 60_000);

test("hb propagate --binary brings hb itself, to the place that it has here", async () => {
  const host = await start("systemctl");
  const binary = join(host.programs, "hb");
  const built = run(["bash", `${import.meta.dir}/../../scripts/build`, binary]);
  expect(built.stderr).toContain("build:");
  const { code, stderr } = host.run([binary, "propagate", "--binary", "bob"]);
  expect(stderr).toStartWith("bob: done: ha.cf, authkeys, haresources, hb copied, unit installed");
  expect(code).toBe(0);
  expect(statSync(host.path(binary)).size).toBe(statSync(binary).size);
  expect(modeOf(host.path(binary))).toBe("755");
  const unit = readFileSync(host.path("/etc/systemd/system/hb.service"), "utf8");
  expect(unit).toContain(`ExecStart=${binary} agent\n`);
}, 60_000);

test("hb propagate --binary refuses to copy sources", async () => {
  const host = await start("systemctl");
  const { code, stderr } = host.hb("propagate", "--binary");
  expect(stderr).toStartWith("Cannot copy hb itself: it runs from its sources");
  expect(code).toBe(1);
}, 60_000);
