// The programs' own door, /run/heartbeat/programs.sock, with users who are not root: one whom apiauth names listens and
// speaks, and commands nothing; one whom it does not name gets nothing, and costs nobody a heartbeat.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { built, HB, half, hb, settled, startAgent, status } from "./agent.ts";
import { configure } from "./conf.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);

const SHARED = "10.77.0.100";
const BUN = join(import.meta.dir, "../../node_modules/.bin/bun");
const BAD = join(import.meta.dir, "baddoor.ts");

/** The command line as another user, without any privilege. */
function as(user: "nobody" | "daemon", ...words: readonly string[]): string[] {
  const uid = [`--reuid=${user}`, `--regid=${user === "nobody" ? "nogroup" : user}`];
  return ["setpriv", ...uid, "--clear-groups", "--no-new-privs", ...words];
}

async function started(lab: Lab): Promise<readonly [alice: Host, bob: Host]> {
  const [alice, bob] = [lab.host("alice"), lab.host("bob")];
  configure(lab, { resources: [`alice ${SHARED}/24/eth0`], extra: ["apiauth deploy uid=nobody"] });
  for (const host of [alice, bob]) {
    // As hb.service makes it; by Heartbeat's package it is for the group haclient alone.
    expect((await host.exec(["chmod", "755", "/run/heartbeat"])).code).toBe(0);
    startAgent(host);
  }
  for (const host of [alice, bob]) await settled(host);
  return [alice, bob];
}

test("hb listen and hb send of a user whom apiauth names reach the cluster, and nothing else of his does", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "door" }, async (lab) => {
    const [alice, bob] = await started(lab);
    const mode = await alice.exec(["stat", "-c", "%a %U", "/run/heartbeat/programs.sock"]);
    expect(mode.stdout).toBe("666 root\n");
    alice.spawn(as("nobody", HB, "listen", "--channel", "deploy", "nodes"), "listen.log");
    await alice.says("log/listen.log", /^node bob active hb$/, SOON_MS);
    expect((await hb(bob, "send", "deploy", "12 is out")).code).toBe(0);
    await alice.says("log/listen.log", /^message deploy bob 12 is out$/, SOON_MS);
    const sent = await alice.exec(as("nobody", HB, "send", "deploy", "done"));
    expect([sent.code, sent.stdout]).toEqual([0, "Sent\n"]);
    await alice.says("log/listen.log", /^message deploy alice done$/, SOON_MS);

    const other = await alice.exec(as("nobody", HB, "send", "backup", "x"));
    expect(other.code).toBe(1);
    expect(other.stderr).toStartWith("Not permitted to use the channel backup");
    const nameless = await alice.exec(as("nobody", HB, "listen"));
    expect(nameless.code).toBe(1);
    expect(nameless.stderr).toStartWith("Not permitted to hear of the cluster");
    for (const words of [["status"], ["standby"], ["takeover"]]) {
      expect((await alice.exec(as("nobody", HB, ...words))).code).toBe(4);
    }
    expect(lab.watch.holders(SHARED)).toEqual(["alice"]);
  });
});

test("hb agent refuses a user whom apiauth does not name, beats on, and serves others beside him", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "door" }, async (lab) => {
    const [alice, bob] = await started(lab);
    const pids = half(alice, "agent");
    const descriptors = () =>
      half(alice, "agent").reduce((all, pid) => all + readdirSync(`/proc/${pid}/fd`).length, 0);
    const before = descriptors();
    const bad = alice.spawn(
      ["sh", "-c", 'sleep 120 | "$@"', "_", ...as("daemon", BUN, BAD)],
      "bad.log",
    );
    const what = "his first report";
    await until({ what, withinMs: 30_000, everyMs: 100 }, () =>
      alice.read("log/bad.log").includes("}\n"),
    );
    const { answers, long, refusals } = JSON.parse(alice.read("log/bad.log")) as {
      answers: string[];
      long: string;
      refusals: number;
    };
    expect(answers).toHaveLength(11);
    for (const answer of answers) {
      expect(answer).toMatch(/^\{"say":"done","ok":false,"text":"(Only|Not permitted)[^\n]*\}\n$/);
    }
    expect([long, refusals]).toEqual(["", 2_000]);

    expect((await alice.exec(as("nobody", HB, "send", "deploy", "x"))).code).toBe(0);
    expect(descriptors()).toBeLessThan(before + 20);
    alice.signal("SIGTERM", /^sleep 120/);
    await bad.exited;
    expect(alice.read("log/bad.log")).toEndWith('{"turnedAway":184}\n');
    await until(
      { what: "the end of his connections", withinMs: SOON_MS },
      () => descriptors() <= before,
    );
    expect(half(alice, "agent")).toEqual(pids);
    expect(lab.watch.holders(SHARED)).toEqual(["alice"]);
    for (const host of [alice, bob]) {
      expect(host.read("log/hb.log")).not.toMatch(/is late|is dead|restarted|must end/);
      const keepaliveMs = 200;
      expect((await status(host))?.pulse.lateMs.worst).toBeLessThan(keepaliveMs);
    }
  });
});
