// Without root: agents and `hb carp` of another user, with ambient capabilities and nothing else, hold addresses and take
// them over. systemd gives them the same in test/lab/install.test.ts.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, HB, hb, settled } from "./agent.ts";
import { configure } from "./conf.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { SOON_MS } from "./until.ts";

setDefaultTimeout(120_000);
const SHARED = "10.77.0.100";
const USER = "nobody";
const ALL = ["net_admin", "net_raw", "net_bind_service", "sys_nice", "ipc_lock"];

/** The command line of hb as that user, with so many capabilities. */
function as(capabilities: readonly string[], ...words: readonly string[]): string[] {
  const list = capabilities.map((name) => `+${name}`).join(",");
  return [
    ...["setpriv", `--reuid=${USER}`, "--regid=nogroup", "--clear-groups", "--no-new-privs"],
    ...[`--inh-caps=${list}`, `--ambient-caps=${list}`, `--bounding-set=-all,${list}`],
    ...[HB, ...words],
  ];
}

/** What systemd does for a unit with a user: directories of his own. The secrets are his as well. */
async function settle(lab: Lab): Promise<void> {
  configure(lab, { resources: [`alice ${SHARED}/24/eth0`], failback: "off" });
  const own = `rm -rf /var/lib/heartbeat/*; chown ${USER} /var/lib/heartbeat /run/heartbeat /var/log "$@"`;
  for (const host of lab.hosts) {
    host.write("ha.d/carp.pass", "long enough\n", 0o600);
    const secrets = ["/etc/ha.d/authkeys", "/etc/ha.d/carp.pass"];
    expect((await host.exec(["sh", "-c", own, "_", ...secrets])).code).toBe(0);
  }
}

const uidsOf = async (host: Host) =>
  (await host.exec(["sh", "-c", "ps -eo user=,args= | grep '[h]b.* \\(agent\\|pulse\\)'"])).stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ", 1)[0]);

test("hb agent of another user holds an address, announces it, and takes it over", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "user" }, async (lab) => {
    await settle(lab);
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    for (const host of lab.hosts) host.spawn(as(ALL, "agent"), "hb.log");
    await Promise.all(lab.hosts.map((host) => settled(host)));
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    expect(await uidsOf(alice)).toEqual([USER, USER]);
    // Root asks and commands it, and finds nothing wrong.
    expect((await hb(alice, "check")).code).toBe(0);
    expect((await hb(alice, "standby")).code).toBe(0);
    await lab.watch.held(SHARED, ["bob"], SOON_MS);
    expect(bob.read("log/hb.log")).not.toMatch(/EPERM|EACCES| warn +missing/);
    await lab.crash("bob");
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    const { stdout } = await hb(alice, "doctor");
    expect(stdout).toMatch(/^ok +capabilities +The agent has what it needs$/m);
    expect(stdout).toMatch(/^ok +keys +\/etc\/ha.d\/authkeys is for user \d+ alone, mode 600$/m);
  });
});

test("hb agent and hb carp say which capability they lack, and do not start", async () => {
  await built();
  await withLab({ hosts: ["alice"], name: "user" }, async (lab) => {
    await settle(lab);
    const alice = lab.host("alice");
    const said = await alice.exec(as(["net_bind_service"], "agent"));
    expect([said.code, said.stdout]).toEqual([4, ""]);
    expect(said.stderr).toEndWith(
      "Not permitted: try as root, or with CAP_NET_RAW and CAP_NET_ADMIN\nThe agent is not started\n",
    );
    const port = await alice.exec(as(["net_admin", "net_raw"], "agent"));
    expect([port.code, port.stderr]).toEqual([4, expect.stringContaining("CAP_NET_BIND_SERVICE")]);
    const router = ["-i", "eth0", "-v", "42", "-o", "/etc/ha.d/carp.pass", "-a", `${SHARED}/24`];
    const carp = await alice.exec(as(["sys_nice"], "carp", ...router));
    expect([carp.code, carp.stderr]).toEqual([4, expect.stringContaining("CAP_NET_ADMIN")]);
  });
});

test("hb carp of another user becomes master and hands over", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "user" }, async (lab) => {
    await settle(lab);
    const words = ["carp", "-i", "eth0", "-v", "42", "-o", "/etc/ha.d/carp.pass"];
    const skews = ["0", "100"];
    const carps = lab.hosts.map((host, at) => {
      const more = ["-a", `${SHARED}/24`, "-k", skews[at] ?? "0", "-P"];
      return host.spawn(as(ALL, ...words, ...more), "hb.log");
    });
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    lab.host("alice").signal("SIGTERM", /carp/);
    expect(await carps[0]?.exited).toBe(0);
    await lab.watch.held(SHARED, ["bob"], SOON_MS);
    const logs = lab.hosts.map((host) => host.read("log/hb.log")).join("");
    expect(logs).not.toMatch(/EPERM|EACCES/);
  });
});
