// The modelled BSD hosts beside the real ucarp: what they say is believed by a program that knows nothing of
// them, and the other way round. Without this the model would only prove that it agrees with itself.

import { expect, setDefaultTimeout, test } from "bun:test";
import { withLab } from "../lab.ts";
import { until } from "../until.ts";
import { BsdPeer } from "./bsdpeer.ts";

setDefaultTimeout(90_000);

const VIP = "10.77.0.252";

test("the modelled BSD hosts and the real ucarp understand each other", async () => {
  const hosts = ["alice", "bob", "carol"];
  await withLab({ hosts, name: "bsd", logs: ["log/ucarp.log"] }, async (lab) => {
    const [alice, bob, carol] = hosts.map((name) => lab.host(name));
    if (alice === undefined || bob === undefined || carol === undefined) throw new Error("no host");

    // An OpenBSD host alone becomes master, and the others hear it and stay where they are.
    const openbsd = await BsdPeer.start(alice, { kernel: "openbsd", addresses: [VIP] });
    await openbsd.becomes("MASTER", 10_000);
    expect(lab.watch.holders(VIP)).toEqual(["alice"]);
    const freebsd = await BsdPeer.start(bob, { kernel: "freebsd", addresses: [VIP], advskew: 100 });
    const own = ["-s", carol.address(), "-v", "42", "-p", "love", "-a", VIP, "-k", "50"];
    carol.spawn(["/usr/sbin/ucarp", "-i", "eth0", ...own, "-f", "none"], "ucarp.log");
    await carol.says("log/ucarp.log", /Switching to state: BACKUP/, 5_000);
    await until({ what: "adverts for longer than a dead time", withinMs: 15_000 }, () => {
      return freebsd.heard.length > 4;
    });
    expect(freebsd.changes.length).toBe(1);
    expect(carol.read("log/ucarp.log")).not.toMatch(/Bad|MASTER/);
    const counters = new Set(freebsd.heard.map((advert) => advert.counter));
    expect(counters.size).toBe(1);

    // Its farewell makes both of them take over at once; the better one, ucarp, is left.
    openbsd.order("leave");
    await freebsd.becomes("MASTER", 2_000);
    await carol.says("log/ucarp.log", /Putting MASTER DOWN \(going to time out\)/, 5_000);
    await freebsd.becomes("BACKUP", 5_000);
    const last = freebsd.heard.at(-1);
    expect([last?.from, last?.advskew]).toEqual([carol.address(), 50]);
    expect([...openbsd.refused, ...freebsd.refused]).toEqual([]);
    expect(carol.read("log/ucarp.log")).not.toMatch(/Bad/);

    // A client reaches what BSD holds by the virtual MAC.
    carol.signal("SIGKILL", /ucarp/);
    await freebsd.becomes("MASTER", 10_000);
    const ping = await carol.exec(["ping", "-c", "1", "-W", "2", VIP]);
    const neighbour = await carol.exec(["ip", "neigh", "show", VIP]);
    expect(ping.code).toBe(0);
    expect(neighbour.stdout).toContain("00:00:5e:00:01:2a");
  });
});

test("the modelled BSD hosts speak both families, and demotion moves the addresses", async () => {
  const addresses = ["10.77.0.252", "fd77::252", "10.77.0.251"];
  await withLab({ hosts: ["alice", "bob"], name: "bsd" }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const freebsd = await BsdPeer.start(alice, { kernel: "freebsd", addresses });
    await freebsd.becomes("MASTER", 10_000);
    const openbsd = await BsdPeer.start(bob, {
      kernel: "openbsd",
      addresses,
      advskew: 50,
      preempt: true,
    });
    await until({ what: "adverts of both families", withinMs: 5_000 }, () => {
      return new Set(openbsd.heard.map((advert) => advert.family)).size === 2;
    });
    for (const address of addresses) expect(lab.watch.holders(address)).toEqual(["alice"]);

    // FreeBSD's demotion is skew: the other one is faster now, and preempts.
    freebsd.order("demote 240");
    await openbsd.becomes("MASTER", 5_000);
    await freebsd.becomes("BACKUP", 2_000);
    for (const address of addresses) await lab.watch.held(address, ["bob"], 2_000);
    expect(openbsd.changes.at(-1)?.why).toBe("preemption");
    expect(openbsd.heard.at(-1)?.advskew).toBe(240);

    // OpenBSD's is a count, which FreeBSD does not see; a lost cable moves the addresses.
    openbsd.order("demote 1");
    await until({ what: "an advert that says so", withinMs: 5_000 }, () => {
      return freebsd.heard.some((advert) => advert.demote === 1);
    });
    expect(freebsd.state).toBe("BACKUP");
    await lab.crash("bob");
    await freebsd.becomes("MASTER", 10_000);
    for (const address of addresses) await lab.watch.held(address, ["alice"], 2_000);
    expect([...openbsd.refused, ...freebsd.refused]).toEqual([]);
  });
});
