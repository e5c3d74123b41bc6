// `hb wait`: what is missing in a snapshot, and the command beside an agent made up for it.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { awaitedOf, missing } from "../../src/cli/awaited.ts";
import type { GroupView, Snapshot } from "../../src/core/snapshot.ts";
import { Control } from "../../src/desk/control.ts";
import { plainSnapshot } from "../plainsnapshot.ts";
import { hb, hbCommand } from "./run.ts";

const root = mkdtempSync("/tmp/hb-wait-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

function group(holder: string | null, state: string, key = "10.0.0.1"): GroupView {
  return { key, owner: "alice", resources: [key], holder, state, why: "a rule" };
}

function snapshot(groups: readonly GroupView[], more: Partial<Snapshot> = {}): Snapshot {
  return plainSnapshot({ resources: "local", groups, ...more });
}

test.each([
  ["active", { what: "active" }],
  ["stable", { what: "stable" }],
  ["holder=10.0.0.1", { what: "holder", group: "10.0.0.1" }],
  ["holder=10.0.0.1@Bob", { what: "holder", group: "10.0.0.1", node: "bob" }],
  ["holder=db::a@b@bob", { what: "holder", group: "db::a@b", node: "bob" }],
  ["", undefined],
  ["holder", undefined],
  ["holder=", undefined],
  ["holder=@bob", undefined],
  ["holder=10.0.0.1@", undefined],
  ["Active", undefined],
] as const)("awaitedOf(%j)", (text, awaited) => {
  expect(awaitedOf(text)).toEqual(awaited);
});

const mine = snapshot([group("alice", "held")]);

test.each([
  ["active", mine, undefined],
  ["active", snapshot([], { state: "up" }), "alice is not active: it is up"],
  ["stable", mine, undefined],
  ["stable", snapshot([]), undefined],
  ["stable", snapshot([group("bob", "idle")]), undefined],
  ["stable", snapshot([group("bob", "failed")]), undefined],
  ["stable", snapshot([], { state: "leaving" }), "alice is not active: it is leaving"],
  [
    "stable",
    snapshot([group("alice", "held"), group(null, "starting", "10.0.0.2")]),
    "nobody holds 10.0.0.2: it is starting here, a rule",
  ],
  ["stable", snapshot([group("alice", "unsure")]), "10.0.0.1 is unsure here: a rule"],
  [
    "stable",
    snapshot([group("bob", "stopping")]),
    "10.0.0.1 is held by bob and still stopping here",
  ],
  [
    "stable",
    snapshot([group("alice", "held")], { resources: "transition" }),
    "groups are still being moved",
  ],
  ["holder=10.0.0.1", mine, undefined],
  ["holder=10.0.0.1@alice", mine, undefined],
  ["holder=10.0.0.1@bob", mine, "10.0.0.1 is held by alice, not by bob: a rule"],
  ["holder=10.0.0.1@bob", snapshot([group("bob", "idle")]), undefined],
  [
    "holder=10.0.0.1@alice",
    snapshot([group(null, "starting")]),
    "nobody holds 10.0.0.1: it is starting here, a rule",
  ],
  ["holder=10.0.0.1", snapshot([group("bob", "idle", "10.0.0.1/24/eth0")]), undefined],
  ["holder=10.0.0.1", snapshot([group("bob", "idle", "IPaddr2::10.0.0.1/24")]), undefined],
  [
    "holder=10.0.0.1@alice",
    snapshot([group("bob", "idle", "10.0.0.1/24/eth0"), group("bob", "idle", "10.0.0.10")]),
    "10.0.0.1/24/eth0 is held by bob, not by alice: a rule",
  ],
  ["holder=10.0.0.1", snapshot([group(null, "idle", "10.0.0.1/24"), ...mine.groups]), undefined],
  [
    "holder=10.0.0.1",
    snapshot([group("bob", "idle", "10.0.0.1/24"), group("bob", "idle", "IPaddr::10.0.0.1")]),
    "10.0.0.1 may be each of 10.0.0.1/24, IPaddr::10.0.0.1: write the whole name",
  ],
  ["holder=10.0.0.9", mine, "there is no group 10.0.0.9: there are 10.0.0.1"],
  ["holder=10.0.0.9", snapshot([]), "there is no group 10.0.0.9: there are none"],
] as const)("missing() for %s, case %#", (text, seen, sentence) => {
  const awaited = awaitedOf(text);
  expect(awaited && missing(awaited, seen)).toBe(sentence);
});

test.each([
  [["--for", "soon"], 'Cannot wait for "soon"'],
  [["--for", "stable", "--timeout", "long"], '"--timeout" must be a time'],
  [[], 'Missing option "--for"'],
])("hb wait %j is a usage error", (words, message) => {
  const { code, stderr } = hb("wait", "--run-dir", root, ...words);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test("hb wait without an agent ends with 7 when the time is over", () => {
  const { code, stdout, stderr } = hb(
    "wait",
    "--for",
    "active",
    "--timeout",
    "250ms",
    "--run-dir",
    root,
  );
  expect(code).toBe(7);
  expect(stdout).toBe("");
  expect(stderr).toStartWith(`Not so after 250 ms: The agent is not running with ${root}`);
});

/** An agent that shows these one after the other, undefined while it starts; the last one for ever. */
async function agent(run: string, ...shows: readonly (Snapshot | undefined)[]): Promise<Control> {
  const left = [...shows];
  return await Control.listen(join(run, "hb.sock"), async () => {
    const shown = left.length > 1 ? left.shift() : left[0];
    return { say: "done", ok: true, text: "", ...(shown && { snapshot: shown }) };
  });
}

function waiting(run: string, ...words: readonly string[]) {
  return Bun.spawn(hbCommand("wait", "--run-dir", run, ...words), { stderr: "pipe" });
}

test("hb wait waits for an agent that starts, and for all that it shall be", async () => {
  const run = mkdtempSync(join(root, "run-"));
  const wait = waiting(run, "--for", "active", "--for", "holder=10.0.0.1@alice", "--timeout", "1m");
  const control = await agent(run, undefined, snapshot([group(null, "starting")]), mine);
  expect(await wait.exited).toBe(0);
  expect(await new Response(wait.stderr).text()).toBe("");
  control.close();
}, 60_000);

test("hb wait says what was missing when the time is over", async () => {
  const run = mkdtempSync(join(root, "run-"));
  const control = await agent(run, mine);
  const wait = waiting(run, "--for", "holder=10.0.0.1@bob", "--timeout", "200ms");
  expect(await wait.exited).toBe(1);
  const said = "Not so after 200 ms: 10.0.0.1 is held by alice, not by bob: a rule\n";
  expect(await new Response(wait.stderr).text()).toBe(said);
  control.close();
}, 60_000);
