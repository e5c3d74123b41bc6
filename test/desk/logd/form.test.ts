// Lines as the real ha_logd of cluster-glue 1.0.12 wrote them for the same messages.

import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { fileLine, syslogMessage } from "../../../src/desk/logd/form.ts";
import type { LogLine } from "../../../src/wire/ipc/logline.ts";

const at = new Date(2026, 10, 2, 9, 51, 3);
const line: LogLine = {
  facility: 24,
  priority: 6,
  saysPriority: true,
  pid: 4242,
  entity: "tester",
  atS: at.getTime() / 1000,
  text: "hello",
};
const host = hostname();

test.each([
  [{}, `Nov  2 09:51:03 ${host} tester: [4242]: info: hello\n`],
  [{ saysPriority: false }, `Nov  2 09:51:03 ${host} tester: [4242]: hello\n`],
  [{ priority: 0 }, `Nov  2 09:51:03 ${host} tester: [4242]: EMERG: hello\n`],
  [{ priority: 1 }, `Nov  2 09:51:03 ${host} tester: [4242]: ALERT: hello\n`],
  [{ priority: 2 }, `Nov  2 09:51:03 ${host} tester: [4242]: CRIT: hello\n`],
  [{ priority: 3 }, `Nov  2 09:51:03 ${host} tester: [4242]: ERROR: hello\n`],
  [{ priority: 4 }, `Nov  2 09:51:03 ${host} tester: [4242]: WARN: hello\n`],
  [{ priority: 5 }, `Nov  2 09:51:03 ${host} tester: [4242]: notice: hello\n`],
  [{ priority: 7 }, `Nov  2 09:51:03 ${host} tester: [4242]: debug: hello\n`],
  [{ text: "" }, `Nov  2 09:51:03 ${host} tester: [4242]: info: \n`],
  [
    { text: "a\tb \xff\xc3\xa4" },
    `Nov  2 09:51:03 ${host} tester: [4242]: info: a\tb \xff\xc3\xa4\n`,
  ],
  [{ pid: -1, entity: "" }, `Nov  2 09:51:03 ${host} : [-1]: info: hello\n`],
] as const)("fileLine() writes %j as ha_logd", (change, expected) => {
  expect(fileLine({ ...line, ...change }, {})).toBe(expected);
});

test("fileLine() has ha_logd's other head with syslogmsgfmt off", () => {
  const other = fileLine(line, { syslogmsgfmt: false });
  expect(other).toBe("tester[4242]: 2026/11/02_09:51:03 info: hello\n");
});

test.each([
  ["text", { text: "one\nNov  2 09:51:03 root: two\n\n" }],
  ["name", { entity: "te\nster" }],
  ["text in UTF-8", { text: "\xc2\x9b2Jgone" }],
] as const)("fileLine() writes one line whatever is in the %s", (_, change) => {
  const written = fileLine({ ...line, ...change }, {});
  expect(written).toMatch(/^[^\n]*\xc2\xb7[^\n]*\n$/);
  expect(written).not.toContain("\x9b");
});

test.each([0, 2 ** 53])("fileLine() takes the present moment for %d seconds", (atS) => {
  expect(fileLine({ ...line, atS }, {})).toMatch(/^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /);
});

const stamp = "[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d";
test.each([
  [{ logfacility: "daemon" }, `^<30>${stamp} tester: \\[4242\\]: info: hello$`],
  [{ logfacility: "local3" }, `^<158>${stamp} tester: \\[4242\\]: info: hello$`],
  [
    { logfacility: "daemon", syslogmsgfmt: false },
    `^<30>${stamp} tester: \\[4242\\]: info: hello$`,
  ],
  [
    { logfacility: "local3", syslogprefix: "pre" },
    `^<158>${stamp} pre: tester\\[4242\\]: info: hello$`,
  ],
] as const)("syslogMessage() says it with %j as ha_logd", (options, expected) => {
  expect(syslogMessage(line, options)).toMatch(new RegExp(expected));
});

test("syslogMessage() has nothing to say without a facility", () => {
  expect(syslogMessage(line, {})).toBeUndefined();
});
