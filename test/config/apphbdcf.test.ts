// apphbd.cf: its directives, and what is wrong with them.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseApphbdCf, usualApphbd } from "../../src/config/apphbdcf.ts";
import { renderProblem } from "../../src/config/render.ts";

test("parseApphbdCf() reads what the sample of 3.0.6 explains", () => {
  const text = `#  apphbd.cf
debug_level 2     # more is more
debugfile\t/var/log/apphbd.debug
logfile /var/log/apphbd.log
watchdog_device  /dev/watchdog
watchdog_interval_ms 2000
realtime no
`;
  expect(parseApphbdCf(text, "apphbd.cf")).toEqual({
    conf: {
      debugLevel: 2,
      debugfile: "/var/log/apphbd.debug",
      logfile: "/var/log/apphbd.log",
      watchdogDevice: "/dev/watchdog",
      watchdogIntervalMs: 2_000,
      realtime: false,
    },
    problems: [],
  });
});

test("parseApphbdCf() takes an empty file for one that changes nothing", () => {
  expect(parseApphbdCf("\n# realtime no\n", "f")).toEqual({ conf: usualApphbd, problems: [] });
});

test.each([
  ["foo bar", '1:1: Unknown directive "foo"'],
  ["debug_level x", '1:13: "debug_level" must be a whole number from 0 to 255: "x" is none'],
  ["debug_level", '1:1: "debug_level" misses its value'],
  ["logfile /a /b", '1:12: "logfile" takes one value'],
  ["logfile a", '1:9: "logfile" must be an absolute path'],
  ["watchdog_interval_ms q", '1:22: "watchdog_interval_ms" must be a whole number'],
  ["realtime maybe", '1:10: "realtime" must be "on" or "off": "maybe" is neither'],
  ["notify_plugin recmgr", '1:15: hb loads no plugins: "recmgr" would hear of nothing'],
])("parseApphbdCf() refuses %j", (line, message) => {
  const { problems } = parseApphbdCf(`${line}\n`, "apphbd.cf");
  expect(problems.map((problem) => renderProblem(problem))).toEqual([
    expect.stringContaining(`apphbd.cf:${message}`),
  ]);
  expect(problems.map(({ level }) => level)).toEqual(["error"]);
});

test("parseApphbdCf() says of whatever it is given what is wrong, or reads it", () => {
  const words = fc.constantFrom("debug_level", "logfile", "realtime", "yes", "/a", "7", "#", "\n");
  const lines = fc.array(fc.oneof(words, fc.string()), { maxLength: 20 });
  fc.assert(
    fc.property(lines, (parts) => {
      const { conf, problems } = parseApphbdCf(parts.join(" "), "f");
      expect(problems.every(({ line }) => line > 0)).toBe(true);
      expect(conf.watchdogIntervalMs).toBeGreaterThan(0);
    }),
  );
});
