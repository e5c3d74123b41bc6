// The command line of the name heartbeat, as 3.0.6 reads it (measured; test/lab/heartbeat-name tries both).

import { expect, test } from "bun:test";
import fc from "fast-check";
import { readHeartbeatOptions } from "../../src/cli/heartbeatoption.ts";
import { isHeartbeat } from "../../src/cli/names.ts";
import { heartbeatDefaults } from "../../src/text/heartbeat.ts";

test.each([
  [[], ""],
  [["-f", "-l"], "fl"],
  [["-fl"], "fl"],
  [["-dd"], "d"],
  [["extra", "-s"], "s"],
  [["--", "-s"], ""],
  [["-R", "-C", "all"], "R"],
  [["-RCall"], "R"],
])("readHeartbeatOptions(%j) finds %j", (argv, letters) => {
  const reading = readHeartbeatOptions(argv);
  expect(reading.kind === "good" && [...reading.options.letters].join("")).toBe(letters);
});

test.each([
  [["-x"], "invalid option -- 'x'"],
  [["-m"], "invalid option -- 'm'"],
  [["-fh"], "invalid option -- 'h'"],
  [["--status"], "invalid option -- '-'"],
  [["-R", "-C"], "option requires an argument -- 'C'"],
  [["-C", "all"], undefined],
])("readHeartbeatOptions(%j) is wrong: %j", (argv, complaint) => {
  const wrong = { kind: "wrong", ...(complaint !== undefined && { complaint }) };
  expect(readHeartbeatOptions(argv)).toEqual(wrong as ReturnType<typeof readHeartbeatOptions>);
});

test("readHeartbeatOptions() finds only what was written, whatever that is", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (argv) => {
      const reading = readHeartbeatOptions(argv);
      if (reading.kind === "wrong") return;
      for (const letter of reading.options.letters) expect(argv.join("")).toContain(letter);
    }),
  );
});

test.each([
  ["/usr/libexec/heartbeat/heartbeat", true],
  ["heartbeat", true],
  ["/usr/libexec/heartbeat/hb", false],
  ["heartbeatd", false],
])("isHeartbeat(%j) is %p", (program, is) => {
  expect(isHeartbeat(program)).toBe(is);
});

test("heartbeatDefaults has 3.0.6's columns", () => {
  const [head = "", line = "", first] = heartbeatDefaults.split("\n");
  expect(head).toBe("Directive                Default   Description");
  expect(line).toBe("-".repeat(80));
  expect(first).toBe("cluster                  linux-ha  the name of cluster");
});
