// `hb doctor` on a host on which one thing after the other is really broken: it finds each, and what it
// prints repairs it.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Finding } from "../../src/desk/doctor/finding.ts";
import { bytesToText } from "../../src/wire/bytes.ts";
import { text } from "../../src/wire/message.ts";
import { seal } from "../../src/wire/packet.ts";
import { HALF, hb } from "./agent.ts";
import { type Running, withCluster } from "./cluster.ts";
import type { Host } from "./host.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);

const nodes = ["alice", "bob"];
const extra = ["bcast eth0", "mcast eth1 239.192.7.8 694 1 0", "on_stop_failure ignore"];

async function doctor(host: Host): Promise<readonly Finding[]> {
  const { stdout } = await hb(host, "doctor", "--json");
  return JSON.parse(stdout).findings;
}

/** Without what the machine of the test may not give: real time, locked memory. */
function troubles(findings: readonly Finding[], but: readonly string[]): string[] {
  return findings
    .filter(({ check, level }) => level !== "ok" && !["capabilities", ...but].includes(check))
    .map((finding) => finding.text);
}

async function shell(host: Host, line: string): Promise<void> {
  const { code, stderr } = await host.exec(["/bin/sh", "-c", line]);
  expect([line, code, stderr]).toEqual([line, 0, ""]);
}

/** Breaks something, finds it, repairs it as it is printed, and finds nothing. */
async function heals(host: Host, breakIt: string, found: Partial<Finding>): Promise<void> {
  await shell(host, breakIt);
  const findings = await doctor(host);
  const finding = findings.find(({ check, level }) => check === found.check && level !== "ok");
  expect(finding).toMatchObject(found);
  await shell(host, finding?.fix ?? "false");
  await well(host);
}

async function well(host: Host, but: readonly string[] = []): Promise<void> {
  const wait = { what: "the doctor to find nothing", withinMs: SOON_MS, everyMs: 200 };
  let last: string[] = [];
  await until(wait, async () => {
    last = troubles(await doctor(host), but);
    return last.length === 0;
  }).catch((error) => {
    throw new Error(`${error.message}: it finds ${last.join("; ")}`);
  });
}

function story(tell: (run: Running) => Promise<void>): Promise<void> {
  return withCluster({ nodes, nets: 2, cluster: { media: [], extra, initdead: "10" } }, tell);
}

/** A bundle beside a running agent: what it knows is in it, the key of the cluster is not. */
async function bundled(host: Host): Promise<void> {
  const { code, stderr } = await hb(host, "doctor", "--bundle", "/var/log/bundle.tar.gz");
  expect([code, stderr]).toEqual([0, expect.stringContaining("without keys and passwords")]);
  const bytes = gunzipSync(await Bun.file(join(host.dir, "log/bundle.tar.gz")).bytes());
  expect(bytes.includes("lab-secret")).toBe(false);
  const { stdout: names } = await host.exec(["tar", "-tzf", "/var/log/bundle.tar.gz"]);
  for (const name of ["status.json", "agent/0/limits", "agent/1/status", "log/var/log/ha-log"]) {
    expect(names.split("\n")).toContain(`hb-alice/${name}`);
  }
  expect(bytes.toString()).toContain("Local status is active");
}

test("hb doctor finds what is broken on a host, and what it prints repairs it", async () => {
  await story(async ({ lab }) => {
    const alice = lab.host("alice");
    await well(alice);
    await heals(alice, "chmod 644 /etc/ha.d/authkeys", {
      check: "keys",
      level: "fail",
      fix: "chmod 600 /etc/ha.d/authkeys",
    });
    await heals(alice, "chmod -x /etc/ha.d/resource.d/journal", {
      check: "scripts",
      level: "fail",
      fix: "chmod +x /etc/ha.d/resource.d/journal",
    });
    await heals(alice, "ip link set eth1 mtu 600", {
      check: "interface",
      level: "warn",
      fix: "ip link set eth1 mtu 1500",
    });
    await heals(alice, "ip link set eth1 multicast off", {
      check: "interface",
      level: "fail",
      fix: "ip link set eth1 multicast on",
    });
    await heals(alice, "ip link set eth1 down", {
      check: "interface",
      level: "fail",
      text: "eth1 is down",
    });
    const drop = [
      "nft add table inet filter",
      "nft 'add chain inet filter input { type filter hook input priority 0; policy accept; }'",
      "nft add rule inet filter input iifname eth1 udp dport 690-700 drop",
    ];
    await heals(alice, drop.join(" && "), {
      check: "firewall",
      level: "fail",
      fix: "nft insert rule inet filter input iifname eth1 udp dport 694 accept",
    });
    await heals(alice, "nft add chain inet filter input '{ policy drop; }'", {
      check: "firewall",
      level: "fail",
      fix: "nft insert rule inet filter input iifname eth0 udp dport 694 accept",
    });
    // A rule of before and its own remedy are no news.
    await shell(alice, "nft delete table inet filter");
    await shell(
      alice,
      "socat -u UDP4-RECV:694,bind=127.0.0.1,reuseaddr - >/dev/null 2>&1 & sleep 0.3",
    );
    await heals(alice, "true", { check: "port", level: "fail" });
    await bundled(alice);
  });
});

test("hb doctor finds another key, another host of the same name, and a dead agent", async () => {
  await story(async (run) => {
    const { lab } = run;
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    bob.write("ha.d/authkeys", "auth 1\n1 sha1 another-secret\n", 0o600);
    bob.signal("SIGHUP", HALF.agent);
    const wait = { what: "packets with another key", withinMs: SOON_MS, everyMs: 200 };
    const found = await until(wait, async () => {
      const findings = await doctor(alice);
      return findings.find(({ check, level }) => check === "packets" && level === "fail");
    });
    expect(found.text).toMatch(/packets? of eth[01] rejected: signature, and it goes on$/);
    expect(found.fix).toBe("hb check --diff all");

    bob.write("ha.d/authkeys", "auth 1\n1 sha1 lab-secret\n", 0o600);
    bob.kill();
    await run.agent("bob").exited;
    bob.write("ha.d/nodeinfo", "alice\n");
    run.start("bob");
    const clone = await until({ ...wait, what: "a second alice" }, async () => {
      const findings = await doctor(alice);
      return findings.find(({ check, level }) => check === "name" && level === "fail");
    });
    expect(clone.text).toStartWith("Another host calls itself alice");
    expect(clone.hint).toContain("hostnamectl set-hostname");

    alice.kill();
    await run.agent("alice").exited;
    const said = await hb(alice, "doctor");
    expect(said.code).toBe(1);
    expect(said.stdout).toStartWith("fail  agent          It does not run with /run/heartbeat");
  });
});

/** A message in the name of bob, whose clock shows this; it is too old to count for more. */
function forged(unixSeconds: number): string {
  const fields = { t: "status", st: "active", dt: "5dc", protocol: "1", src: "bob", seq: "1" };
  const ts = Math.floor(unixSeconds).toString(16);
  const key = { number: 1, method: "sha1", key: "lab-secret" } as const;
  const message = text({ ...fields, hg: "1", ts, ttl: "3" });
  return bytesToText(seal(message, { active: 1, keys: [key] }, "netstring"));
}

test("hb doctor finds a wrong clock, a small MTU on the way, and another deadtime", async () => {
  await story(async (run) => {
    const { lab } = run;
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const soon = (what: string, check: string) => {
      return until({ what, withinMs: SOON_MS, everyMs: 100 }, async () => {
        return (await doctor(alice)).find((each) => each.check === check && each.level !== "ok");
      });
    };
    const says = forged(Date.now() / 1_000 + 3_600);
    await bob.exec(["socat", "-u", "-", `UDP4-SENDTO:${alice.address(0)}:694`], says);
    const clock = await soon("bob's clock", "clock");
    expect(clock.text).toMatch(/^The clock of bob is 3(599|600|601) s ahead of this one/);

    // Smaller than alice's, so that alice's full packets are lost there.
    await shell(bob, "ip link set eth1 mtu 1400");
    const mtu = await soon("bob's MTU", "mtu");
    expect(mtu.text).toMatch(
      /^bob gets no packet larger than 14\d\d bytes over eth1, whose MTU is 1500$/,
    );
    await shell(alice, mtu.fix ?? "false");
    await well(alice, ["packets"]);

    bob.write("ha.d/ha.cf", bob.read("ha.d/ha.cf").replace("deadtime 1500ms", "deadtime 3s"));
    bob.signal("SIGHUP", HALF.agent);
    const settings = await soon("bob's deadtime", "settings");
    expect(settings.text).toBe("bob runs with another deadtime: 3 s, 1.5 s in the files here");
    expect(settings.fix).toBe("hb check --diff bob");
    alice.write("ha.d/ha.cf", bob.read("ha.d/ha.cf"));
    const late = await soon("files that were changed", "settings");
    expect(late.text).toBe("The files were changed after the agent read them");
    await shell(alice, late.fix ?? "false");
    await well(alice, ["packets"]);
    bob.write("ha.d/haresources", bob.read("ha.d/haresources").replace("/24/", "/25/"));
    bob.signal("SIGHUP", HALF.agent);
    const groups = await soon("bob's groups", "settings");
    expect(groups.text).toStartWith("bob runs with other nodes, times, auto_failback or groups");

    // bob takes alice for dead, and says so by whom he hears.
    const chain = "{ type filter hook input priority 0; policy accept; }";
    const deafen = `nft add table inet d && nft 'add chain inet d i ${chain}' && nft add rule inet d i udp dport 694 drop`;
    await shell(bob, deafen);
    const heard = await soon("that bob does not hear alice", "nodes");
    expect(heard.text).toBe("bob is heard, but does not hear this node");
    const { stdout: page } = await hb(alice, "status");
    expect(page).toMatch(/bob .*but does not hear this node/);
    expect(page).toMatch(/bob +bcast eth0 +up +last packet \d+ ms ago/);
    expect(page).toMatch(/bob +mcast eth1 +up +last packet \d+ ms ago/);
  });
});
