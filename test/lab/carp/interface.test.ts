// What becomes of an interface: its cable, its being up, its address, itself; beside the real ucarp.

import { expect, setDefaultTimeout, test } from "bun:test";
import { until, wallMs } from "../until.ts";
import { AT_ONCE_MS, besideUcarp, DEAD_MS, GRID_MS, VIP } from "./besideucarp.ts";

setDefaultTimeout(120_000);

test.concurrent("hb lets go without a carrier, and is back as soon as it may", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    await run.hb("alice", "--preempt");
    await run.held(["alice"], 10_000);
    await run.ucarp("bob", "-k", "50");
    await run.stays(["alice"], 1_500);
    await run.lab.script("linkdown", "alice");
    await until({ what: "alice to let go", withinMs: AT_ONCE_MS }, () => {
      return !run.lab.watch.holders(VIP).includes("alice");
    });
    await run.held(["bob"], DEAD_MS + 2 * GRID_MS + AT_ONCE_MS);
    expect((await run.router("alice"))?.demoted.join()).toContain("carrier");
    const from = wallMs();
    await run.lab.script("linkup", "alice");
    await run.held(["alice"], 1_300 + GRID_MS + AT_ONCE_MS);
    expect(run.lab.watch.overlapMs(VIP, from)).toBeLessThan(GRID_MS + AT_ONCE_MS);
  });
});

test.concurrent("hb survives that its interface is set down, and made anew", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    const alice = run.host("alice");
    const ip = (line: string) => alice.exec(["ip", ...line.split(" ")]);
    await run.hb("alice", "--preempt");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "50");
    await ip("link set eth0 down");
    await run.held(["bob"], DEAD_MS + AT_ONCE_MS);
    await ip("link set eth0 up");
    await run.held(["alice"], 1_300 + AT_ONCE_MS);

    // Another interface of that name, with another index; it is the same to hb.
    await ip("link set eth0 down");
    await ip("link set eth0 name old0");
    await run.held(["bob"], DEAD_MS + AT_ONCE_MS);
    await ip("link add link old0 name eth0 type macvlan mode bridge");
    await ip("addr flush dev old0");
    await ip("link set old0 up");
    await ip(`addr add ${alice.address()}/24 dev eth0`);
    await ip("link set eth0 up");
    await run.held(["alice"], 2_300 + AT_ONCE_MS);
    expect((await run.router("bob"))?.heard?.from).toBe(alice.address());
  });
});

test.concurrent("hb with --ignoreifstate stays master without a carrier, as ucarp does", async () => {
  await besideUcarp(["alice"], async (run) => {
    await run.hb("alice", "--ignoreifstate");
    await run.held(["alice"], 10_000);
    await run.lab.script("linkdown", "alice");
    await run.stays(["alice"], 2_500);
    expect((await run.router("alice"))?.state).toBe("master");
  });
});

test.concurrent("hb speaks from the address that its interface gets, and puts back what is taken", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    const alice = run.host("alice");
    const ip = (line: string) => alice.exec(["ip", ...line.split(" ")]);
    await run.hb("alice");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "50");
    const from = () => run.router("bob").then((view) => view?.heard?.from);
    const wait = { withinMs: 4_000, everyMs: 100 };
    await until(
      { what: "the first address", ...wait },
      async () => (await from()) === "10.77.0.11",
    );
    // Of another width: an address of the same network would go with the first one, and hb without any
    // address is no master, however short that is.
    await ip("addr add 10.77.0.99/16 dev eth0");
    await ip("addr del 10.77.0.11/24 dev eth0");
    await until(
      { what: "the second address", ...wait },
      async () => (await from()) === "10.77.0.99",
    );
    const takenAt = wallMs();
    expect((await ip(`addr del ${VIP}/24 dev eth0`)).code).toBe(0);
    await until({ what: "the address gone and back", withinMs: AT_ONCE_MS }, () => {
      return run.lab.watch.since(VIP, takenAt).length > 1;
    });
    const changes = run.lab.watch.since(VIP, takenAt);
    expect(changes.map(({ host, up }) => [host, up])).toEqual([
      ["alice", false],
      ["alice", true],
    ]);
    expect((await run.router("bob"))?.state).toBe("backup");
  });
});
