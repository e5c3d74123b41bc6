// Programs beside the agent: what `pacemaker` comes to, what is wrong with a program.

import { expect, test } from "bun:test";
import { checkAll, type Given } from "../../src/config/check.ts";
import type { ProgramKind } from "../../src/config/checkhacf.ts";
import { type Child, expandChildren, pacemakerMode } from "../../src/config/child.ts";
import { parseHaCf } from "../../src/config/hacf.ts";
import { given as files, five, said } from "./given.ts";

function given(haCf: string, more: Partial<Given> = {}): Given {
  return files(haCf, { program: () => "program", ...more });
}

/** Only these programs are there. */
function only(...paths: readonly string[]): (path: string) => ProgramKind {
  return (path) => (paths.includes(path) ? "program" : "missing");
}

function brief({ kind, user, line }: Child): string {
  return `${kind} ${user} ${line.replace("/usr/libexec/pacemaker/", "")}`;
}

function expanded(haCf: string): string[] {
  const { conf } = parseHaCf(haCf, "ha.cf");
  return expandChildren(conf, () => "program").children.map(brief);
}

test.each([
  [
    "on",
    "failfast hacluster ccm, failfast hacluster cib, respawn root stonithd, respawn root lrmd, " +
      "respawn hacluster attrd, failfast hacluster crmd",
  ],
  [
    "RESPAWN",
    "respawn hacluster ccm, respawn hacluster cib, respawn root stonithd, respawn root lrmd, " +
      "respawn hacluster attrd, respawn hacluster crmd",
  ],
  [
    "valgrind",
    "respawn hacluster ccm, respawn hacluster /usr/bin/valgrind cib, respawn root stonithd, " +
      "respawn root lrmd, respawn hacluster /usr/bin/valgrind attrd, " +
      "respawn hacluster /usr/bin/valgrind crmd",
  ],
  [
    "manual",
    "failfast hacluster ccm, failfast hacluster cib, respawn root lrmd, failfast hacluster crmd",
  ],
  ["ccm-only", "respawn hacluster ccm"],
  ["off", ""],
])("expandChildren() of pacemaker %s", (value, programs) => {
  expect(expanded(`pacemaker ${value}\n`).join(", ")).toBe(programs);
});

test("expandChildren() has pengine before crmd when crmd does not start it itself", () => {
  const programs = expanded("crm yes\ncrmd_spawns_pengine no\n");
  expect(programs.slice(-2)).toEqual(["failfast hacluster pengine", "failfast hacluster crmd"]);
});

test("expandChildren() puts Pacemaker where its line stands", () => {
  const text =
    "respawn root /bin/a 1\ncrm ccm-only\nfailfast nobody /bin/b\nrespawn root /bin/a 1\n";
  expect(expanded(text)).toEqual([
    "respawn root /bin/a 1",
    "respawn hacluster ccm",
    "failfast nobody /bin/b",
    "respawn root /bin/a 1",
  ]);
});

test("expandChildren() looks in three folders, in order, and says what is missing", () => {
  const { conf } = parseHaCf("crm minimal", "ha.cf");
  const there = only(
    "/usr/lib/heartbeat/ccm",
    "/usr/libexec/heartbeat/ccm",
    "/usr/lib/heartbeat/lrmd",
    "/usr/libexec/pacemaker/crmd",
  );
  const { children, missing } = expandChildren(conf, there);
  expect(children.map(({ path }) => path)).toEqual([
    "/usr/libexec/heartbeat/ccm",
    "/usr/lib/heartbeat/lrmd",
    "/usr/libexec/pacemaker/crmd",
  ]);
  expect(missing.map(({ name }) => name)).toEqual(["cib"]);
});

test.each([
  ["Yes", "on"],
  ["1", "on"],
  ["FALSE", "off"],
  ["minimal", "minimal"],
  ["manual", "minimal"],
  ["perhaps", undefined],
  ["constructor", undefined],
] as const)("pacemakerMode(%p) is %p", (text, mode) => {
  expect(pacemakerMode(text)).toBe(mode);
});

test("checkAll() has nothing to say of programs that are there, and starts groups beside them", () => {
  const parts = given(`${five}respawn root /bin/a\nfailfast root /bin/b x\n`);
  expect(said(parts)).toEqual([]);
  expect(checkAll(parts).cluster?.managesResources).toBe(true);
});

test.each([
  ["missing", 'error ha.cf:6:14 There is no program "/bin/a"'],
  ["other", 'error ha.cf:6:14 "/bin/a" cannot be executed'],
] as const)("checkAll() refuses a program that is %s", (kind, problem) => {
  const parts = given(`${five}respawn root /bin/a b\nrespawn root\n`, { program: () => kind });
  expect(said(parts)).toEqual([problem, 'error ha.cf:7:9 "respawn" needs a user and a path']);
});

test("checkAll() says where a program is that Debian has moved", () => {
  const program = only("/usr/libexec/heartbeat/dopd");
  const line = `${five}respawn hacluster /usr/lib/heartbeat/dopd\n`;
  const [problem] = checkAll(given(line, { program })).problems;
  expect(problem?.hint).toBe("It is /usr/libexec/heartbeat/dopd here");
});

test("checkAll() refuses Pacemaker without its programs", () => {
  const parts = given(`${five}crm respawn\n`, { program: only("/usr/libexec/heartbeat/ccm") });
  const needs = (name: string) =>
    `error ha.cf:6:5 "respawn" needs the program "${name}", which is not there`;
  expect(said(parts)).toEqual(["cib", "stonithd", "lrmd", "attrd", "crmd"].map(needs));
});

test("checkAll() does not read haresources where Pacemaker decides, and says so", () => {
  const haresources = { file: "haresources", text: "# old\nnobody 10.0.0.1 ::: %\n" };
  const parts = given(`${five}crm ccm-only\n`, { haresources });
  expect(said(parts)).toEqual(["warning haresources:0:0 The file is not read: Pacemaker decides"]);
  expect(checkAll(parts).cluster).toMatchObject({ managesResources: false, groups: [] });
  const empty = given(`${five}crm ccm-only\n`, { haresources: { file: "haresources" } });
  expect(said(empty)).toEqual([]);
});

test("checkAll() asks nothing of this host where the files are not for it", () => {
  const { program: _, ...parts } = given(`${five}crm on\nrespawn x /none\n`);
  expect(said(parts)).toEqual([]);
});

test("ipfail need not be there, for hb does its work: it is not started, and a warning says so", () => {
  const path = "/usr/lib/heartbeat/ipfail";
  const haCf = `respawn hacluster ${path}\nrespawn root /usr/bin/guard\n${five}`;
  const program = only("/usr/bin/guard");
  const { conf } = parseHaCf(haCf, "ha.cf");
  expect(expandChildren(conf, program).children.map(({ path }) => path)).toEqual([
    "/usr/bin/guard",
  ]);
  const message = `"${path}" is not there and not started: hb does its work itself`;
  expect(said(given(haCf, { program }))).toContain(`warning ha.cf:1:19 ${message}`);
  expect(expandChildren(conf, () => "program").children).toHaveLength(2);
});
