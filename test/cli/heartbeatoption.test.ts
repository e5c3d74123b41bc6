// The command line of the name heartbeat, as 3.0.6 reads it (measured; test/lab/heartbeat-name tries both).

import { expect, test } from "bun:test";
import fc from "fast-check";
import { readHeartbeatOptions } from "../../src/cli/heartbeatoption.ts";
import { isHeartbeat } from "../../src/cli/names.ts";
import { heartbeatDefaults, heartbeatWikiDefaults } from "../../src/text/heartbeat.ts";

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
  [["-x"], ["invalid option -- 'x'"]],
  [["-m"], ["invalid option -- 'm'"]],
  [["-fh"], ["invalid option -- 'h'"]],
  [["--help"], ["-", "h", "e", "p"].map((letter) => `invalid option -- '${letter}'`)],
  [["-R", "-C"], ["option requires an argument -- 'C'"]],
  [["-C", "all"], []],
  [["-Cs"], ["encode_resources: bad resource type [s]"]],
])("readHeartbeatOptions(%j) is wrong: %j", (argv, complaints) => {
  const { kind, complaints: said } = readHeartbeatOptions(argv);
  expect([kind, ...said.map(({ text }) => text)]).toEqual(["wrong", ...complaints]);
});

test.each([
  [["-V", "-x"], 0],
  [["-x", "-sV"], 1],
  [["-C", "all", "-V"], 0],
])("readHeartbeatOptions(%j) ends with -V, after %d complaints", (argv, count) => {
  const { kind, complaints } = readHeartbeatOptions(argv);
  expect([kind, complaints.length]).toEqual(["version", count]);
});

test("readHeartbeatOptions() says of a wrong state only what -R does not stand before", () => {
  expect(readHeartbeatOptions(["-R", "-C", "bogus"]).complaints).toEqual([]);
  expect(readHeartbeatOptions(["-C", "bogus", "-R"]).complaints).toHaveLength(1);
});

test("readHeartbeatOptions() finds only what was written, whatever that is", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (argv) => {
      const reading = readHeartbeatOptions(argv);
      if (reading.kind !== "good") return;
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

test("heartbeatWikiDefaults names the page of each directive", () => {
  expect(heartbeatWikiDefaults).toContain(
    "\n||[wiki:ha.cf/ConnLogdTimeDirective conn_logd_time]||60||the interval to reconnect to logd||\n",
  );
});
