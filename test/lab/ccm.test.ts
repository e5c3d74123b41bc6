// The membership with consensus on running agents: Heartbeat's ccm_testclient and cl_status hear of it as from the
// real ccm; and with the real ccm of Heartbeat 3.0.6 on the other node, one membership comes of it.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, hb, startAgent, status } from "./agent.ts";
import { configure } from "./conf.ts";
import { startHeartbeat, withHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);

const programs = "/usr/libexec/heartbeat";
const hacluster = ["setpriv", "--reuid=hacluster", "--regid=haclient", "--clear-groups"];

function listen(host: Host): void {
  host.spawn([...hacluster, `${programs}/ccm_testclient`], "testclient");
}

/** What it said: the event, the number of the membership, its members. */
function heardBy(host: Host): string[] {
  return eventsIn(host.read("log/testclient"));
}

function eventsIn(log: string): string[] {
  const [, ...events] = log.split(/mem_handle_event: Got an event /);
  return events.map((event) => {
    const [, kind = ""] = /^(\w+)/.exec(event) ?? [];
    const [, number = ""] = /: instance=(\d+)/.exec(event) ?? [];
    const [, list = ""] = /IN THE PRIMARY MEMBERSHIP\n([\s\S]*?)MY NODE/.exec(event) ?? [];
    const names = [...list.matchAll(/uname=(\w+)/g)].map((each) => each[1] ?? "");
    return [kind, number, ...names.toSorted()].join(" ").trim();
  });
}

/** Waits until an agent knows exactly these as members; the number of that membership. */
async function members(host: Host, names: readonly string[]): Promise<number> {
  const wanted = names.toSorted().join(" ");
  return until({ what: `${host.name} to know ${wanted}`, withinMs: SOON_MS }, async () => {
    const { membership } = (await status(host)) ?? {};
    const known = membership?.members.map(({ name }) => name);
    return known?.toSorted().join(" ") === wanted ? membership?.transition : undefined;
  });
}

function agreed(transition: number, names: readonly string[]): string {
  return `OC_EV_MS_NEW_MEMBERSHIP ${transition} ${names.toSorted().join(" ")}`;
}

/** Waits until ccm_testclient hears of exactly these in this membership. */
async function hears(host: Host, transition: number, names: readonly string[]): Promise<void> {
  const wanted = agreed(transition, names);
  await until({ what: `${host.name} to hear ${wanted}`, withinMs: SOON_MS }, () =>
    heardBy(host).includes(wanted),
  );
}

test("ccm_testclient hears of a split and a heal among three agents with membership on", async () => {
  const nodes = ["alice", "bob", "carol"];
  await withLab({ hosts: nodes }, async (lab) => {
    await built();
    configure(lab, { resources: [], extra: ["membership on", "realtime off"] });
    for (const host of lab.hosts) startAgent(host);
    const [alice, carol] = [lab.host("alice"), lab.host("carol")];
    const first = await members(alice, nodes);
    expect(await members(carol, nodes)).toBe(first);
    listen(alice);
    await hears(alice, first, nodes);
    const { stdout } = await alice.exec([...hacluster, "cl_status", "hbstatus", "-v"]);
    expect(stdout).toContain(`ccm membership with quorum\n\tinstance ${first}\n\tmembers 3\n`);
    await lab.cut("carol");
    const second = await members(alice, ["alice", "bob"]);
    await hears(alice, second, ["alice", "bob"]);
    const alone = await members(carol, ["carol"]);
    expect((await status(carol))?.membership?.quorum).toBe(false);
    expect((await hb(carol, "status")).stdout).toContain("no quorum  carol  led by carol");
    await lab.mend("carol");
    const third = await members(alice, nodes);
    expect(await members(carol, nodes)).toBe(third);
    await hears(alice, third, nodes);
    expect(third).toBeGreaterThan(Math.max(second, alone));
    expect(second).toBeGreaterThan(first);
  });
});

test("hb agent and the real ccm of 3.0.6 agree on a membership, and again after a partition", async () => {
  await withHeartbeat({ hosts: ["alice", "bob"] }, async (lab) => {
    await built();
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const cluster = { resources: [], keepalive: "500ms", warntime: "2", deadtime: "3" } as const;
    configure(lab, { ...cluster, extra: ["membership on", "realtime off"] }, [alice]);
    configure(lab, { ...cluster, extra: [`respawn hacluster ${programs}/ccm`] }, [bob]);
    startAgent(alice);
    await startHeartbeat(bob);
    const both = ["alice", "bob"];
    const first = await members(alice, both);
    listen(bob);
    await hears(bob, first, both);
    await lab.cut("bob");
    await members(alice, ["alice"]);
    await until({ what: "bob to be alone", withinMs: SOON_MS }, () =>
      heardBy(bob).some((each) => /MEMBERSHIP \d+ bob$/.test(each)),
    );
    await lab.mend("bob");
    // 3.0.6 begins anew as a whole when a partition heals, its ccm and the programs that listened to it.
    await until({ what: "both to agree again", withinMs: 2 * SOON_MS }, async () => {
      const number = await members(alice, both);
      const client = [...hacluster, "timeout", "1", `${programs}/ccm_testclient`];
      const { stdout, stderr } = await bob.exec(client);
      const heard = eventsIn(stdout + stderr);
      return number > first + 1 && heard.at(-1) === agreed(number, both);
    });
  });
});
