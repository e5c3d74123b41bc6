import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../../src/cli/catalogue.ts";
import { isUcarp, oldName } from "../../src/cli/names.ts";
import { read, type Takes } from "../../src/cli/reading.ts";
import { hb } from "./run.ts";

const takes: Takes = {
  args: {
    json: { type: "boolean", alias: "j" },
    wait: { type: "boolean", default: true },
    dir: { type: "string", default: "/etc" },
    level: { type: "enum", options: ["low", "high"] },
    option: { type: "string" },
  },
  repeatable: ["option"],
  operands: { name: "NODE", min: 1, max: 2 },
};

test.each([
  [["a"], ["--", "a"], ["a"]],
  [["--json", "a"], ["--json", "--", "a"], ["a"]],
  [["-j", "a"], ["--json", "--", "a"], ["a"]],
  [
    ["a", "--no-wait", "b"],
    ["--no-wait", "--", "a", "b"],
    ["a", "b"],
  ],
  [["--dir", "/x", "a"], ["--dir=/x", "--", "a"], ["a"]],
  [["--dir=--x", "a"], ["--dir=--x", "--", "a"], ["a"]],
  [["--dir=a=b", "a"], ["--dir=a=b", "--", "a"], ["a"]],
  [["--level", "high", "a"], ["--level=high", "--", "a"], ["a"]],
  [["--", "--json"], ["--", "--json"], ["--json"]],
  [["-"], ["--", "-"], ["-"]],
])("read() takes %j", (argv, rawArgs, operands) => {
  expect(read(argv, takes)).toMatchObject({ kind: "good", rawArgs, operands });
});

test.each([
  [["a", "--jsno"], 'Unknown option "--jsno": did you mean "--json"?'],
  [["a", "-x"], 'Unknown option "-x"'],
  [["a", "--no-json"], 'Unknown option "--no-json": did you mean "--json"?'],
  [["a", "--wait"], undefined],
  [["a", "--json=yes"], 'Option "--json" takes no value'],
  [["a", "--dir"], 'Option "--dir" needs a value'],
  [["a", "--dir="], 'Option "--dir" needs a value'],
  [["a", "--dir", "--json"], 'Option "--dir" needs a value: write "--dir=--json" if that is it'],
  [["a", "--dir", "x", "--dir", "y"], 'Option "--dir" is given twice'],
  [["a", "--option", "x", "--option", "y"], undefined],
  [["a", "--level", "mid"], 'Unknown value "mid" for "--level": low, high are known'],
  [[], "Missing argument NODE"],
  [["a", "b", "c"], 'Spare argument "c"'],
  [["a", "--_"], 'Unknown option "--_"'],
])("read() judges %j: %j", (argv, reason) => {
  const reading = read(argv, takes);
  if (reason === undefined) expect(reading.kind).toBe("good");
  else expect(reading).toEqual({ kind: "wrong", reason });
});

test("read() keeps every value of a repeatable option in order", () => {
  const reading = read(["a", "--option", "x", "--option=y"], takes);
  expect(reading.kind === "good" && reading.repeated.get("option")).toEqual(["x", "y"]);
});

test("read() gives help whatever else is wrong behind it", () => {
  expect(read(["--help", "--nonsense"], takes)).toEqual({ kind: "help" });
});

test.each(catalogue.map((entry) => [entry.name, entry] as const))(
  "the overview's entry of %s agrees with the command",
  async (name, entry) => {
    const command = await entry.load();
    expect(command.name).toBe(name);
    expect(command.summary).toBe(entry.summary);
    expect(command.hidden).toBe(entry.hidden ?? false);
  },
);

test.each(catalogue.map((entry) => entry.name))(
  "hb %s --help prints an example before the options, on stdout",
  (name) => {
    const { code, stdout, stderr } = hb(name, "--help");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout.indexOf("Example:\n")).toBeGreaterThan(0);
    expect(stdout.indexOf("Options:\n")).toBeGreaterThan(stdout.indexOf("Example:\n"));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  },
);

test.each(catalogue.map((entry) => entry.name))(
  "hb %s refuses an unknown option on stderr with exit code 2",
  (name) => {
    const { code, stdout, stderr } = hb(name, "--nonsense");
    expect(stdout).toBe("");
    expect(stderr).toContain(`hb ${name}: Unknown option "--nonsense"`);
    expect(stderr).toContain(`Try "hb ${name} --help"`);
    expect(code).toBe(2);
  },
);

test.each([
  [["--help"], 0],
  [["help"], 0],
  [["-h"], 0],
])("hb %j prints the overview", (words, code) => {
  const ran = hb(...words);
  expect(ran).toMatchObject({ code, stderr: "" });
  expect(ran.stdout).toContain("hb keygen");
  expect(ran.stdout).not.toContain("pulse");
});

test("hb alone says on stderr what there is", () => {
  const { code, stdout, stderr } = hb();
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Commands:");
});

test.each([
  ["chekc", 'hb: Unknown command "chekc": did you mean "check"?'],
  ["zzz", 'hb: Unknown command "zzz"'],
  ["--zzz", 'hb: Unknown option "--zzz"'],
])("hb %s is a usage error", (word, message) => {
  const { code, stdout, stderr } = hb(word);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.split("\n")[0]).toBe(message);
});

test("hb version prints the version of package.json", async () => {
  const { version } = await Bun.file(`${import.meta.dir}/../../package.json`).json();
  expect(hb("version").stdout).toBe(`hb ${version} (speaks Heartbeat 3.0.6, Bun ${Bun.version})\n`);
  expect(hb("--version").stdout).toBe(hb("version").stdout);
  expect(JSON.parse(hb("version", "--json").stdout)).toMatchObject({ version, speaks: "3.0.6" });
});

test("hb pulse does not start without the agent's channel", () => {
  const { code, stderr } = hb("pulse");
  expect(stderr).toBe('The pulse is started by the agent alone: run "hb agent"\n');
  expect(code).toBe(1);
});

test.each([
  ["/usr/bin/hb_standby", ["standby"]],
  ["hb_takeover", ["takeover"]],
  ["./hb_addnode", ["node", "add"]],
  ["hb_delnode", ["node", "remove"]],
  ["ha_propagate", ["propagate"]],
  ["/usr/lib/heartbeat/ha_logd", ["logd"]],
  ["/usr/libexec/heartbeat/apphbd", ["apphbd"]],
  ["hb", undefined],
  ["constructor", undefined],
])("oldName() of %s is %j", (program, words) => {
  expect(oldName(program)).toEqual(words as ReturnType<typeof oldName>);
});

test.each([
  ["/usr/sbin/ucarp", [], true],
  ["ucarp", ["-h"], true],
  ["ucarp", ["carry-on"], false],
  ["ucarp", ["carry-on", "-v", "1"], true],
  ["hb", ["-h"], false],
  ["ucarp2", [], false],
])("isUcarp() of %s %j is %j", (program, argv, is) => {
  expect(isUcarp(program, argv)).toBe(is);
});

test("hb says what the system refuses in one line, without a stack", () => {
  const state = mkdtempSync("/tmp/hb-refused-");
  try {
    mkdirSync(join(state, "hb_events"));
    const { code, stdout, stderr } = hb("events", "--state-dir", state);
    expect(stderr).toBe("hb events: EISDIR: illegal operation on a directory, read\n");
    expect([code, stdout]).toEqual([1, ""]);
  } finally {
    rmSync(state, { recursive: true });
  }
  const file = hb("check", "--dir", import.meta.path);
  expect(file.stderr).toMatch(/^hb check: ENOTDIR: not a directory, .*\n$/);
  expect(file.code).toBe(1);
});
