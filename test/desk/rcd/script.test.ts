// Which scripts of rc.d are run, and which are not.

import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rcScripts, rcSentence, whyNotRun } from "../../../src/desk/rcd/script.ts";

const directory = mkdtempSync(join(tmpdir(), "hb-rcd-"));
afterAll(() => rmSync(directory, { recursive: true }));

const rcd = join(directory, "rc.d");
const script = "#!/bin/sh\nlogger told\n";
mkdirSync(join(rcd, "folder"), { recursive: true });
const files: Readonly<Record<string, string>> = {
  mytype: script,
  MyType: script,
  Lonely: script,
  status: script,
  ifstat: "#!/bin/sh\n/usr/share/heartbeat/ResourceManager takegroup $HA_node\n",
  "ip-request": script,
  ask_resources: script,
  starting: script,
  "status.dpkg-old": script,
  "-x": script,
  "back~": script,
  large: `${script}${"#".repeat(1024 * 1024)}`,
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(join(rcd, name), text, { mode: 0o755 });
}
writeFileSync(join(rcd, "plain"), script, { mode: 0o644 });
symlinkSync("/nowhere/at/all", join(rcd, "broken"));
symlinkSync(join(rcd, "ifstat"), join(rcd, "linked"));

const moves = "hb moves groups itself";
const keeps = "the daemon keeps such messages for itself";
const named = `it names ResourceManager, and ${moves}`;
const odd = "its name is none of a message";

test("rcScripts() runs a user's own scripts, and none that moves groups or has no message", () => {
  const found = Object.fromEntries(rcScripts(rcd, true).map(({ name, why }) => [name, why]));
  expect(found).toEqual({
    mytype: undefined,
    MyType: undefined,
    status: undefined,
    ifstat: named,
    linked: named,
    "ip-request": moves,
    ask_resources: moves,
    starting: keeps,
    "status.dpkg-old": odd,
    "-x": odd,
    "back~": odd,
    large: "it is longer than 1048576 bytes",
    // Heartbeat runs the one without capitals.
    Lonely: `there is no program ${rcd}/lonely`,
    folder: `there is no program ${rcd}/folder`,
    plain: `there is no program ${rcd}/plain`,
    broken: `there is no program ${rcd}/broken`,
  });
});

test("rcScripts() runs none where groups are Pacemaker's", () => {
  const reasons = new Set(rcScripts(rcd, false).map(({ why }) => why));
  expect([...reasons]).toEqual(["hb moves no groups here"]);
});

test("rcScripts() finds nothing where there is no rc.d", () => {
  expect(rcScripts(join(directory, "none"), true)).toEqual([]);
  expect(rcSentence(directory, [])).toBeUndefined();
});

test("rcSentence() names all of them, those for the same reason together", () => {
  const scripts = [
    { name: "a" },
    { name: "b", why: moves },
    { name: "c", why: odd },
    { name: "d", why: moves },
  ];
  expect(rcSentence("/etc/ha.d/rc.d", scripts)).toBe(
    `/etc/ha.d/rc.d: run for messages: a; not run: b, d (${moves}); c (${odd})`,
  );
  expect(rcSentence("rc.d", scripts.slice(1, 2))).toBe(
    `rc.d: no script is run; not run: b (${moves})`,
  );
});

const shipped = "/etc/ha.d/rc.d";

test.skipIf(!existsSync(join(shipped, "status")))(
  "whyNotRun() lets none of those be run that come with Heartbeat",
  () => {
    for (const name of [
      "status",
      "ip-request",
      "ip-request-resp",
      "ask_resources",
      "hb_takeover",
    ]) {
      expect(whyNotRun(shipped, name)).toEndWith(moves);
    }
  },
);
