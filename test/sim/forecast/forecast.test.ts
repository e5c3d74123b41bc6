// Forecasts beside the laws of time, and remedies that are shown to help.

import { expect, setDefaultTimeout, test } from "bun:test";
import { rowsOf } from "../../../src/cli/simulate/chart.ts";
import { explore } from "../../../src/sim/forecast/explore.ts";
import type { Fault } from "../../../src/sim/forecast/fault.ts";
import { type Forecast, forecast, lengthOf } from "../../../src/sim/forecast/forecast.ts";
import { harms } from "../../../src/sim/forecast/harm.ts";
import { remediesFor, withLines } from "../../../src/sim/forecast/remedy.ts";
import type { Site } from "../../../src/sim/forecast/site.ts";
import { siteOf, twoNodes, web } from "./cluster.ts";

// Rows of whole runs, on whatever machine.
setDefaultTimeout(60_000);

function foretold(site: Site, ...faults: readonly Fault[]): Forecast {
  return forecast(site, { faults, endMs: lengthOf(faults, site), told: true });
}

function waitMs({ groups }: Forecast, n = 1): number {
  const { from = 0, to = Number.POSITIVE_INFINITY } = groups[0]?.waits[n] ?? {};
  return to - from;
}

const killAt = (at: number): Fault => ({ at, kind: "kill", node: "alice" });

test.each([0, 250, 500, 750, 999])(
  "forecast() of a death %d ms after a second waits for deadtime and the scripts",
  (ms) => {
    const wait = waitMs(foretold(siteOf(), killAt(20_000 + ms)));
    // Silence counts from the last heartbeat; a status of 0.1 s comes before a start of 1 s.
    expect(wait).toBeWithin(5_000 - 1_000 + 1_100, 5_000 + 1_100 + 50);
  },
);

test.each([
  ["deadtime 5", "deadtime 20", 15_000],
  ["keepalive 1", "keepalive 500ms", 0],
])("forecast() with %s as %s waits %d ms longer", (line, other, moreMs) => {
  const before = waitMs(foretold(siteOf(), killAt(40_000)));
  const after = waitMs(foretold(siteOf(twoNodes.replace(line, other)), killAt(40_000)));
  expect(Math.abs(after - before - moreMs)).toBeLessThanOrEqual(1_000);
});

test("forecast() counts the time of each script", () => {
  const slow = siteOf(twoNodes, web, { scriptMs: 3_000 });
  const special = siteOf(twoNodes, web, { scriptMsOf: new Map([["httpd", 3_000]]) });
  expect(waitMs(foretold(slow, killAt(40_000)))).toBe(waitMs(foretold(special, killAt(40_000))));
  // The start of one second became one of three, and its status one of 0.3 s; what a node says while
  // it starts moves its heartbeats a little.
  const plain = waitMs(foretold(siteOf(), killAt(40_000)));
  expect(waitMs(foretold(slow, killAt(40_000))) - plain).toBeWithin(2_000, 2_600);
});

test("forecast() of a hand-over waits for the scripts alone, and nothing is up twice", () => {
  const told = foretold(siteOf(), { at: 20_000, kind: "standby", node: "alice", set: "all" });
  expect(waitMs(told)).toBeWithin(1_000 + 1_100, 1_000 + 1_100 + 50);
  expect(told.groups[0]?.doubles).toEqual([]);
  expect(told.entries.some(({ kind }) => kind === "answer")).toBe(true);
});

test("forecast() shows a virtual router like a group that nobody owns", () => {
  const site = siteOf(`${twoNodes}carp eth0 42 10.0.0.200/24 passfile=/pass\n`);
  const { groups } = foretold(site, killAt(20_000));
  expect(groups.map(({ key, owner }) => [key, owner])).toEqual([
    ["10.0.0.100/24/eth0", "alice"],
    ["eth0/42", ""],
  ]);
  expect(groups[1]?.moments.at(-1)?.holders).toEqual(["bob"]);
  // carp's dead time is three adverts.
  expect((groups[1]?.waits[1]?.to ?? 0) - 20_000).toBeWithin(2_000, 3_050);
});

const partition: Fault = { at: 20_000, kind: "part", sides: [["alice"], ["bob"]], links: ["eth0"] };
const nap: Fault[] = [
  { at: 20_000, kind: "freeze", node: "alice" },
  { at: 40_000, kind: "thaw", node: "alice" },
];

test.each([
  ["a partition", [partition], "", [["bcast eth1"]]],
  [
    "a pulled plug",
    [{ at: 20_000, kind: "unplug", node: "alice", link: "eth0" }],
    "",
    [["bcast eth1", "ping ROUTER"]],
  ],
  [
    "a plug of the clients",
    [{ at: 20_000, kind: "unplug", node: "alice", link: "eth0" }],
    "bcast eth1\n",
    [["ping ROUTER"]],
  ],
  ["a nap", nap, "", [["watchdog /dev/watchdog"]]],
  [
    "a killed agent with addresses for good",
    [{ at: 20_000, kind: "crash", node: "alice" }],
    "address_lease off\n",
    [["watchdog /dev/watchdog"]],
  ],
  [
    "the death of both",
    [killAt(20_000), { at: 40_000, kind: "kill", node: "bob" }],
    "",
    [["node carol"]],
  ],
  ["the death of one", [killAt(20_000)], "", undefined],
] as [string, Fault[], string, string[][] | undefined][])(
  "remediesFor() %s knows what is shown to help",
  (_, faults, more, lines) => {
    const site = siteOf(`${twoNodes}${more}`);
    const run = { faults, endMs: lengthOf(faults, site) + 40_000 };
    const all = harms(site, forecast(site, run));
    const [harm] = all;
    if (lines === undefined) {
      expect(all).toEqual([]);
      return;
    }
    if (harm === undefined) throw new Error("no harm");
    const remedies = remediesFor(site, { ...run, harm, harms: all });
    expect(remedies.map((remedy) => [...remedy.lines])).toEqual(lines);
    for (const remedy of remedies) {
      expect(remedy.ms).toBeLessThanOrEqual(harm.ms / 2);
      expect(withLines(site, remedy.lines)).toBeDefined();
    }
  },
);

function explored(site: Site, pairs: number) {
  const steps = explore(site, pairs);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

const addressOnly = "alice 10.0.0.100/24/eth0\n";

test("explore() ranks two holders before none, one fault before two, and repeats itself", () => {
  const site = siteOf(twoNodes, addressOnly);
  const { findings, tried, left } = explored(site, 24);
  expect(tried).toBe(1 + 15 + 24);
  expect(left).toBeGreaterThan(0);
  const [first] = findings;
  expect(first).toMatchObject({ faultCount: 1, harm: { kind: "twice", lasts: true } });
  expect(first?.ways[0]?.name).toBe("eth0 is parted: alice | bob");
  const ranks = findings.map(
    ({ harm, faultCount }) => (harm.kind === "none" ? 2 : 0) + faultCount - 1,
  );
  expect(ranks).toEqual(ranks.toSorted());
  expect(ranks).toContain(3);
  const again = explored(siteOf(twoNodes, addressOnly), 24).findings;
  expect(JSON.stringify(again)).toBe(JSON.stringify(findings));
});

test("explore() finds nothing to say of one fault where everything is twice but the hosts", () => {
  const good = `${twoNodes}bcast eth1\nping 10.0.0.254\nwatchdog /dev/watchdog\naddress_lease 4\n`;
  const { findings } = explored(siteOf(good, addressOnly), 0);
  // All links parted at once are one fault here, and no line prevents what lets all of them fail.
  const [parted, ...others] = findings;
  expect(parted?.ways.map(({ sort }) => sort)).toEqual(["part"]);
  expect(others.filter(({ harm }) => harm.lasts)).toEqual([]);
});

test("rowsOf() draws who holds what, and when nobody answers", () => {
  const { groups, endMs } = foretold(siteOf(), killAt(20_000));
  const [group] = groups;
  if (group === undefined) throw new Error("no group");
  const [alice = "", bob = "", waiting = ""] = rowsOf(group, ["alice", "bob"], endMs);
  expect(alice).toMatch(/^alice {6}▒+█+·+$/);
  expect(bob).toMatch(/^bob {8}·+▒+█+$/);
  expect(waiting).toMatch(/^no answer {2}!+ +!+$/);
  // Where the second row of marks is, alice is gone and bob not yet there.
  const at = waiting.lastIndexOf("!");
  expect([alice[at], bob[at]]).not.toContain("█");
});
