// What an agent says that does not start: to a person, to the journal, to a program that reads the log.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hbCommand, run } from "../cli/run.ts";

const home = mkdtempSync("/tmp/hb-start-");
afterAll(() => rmSync(home, { recursive: true }));
writeFileSync(join(home, "authkeys"), "auth 1\n1 crc\n", { mode: 0o600 });
writeFileSync(join(home, "haresources"), "");

const refused = "The agent is not started: the configuration has problems";

/** stderr of an agent with a directive that hb does not know. */
function said(format: string, stream: string): string {
  writeFileSync(join(home, "ha.cf"), `log_format ${format}\nbcast lo\nnode alice\nnonsense\n`);
  const words = ["agent", "--dir", home, "--run-dir", home, "--state-dir", home];
  const shell = ["sh", "-c", `JOURNAL_STREAM=${stream} exec "$@"`, "sh", ...hbCommand(...words)];
  const { code, stdout, stderr } = run(shell);
  expect([code, stdout]).toEqual([6, ""]);
  return stderr;
}

const journal = '"$(stat -L -c %d:%i /proc/self/fd/2)"';

test("hb agent that is not started says why to a person with place and caret", () => {
  expect(said("text", "1:1")).toContain(
    `ha.cf:4:1: Unknown directive "nonsense"\n    nonsense\n    ^\n`,
  );
});

test("hb agent that is not started says why to the journal by level", () => {
  const lines = said("text", journal).trimEnd().split("\n");
  expect(lines.filter((line) => !/^<[34]>start: ./.test(line))).toEqual([]);
  expect(lines.filter((line) => line.includes("nonsense"))).toEqual([
    `<3>start: ${home}/ha.cf:4:1: Unknown directive "nonsense"`,
  ]);
  expect(lines.filter((line) => line.startsWith("<4>")).length).toBeGreaterThan(0);
  expect(lines.at(-1)).toBe(`<3>start: ${refused}`);
});

test("hb agent that is not started says why in JSON where the log is JSON", () => {
  const lines = said("json", "1:1").trimEnd().split("\n");
  const told = lines.map((line) => JSON.parse(line) as { level: string; text: string });
  expect(told.at(-1)).toMatchObject({ level: "error", kind: "start", text: refused });
  expect(told.length).toBeGreaterThan(2);
});
