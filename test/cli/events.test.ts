// `hb events` as a user calls it; no agent runs.

import { afterAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventLines } from "../../src/cli/eventline.ts";
import { parseEvent } from "../../src/desk/journal/event.ts";
import { hb, hbCommand } from "./run.ts";

const root = mkdtempSync("/tmp/hb-events-cli-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const moment = new Date(2026, 10, 27, 3, 0, 0, 123).getTime();
const event = (text: string, more: object = {}) =>
  JSON.stringify({
    v: 1,
    at: moment,
    boot: "b-1",
    node: "alice",
    kind: "dead",
    level: "warn",
    text,
    ...more,
  });

const steps = [
  { what: "start 10.0.0.1", tookMs: 2.1, ok: true },
  { what: "start httpd", tookMs: 1_032, ok: false, text: "exit code 1" },
];
const record = {
  kind: "group",
  level: "info",
  act: "take",
  cause: "bob is dead",
  steps,
  untold: 3,
};

test("eventLines() passes over steps that are none", () => {
  const read = parseEvent(event("torn", { steps: [null, "x", ...steps], cause: 5 }));
  if (read === undefined) throw new Error("It is an event");
  const lines = eventLines(read, (_, text) => text).split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[2]).toEndWith("start httpd failed: exit code 1");
});

function state(...lines: string[]): string {
  const directory = mkdtempSync(join(root, "state-"));
  writeFileSync(join(directory, "hb_events"), lines.map((line) => `${line}\n`).join(""));
  return directory;
}

test("hb events shows local time, kind and text, and the steps of a takeover", () => {
  const directory = state(
    event("bob is dead"),
    event("Group 10.0.0.1 is down", record),
    event("bob is\nback", { boot: "b-2", kind: "member" }),
  );
  const { code, stdout, stderr } = hb("events", "--state-dir", directory);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toBe(
    `2026-11-27 03:00:00.123  dead          bob is dead
2026-11-27 03:00:00.123  group         Group 10.0.0.1 is down
                         because bob is dead
                               2.1 ms  start 10.0.0.1
                            1032.0 ms  start httpd failed: exit code 1
                                       and 3 more
-- the host booted --
2026-11-27 03:00:00.123  member        bob is·back
`,
  );
});

test("hb events --json prints each event as it stands in the journal", () => {
  const lines = [event("one"), event("two", record)];
  const directory = state(lines[0] ?? "", "torn", lines[1] ?? "");
  const { stdout } = hb("events", "--json", "--state-dir", directory);
  expect(stdout).toBe(`${lines.join("\n")}\n`);
});

test("hb events --since leaves out what was before", () => {
  const directory = state(event("old"), event("new", { at: moment + 60_000 }));
  const { stdout } = hb("events", "--since", "2026-11-27T03:01", "--state-dir", directory);
  expect(stdout).toEndWith("dead          new\n");
  expect(stdout).not.toContain("old");
  const none = hb("events", "--since", "2026-11-27T03:02", "--state-dir", directory);
  expect(none).toMatchObject({ code: 0, stdout: "", stderr: "No events since then\n" });
});

test("hb events --since with no moment is a usage error that shows the forms", () => {
  const { code, stderr } = hb("events", "--since", "soon", "--state-dir", root);
  expect(code).toBe(2);
  expect(stderr).toContain('Unknown time "soon"');
  expect(stderr).toContain("2026-11-27T03:00");
});

test("hb events says when there is no journal", () => {
  const directory = mkdtempSync(join(root, "state-"));
  const { code, stdout, stderr } = hb("events", "--state-dir", directory);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toBe(`No events in ${directory}: no agent has run with it\n`);
});

test("hb events --follow shows the last ten, then what comes, until Ctrl-C", async () => {
  const directory = state(...Array.from({ length: 12 }, (_, n) => event(`old ${n}`)));
  const follower = Bun.spawn(hbCommand("events", "-f", "--state-dir", directory), {
    stdout: "pipe",
  });
  let seen = "";
  const until = async (text: string) => {
    for await (const bytes of follower.stdout) {
      seen += Buffer.from(bytes).toString();
      if (seen.includes(text)) return;
    }
  };
  // One reader for both waits: a stream that was left cannot be entered again.
  const end = until("never said");
  while (!seen.includes("old 11")) await Bun.sleep(20);
  expect(seen).not.toContain("old 1\n");
  expect(seen).toContain("old 2\n");
  appendFileSync(join(directory, "hb_events"), `${event("news")}\n`);
  while (!seen.includes("news")) await Bun.sleep(20);
  follower.kill("SIGINT");
  await end;
  expect(await follower.exited).toBe(0);
}, 30_000);

test("hb events --follow ends when nobody reads it any more", async () => {
  const directory = state(event("first"));
  const words = hbCommand("events", "-f", "--state-dir", directory).join(" ");
  const reader = Bun.spawn(["sh", "-c", `${words} | head -1`], { stdout: "pipe" });
  const writing = setInterval(() => {
    appendFileSync(join(directory, "hb_events"), `${event("more")}\n`);
  }, 50);
  expect(await new Response(reader.stdout).text()).toContain("first");
  expect(await reader.exited).toBe(0);
  clearInterval(writing);
}, 30_000);
