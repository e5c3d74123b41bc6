// The forms of log_format, and the words of Heartbeat 3.0.6 in the classic one.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Level } from "../../src/core/effect.ts";
import { ClassicVoice } from "../../src/desk/classicword.ts";
import type { Line } from "../../src/desk/line.ts";
import { Log } from "../../src/desk/log.ts";
import { logForm } from "../../src/desk/logform.ts";
import { Sink } from "../../src/desk/sink.ts";

const directory = mkdtempSync("/tmp/hb-logform-");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const at = new Date(2026, 10, 3, 9, 5, 7, 42);
const dead: Line = {
  at,
  level: "warn",
  topic: "dead",
  text: "bob is dead: silent\u009b2J\n",
  fields: { peer: "bob" },
};

test("logForm() in JSON is one object a line, with the fields of the event", () => {
  const form = logForm({ logFormat: "json", syslogmsgfmt: true });
  const line = form.file(dead);
  expect(JSON.parse(line)).toEqual({
    time: at.toISOString(),
    level: "warn",
    kind: "dead",
    text: "bob is dead: silent\u009b2J\n",
    peer: "bob",
  });
  expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(form.terminal(dead, true)).toBe(line);
  expect(form.journal(dead)).toBe(`<4>${line}`);
  expect(form.syslog(dead, "daemon")).toEqual([
    `<28>Nov  3 09:05:07 hb[${process.pid}]: ${line.trimEnd()}`,
  ]);
  expect(form.syslog(dead, "nowhere")).toEqual([]);
});

test("logForm() in 3.0.6's form has its name, its levels and its words", () => {
  const form = logForm({ logFormat: "classic", syslogmsgfmt: true });
  const words = `heartbeat: [${process.pid}]: WARN: node bob: is dead`;
  expect(form.file(dead)).toBe(`Nov  3 09:05:07 ${hostname()} ${words}\n`);
  expect(form.journal(dead)).toBe("<4>WARN: node bob: is dead\n");
  expect(form.syslog(dead, "daemon")).toEqual([`<28>Nov  3 09:05:07 ${words}`]);
});

test.each([
  ["text", { entity: "hb", text: "dead: bob is dead: silent·2J·", saysPriority: true }],
  ["classic", { entity: "heartbeat", text: "node bob: is dead", saysPriority: true }],
] as const)(
  "logForm() in %s tells a log daemon who says what, and how bad it is",
  (logFormat, said) => {
    expect(logForm({ logFormat, syslogmsgfmt: true }).said(dead)).toEqual([
      { ...said, priority: 4 },
    ]);
  },
);

test("logForm() in JSON tells a log daemon the object", () => {
  const form = logForm({ logFormat: "json", syslogmsgfmt: true });
  const text = form.file(dead).trimEnd();
  expect(form.said(dead)).toEqual([{ entity: "hb", priority: 4, saysPriority: false, text }]);
});

test("logForm() in 3.0.6's form says a line in the same words later", () => {
  const form = logForm({ logFormat: "classic", syslogmsgfmt: true });
  const fields = { group: "g", from: "bob", to: hostname() };
  const taking: Line = { at, level: "warn", topic: "takeover", text: "g is taken", fields };
  const [first] = form.said(taking);
  form.said(dead);
  expect(first?.text).toBe("Resources being acquired from bob.");
  expect(form.file(taking)).toEndWith(" Resources being acquired from bob.\n");
});

test("logForm() with syslogmsgfmt off has 3.0.6's other head", () => {
  const form = logForm({ logFormat: "classic", syslogmsgfmt: false });
  expect(form.file(dead)).toBe(
    `heartbeat[${process.pid}]: 2026/11/03_09:05:07 WARN: node bob: is dead\n`,
  );
});

test.each<[Level, string, Line["fields"], string[]]>([
  ["info", "reload", { haCf: "same" }, ["info Configuration unchanged."]],
  [
    "info",
    "reload",
    { haCf: "new" },
    ["info Configuration adopted as by a heartbeat restart exec"],
  ],
  [
    "info",
    "start",
    { status: "starting" },
    ["info Configuration validated. Starting heartbeat 3.0.6", "info heartbeat: version 3.0.6"],
  ],
  [
    "info",
    "start",
    { status: "up", generation: 7 },
    ["info Heartbeat generation: 7", "info Local status now set to: 'up'"],
  ],
  [
    "info",
    "start",
    { status: "active" },
    ["info Comm_now_up(): updating status to active", "info Local status now set to: 'active'"],
  ],
  ["info", "link", { peer: "bob", link: "eth0", state: "up" }, ["info Link bob:eth0 up."]],
  ["warn", "link", { peer: "bob", link: "eth0", state: "dead" }, ["info Link bob:eth0 dead."]],
  [
    "info",
    "status",
    { peer: "bob", status: "active" },
    [
      "info Status update for node bob: status active",
      "info remote resource transition completed.",
    ],
  ],
  ["info", "status", { peer: "bob", status: "up" }, ["info Status update for node bob: status up"]],
  [
    "warn",
    "late",
    { peer: "bob", silentMs: 4_000 },
    ["WARN Late heartbeat: Node bob: interval 4000 ms"],
  ],
  [
    "warn",
    "loss",
    { peer: "bob", lost: 1, span: "[72:74]" },
    ["WARN 1 lost packet(s) for [bob] [72:74]"],
  ],
  ["info", "loss", { peer: "bob", lost: 0 }, ["info No pkts missing from bob!"]],
  ["warn", "member", { peer: "bob", life: "restarted" }, ["info Heartbeat restart on node bob"]],
  ["info", "member", { peer: "bob", life: "risen" }, ["info Heartbeat restart on node bob"]],
  ["info", "member", { peer: "bob", life: "left" }, ["info Received shutdown notice from 'bob'."]],
  [
    "error",
    "partition",
    { peer: "bob", life: "returned" },
    ["CRIT Cluster node bob returning after partition."],
  ],
  [
    "info",
    "takeover",
    { group: "g", from: "bob", to: "alice" },
    ["info Resources being acquired from bob."],
  ],
  [
    "info",
    "group",
    { group: "g", act: "take", outcome: "held" },
    [
      "info local resource transition completed.",
      "info Initial resource acquisition complete (T_RESOURCES(us))",
      "info Local Resource acquisition completed.",
    ],
  ],
  [
    "info",
    "classic",
    { peer: "bob", transition: "remote" },
    ["info remote resource transition completed."],
  ],
  [
    "info",
    "classic",
    { peer: "bob", transition: "none" },
    ["info Local Resource acquisition completed. (none)"],
  ],
  ["info", "classic", { peer: "bob" }, ["info classic: ours"]],
  [
    "info",
    "standby",
    { peer: "bob", from: "bob", set: "all" },
    ["info bob wants to go standby [all]"],
  ],
  ["info", "standby", { peer: "bob" }, ["info standby: ours"]],
  [
    "info",
    "failback",
    { group: "g", to: "bob", set: "foreign" },
    ["info alice wants to go standby [foreign]"],
  ],
  [
    "info",
    "leave",
    { status: "leaving" },
    [`info Heartbeat shutdown in progress. (${process.pid})`],
  ],
  ["info", "leave", { groups: ["g"] }, ["info Giving up all HA resources."]],
  ["info", "leave", {}, ["info leave: ours"]],
  [
    "warn",
    "child",
    { child: "/bin/x", state: "waiting", pid: 41, code: 3 },
    [
      "WARN Managed /bin/x process 41 exited with return code 3.",
      'ERROR Respawning client "/bin/x":',
    ],
  ],
  [
    "error",
    "child",
    { child: "/bin/x", state: "failed", pid: 41, signal: "SIGKILL" },
    [
      "WARN Managed /bin/x process 41 killed by signal SIGKILL.",
      'ERROR Client /bin/x "respawning too fast"',
    ],
  ],
  [
    "info",
    "child",
    { child: "/bin/x", state: "done", pid: 41, code: 0 },
    ["info Managed /bin/x process 41 exited with return code 0."],
  ],
  ["info", "child", { child: "/bin/x", state: "running", pid: 41 }, ["info child: ours"]],
  ["info", "exit", {}, ["info All HA resources relinquished."]],
  ["info", "exit", undefined, ["info exit: ours"]],
  ["error", "exit", undefined, ["ERROR exit: ours"]],
  ["info", "takeover", { group: "g", from: "bob", to: "carol" }, ["info takeover: ours"]],
  ["error", "group", { group: "g", act: "take", outcome: "failed" }, ["ERROR group: ours"]],
  ["info", "member", { peer: "bob", life: "first" }, ["info member: ours"]],
  ["error", "loss", {}, ["ERROR loss: ours"]],
  ["error", "", {}, ["ERROR ours"]],
])("ClassicVoice.words() of %s %s %j", (level, topic, fields, words) => {
  expect(said([[topic, fields, level]])).toEqual(words);
});

/** What alice says of these, one after the other. */
function said(
  lines: readonly (readonly [topic: string, fields?: Line["fields"], level?: Level])[],
): string[] {
  const voice = new ClassicVoice("alice");
  return lines.flatMap(([topic, fields, level = "info"]) => {
    const line = { at, level, topic, text: "ours", ...(fields && { fields }) };
    const words = voice.words(line);
    // The same for each place that the line goes to.
    expect(voice.words(line)).toEqual(words);
    return words.map(({ level: word, text }) => `${word} ${text}`);
  });
}

const from = (peer: string, group: string) =>
  ["takeover", { group, from: peer, to: "alice" }] as const;
const held = (group: string, outcome = "held") =>
  ["group", { group, act: "take", outcome }] as const;

const initial = [
  "info local resource transition completed.",
  "info Initial resource acquisition complete (T_RESOURCES(us))",
  "info Local Resource acquisition completed.",
];

test("ClassicVoice.words() leaves a Heartbeat 3 node's transition to what that says of it", () => {
  const active = ["status", { peer: "bob", status: "active" }] as const;
  const by = (negotiator: string) => ["negotiator", { negotiator }] as const;
  const update = "info Status update for node bob: status active";
  const done = "info remote resource transition completed.";
  expect(said([by("classic"), active, by("native"), active])).toEqual([
    "info negotiator: ours",
    update,
    "info negotiator: ours",
    ...[update, done],
  ]);
});

test("ClassicVoice.words() tells of a takeover once, however many groups it has", () => {
  expect(said([from("bob", "g"), from("bob", "h"), held("g"), held("h"), held("i")])).toEqual([
    "info Resources being acquired from bob.",
    "info Local Resource acquisition completed.",
    "info mach_down takeover complete.",
    ...initial,
  ]);
});

test("ClassicVoice.words() tells of the first groups that come up, and of a standby, once", () => {
  const gives = (group: string) => ["standby", { group, to: "bob", set: "all" }] as const;
  const given = (group: string) => ["group", { group, act: "give", outcome: "idle" }] as const;
  const wants = "info alice wants to go standby [all]";
  expect(said([held("g"), held("h")])).toEqual([...initial, initial[0] ?? ""]);
  const once = [gives("g"), gives("h"), given("g"), given("h")];
  const words = [wants, "info group: ours", "info group: ours"];
  expect(said([...once, ...once])).toEqual([...words, ...words]);
  // The one before came to no end.
  expect(said([gives("g"), gives("g")])).toEqual([wants, wants]);
});

test("ClassicVoice.words() completes no takeover whose last group fails, nor one of a life before", () => {
  expect(said([from("bob", "g"), held("g", "failed"), held("g")])).toEqual([
    "info Resources being acquired from bob.",
    "info group: ours",
    ...initial,
  ]);
  const again = ["dead", { peer: "bob" }] as const;
  expect(said([from("bob", "g"), again, from("bob", "h"), held("h")])).toEqual([
    "info Resources being acquired from bob.",
    "WARN node bob: is dead",
    "info Resources being acquired from bob.",
    "info Local Resource acquisition completed.",
    "info mach_down takeover complete.",
  ]);
});

test("ClassicVoice.words() tells of a shutdown only after leaving", () => {
  expect(said([["exit"]])).toEqual(["info exit: ours"]);
  expect(said([["exit", {}], ["exit"]])).toEqual([
    "info All HA resources relinquished.",
    "info alice Heartbeat shutdown complete.",
  ]);
});

test("Log writes its files in the form that it is opened with, and in another when it is read again", async () => {
  const logfile = join(directory, "ha-log");
  const swallow = new Sink(
    (bytes, done) => done(null, bytes.length),
    () => "",
  );
  const log = new Log("info", swallow);
  for (const logFormat of ["classic", "json", undefined] as const) {
    log.open({ logfile, ...(logFormat === undefined ? {} : { logFormat }) });
    log.write("warn", "bob is dead: silent", "dead", { peer: "bob" });
    await log.drained(10_000);
  }
  const [classic, json, text] = readFileSync(logfile, "utf8").trimEnd().split("\n");
  expect(classic).toEndWith("WARN: node bob: is dead");
  expect(JSON.parse(json ?? "").peer).toBe("bob");
  expect(text).toEndWith("WARN: dead: bob is dead: silent");
});
