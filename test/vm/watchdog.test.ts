// A machine whose agent hangs is reset by its hardware, at the time that docs/watchdog.md promises; one
// whose agent leaves, whose pulse dies or whose script hangs is not.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { stays, until, wallMs } from "../lab/until.ts";
import { withMachines } from "./lab.ts";
import type { Machine } from "./machine.ts";
import { CALM } from "./story.ts";

setDefaultTimeout(240_000);

const ADDRESS = "10.77.0.100";
const DEADTIME_MS = CALM.deadtimeS * 1_000;
/** Deadtime and 10 ms in whole seconds. */
const TIMEOUT_MS = DEADTIME_MS + 1_000;
/** What an emulated processor beside others may be late: bounds are for the clocks in it. */
const SLOW_MS = 3_000;
/** A script that hangs is ended after this, which is longer than the watchdog would wait. */
const SCRIPT_MS = 10_000;

/** Time for a pulse to start anew where emulated processors are shared. */
const LONG_S = 30;

function configure(machine: Machine, deadtimeS: number = CALM.deadtimeS): void {
  machine.write(
    "ha.d/ha.cf",
    [
      "use_logd off\nhbgenmethod time\nuuidfrom nodename\nlogfile /var/log/ha-log",
      `keepalive ${CALM.keepaliveS}\ndeadtime ${deadtimeS}\ninitdead ${LONG_S}\nbcast eth0\nnode alice bob`,
      `auto_failback on\non_stop_failure ignore\nresource_timeout ${SCRIPT_MS}ms`,
      `${machine.name === "alice" ? "watchdog /dev/watchdog0" : ""}\n`,
    ].join("\n"),
  );
  machine.write("ha.d/authkeys", "auth 1\n1 sha1 lab-secret\n", 0o600);
  machine.write("ha.d/haresources", `alice ${ADDRESS}/24/eth0\nalice hangs\n`);
  const hangs = machine.name === "alice" ? '[ "$1" != start ] || sleep 1000' : "true";
  machine.write("ha.d/resource.d/hangs", `#!/bin/sh\n${hangs}\n`, 0o755);
}

async function start(machine: Machine): Promise<void> {
  await machine.must("hb agent --state-dir /run/state >>/var/log/hb.log 2>&1 & echo $!");
}

/** Waits until a line of the agent's log fits that was not there before `from` bytes. */
async function logged(machine: Machine, pattern: RegExp, from = 0): Promise<void> {
  await until({ what: `${machine.name} to log ${pattern}`, withinMs: 60_000 }, () =>
    pattern.test(machine.read("log/hb.log").slice(from)),
  );
}

async function watchdogOf(machine: Machine) {
  const said = await machine.must("hb status --json");
  return (JSON.parse(said) as Snapshot).pulse.watchdog;
}

/** Signals the agent or its pulse; the brackets keep the shell from finding itself. */
function signal(machine: Machine, name: string, what: "agent" | "pulse"): Promise<string> {
  return machine.must(`kill -${name} $(ps | awk '/[h]b ${what}/ { print $1 }')`);
}

/** Reads the files again with another deadtime; returns when the watchdog has its timeout. */
async function reload(machine: Machine, deadtimeS: number): Promise<void> {
  const from = machine.read("log/hb.log").length;
  configure(machine, deadtimeS);
  await signal(machine, "HUP", "agent");
  await logged(machine, new RegExp(`resets this host ${deadtimeS + 1} s after`), from);
}

/** The machine is left alone for longer than its watchdog would wait. */
async function survives(machine: Machine): Promise<void> {
  const what = `${machine.name} is on`;
  await stays({ what, withinMs: TIMEOUT_MS + SLOW_MS }, () => machine.isOn);
}

function wasReset(machine: Machine): boolean {
  return machine.happenings.some(({ event }) => event === "WATCHDOG");
}

test("the watchdog resets a machine that hangs, and no other", async () => {
  const plan = { machines: ["alice", "bob"], watchdogs: ["alice"] };
  await withMachines(plan, async (lab) => {
    const [alice, bob] = [lab.machine("alice"), lab.machine("bob")];
    for (const machine of [alice, bob]) configure(machine);
    const held = (by: string) => lab.watch.held(ADDRESS, [by], 60_000);
    const state = () => alice.must("cat /sys/class/watchdog/watchdog0/state");

    // A script hangs for longer than the watchdog waits.
    await Promise.all([start(alice), start(bob)]);
    await held("alice");
    expect(await watchdogOf(alice)).toEqual({
      device: "/dev/watchdog0",
      timeoutS: TIMEOUT_MS / 1000,
      identity: "i6300ESB timer",
      firmware: 0,
      features: ["settimeout", "magicclose", "keepaliveping"],
      nowayout: false,
    });
    await logged(alice, /hangs.*(timed out|longer than)/);
    expect(await state()).toBe("active\n");

    // The pulse is killed, and the next one opens what the kernel has kept running.
    await reload(alice, LONG_S);
    const killedAt = alice.read("log/hb.log").length;
    await signal(alice, "KILL", "pulse");
    await logged(alice, new RegExp(`resets this host ${LONG_S + 1} s after`), killedAt);
    expect((await watchdogOf(alice))?.trouble).toBeUndefined();
    expect(alice.console()).toContain("watchdog did not stop!");
    await reload(alice, CALM.deadtimeS);

    // A graceful leave.
    await signal(alice, "TERM", "agent");
    await held("bob");
    await logged(alice, /The agent has ended/);
    await survives(alice);
    expect(await state()).toBe("inactive\n");

    // The pulse hangs: the others take over first, the reset comes at most T - D later.
    await start(alice);
    await held("alice");
    let from = wallMs();
    await signal(alice, "STOP", "pulse");
    let offAt = await alice.off(TIMEOUT_MS + SLOW_MS);
    await held("bob");
    expect(wasReset(alice)).toBe(true);
    const takenAt = lab.watch
      .since(ADDRESS, from)
      .find(({ host, up }) => host === "bob" && up)?.atMs;
    expect(offAt - (takenAt ?? 0)).toBeLessThan(TIMEOUT_MS - DEADTIME_MS + SLOW_MS);
    expect(alice.read("log/hb.log")).toMatch(/The pulse .* is silent/);

    // The agent hangs: the pulse ends deadtime later, the reset comes T after that.
    await alice.boot();
    await start(alice);
    await held("alice");
    from = wallMs();
    await signal(alice, "STOP", "agent");
    offAt = await alice.off(DEADTIME_MS + TIMEOUT_MS + SLOW_MS);
    expect(wasReset(alice)).toBe(true);
    expect(offAt - from).toBeGreaterThan(TIMEOUT_MS);
    await held("bob");
  });
});
