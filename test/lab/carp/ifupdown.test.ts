// Debian's own way to run ucarp: lines in /etc/network/interfaces, if-up.d/ucarp, vip-up and vip-down of
// the package, all unchanged. On alice the program behind /usr/sbin/ucarp is hb, on bob it is ucarp.

import { expect, test } from "bun:test";
import { built, HB } from "../agent.ts";
import type { Host } from "../host.ts";
import { type Lab, withLab } from "../lab.ts";
import { until } from "../until.ts";

const VIP = "10.77.0.252";

/** Two dead times, ucarp's second of latency, scripts that run ifup, and a busy machine. */
const MOVED_MS = 20_000;

function interfaces(host: Host, ucarp: readonly string[]): string {
  return [
    "iface eth0 inet static",
    `    address ${host.address()}`,
    "    netmask 255.255.255.0",
    "    ucarp-vid 42",
    `    ucarp-vip ${VIP}`,
    "    ucarp-password love",
    ...ucarp.map((line) => `    ${line}`),
    "iface eth0:ucarp inet static",
    `    address ${VIP}`,
    "    netmask 255.255.255.255",
    "",
  ].join("\n");
}

/** A machine of its own /etc/network, with nothing in it but what the package ucarp puts there. */
async function prepare(host: Host, ucarp: readonly string[], program?: string) {
  host.write("ha.d/interfaces", interfaces(host, ucarp));
  const script = [
    "set -e",
    "mkdir -p /run/network /run/lab/network/if-{up,pre-up,down,post-down}.d",
    "cp /etc/network/if-up.d/ucarp /run/lab/network/if-up.d/",
    "cp /etc/ha.d/interfaces /run/lab/network/interfaces",
    "mount --bind /run/lab/network /etc/network",
    ...(program === undefined ? [] : [`mount --bind ${program} /usr/sbin/ucarp`]),
    "ip -4 addr flush dev eth0",
  ];
  const said = await host.exec(["bash", "-c", script.join("\n")]);
  expect(said).toMatchObject({ code: 0, stderr: "" });
}

async function ifup(host: Host) {
  const said = await host.exec(["/sbin/ifup", "-v", "eth0"]);
  expect(said.stdout + said.stderr).toContain("executing /etc/network/if-up.d/ucarp");
  expect(said.code).toBe(0);
}

async function has(host: Host): Promise<boolean> {
  const { stdout } = await host.exec(["ip", "-4", "-o", "addr", "show", "dev", "eth0"]);
  return stdout.includes(`${VIP}/32`);
}

function placed(lab: Lab, holder: string, empty: readonly string[]) {
  return until(
    { what: `${VIP} on ${holder}, not on ${empty}`, withinMs: MOVED_MS, everyMs: 100 },
    async () => {
      for (const name of empty) if (await has(lab.host(name))) return false;
      return await has(lab.host(holder));
    },
  );
}

/** The daemon and its other half, whatever they are called. */
const DAEMON = /ucarp|carry-on|pulse/;

test("if-up.d/ucarp runs hb as it runs ucarp", async () => {
  const hb = await built();
  expect(hb).toBe(HB);
  await withLab({ hosts: ["alice", "bob"], name: "ifup" }, async (lab) => {
    const alice = lab.host("alice");
    const bob = lab.host("bob");
    await prepare(alice, ["ucarp-master yes", "ucarp-advskew 1", "ucarp-xparam text"], hb);
    await prepare(bob, ["ucarp-master no", "ucarp-advskew 100", "ucarp-advbase 1"]);
    await ifup(bob);
    await placed(lab, "bob", ["alice"]);

    // ucarp-master: alice is better and preempts.
    await ifup(alice);
    await placed(lab, "alice", ["bob"]);

    // Who looks for ucarp by its name finds it.
    const { stdout } = await alice.exec(["pidof", "ucarp"]);
    expect(stdout.trim()).not.toBe("");
    expect((await alice.exec(["pgrep", "-x", "ucarp"])).stdout).toBe(stdout);

    // Killed, it leaves the address where it is, as ucarp does; bob takes over all the same.
    alice.signal("SIGKILL", DAEMON);
    await placed(lab, "bob", []);
    expect(await has(alice)).toBe(true);

    // Started again: its down script takes off what was left, then it preempts once more.
    await alice.exec(["/sbin/ifdown", "eth0"]);
    await ifup(alice);
    await placed(lab, "alice", ["bob"]);

    // -z: told to end, it runs the down script.
    alice.signal("SIGTERM", DAEMON);
    await placed(lab, "bob", ["alice"]);
    await until(
      { what: "alice to be empty", withinMs: 5_000 },
      () => alice.pidsOf(DAEMON).length === 0,
    );
  });
}, 120_000);
