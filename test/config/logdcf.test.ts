// What logd.cf says of the log, and when it counts.

import { expect, test } from "bun:test";
import { checkAll, type Source } from "../../src/config/check.ts";
import { parseLogdCf } from "../../src/config/logdcf.ts";

const said = (text: string) =>
  parseLogdCf(text, "logd.cf").problems.map(
    ({ level, line, column, message }) => `${level} ${line}:${column} ${message}`,
  );

test("parseLogdCf() reads where the log goes, in any case of the words", () => {
  const text = `# mine
logfile /var/log/ha-log
DEBUGFILE	/var/log/ha-debug  # all of it
logfacility local3
syslogmsgfmt off
entity logd
sendqlen 256
recvqlen 256
syslogprefix linux-ha
`;
  expect(parseLogdCf(text, "logd.cf")).toEqual({
    places: {
      logfile: "/var/log/ha-log",
      debugfile: "/var/log/ha-debug",
      logfacility: "local3",
      syslogmsgfmt: false,
    },
    problems: [],
  });
});

test("parseLogdCf() has the facility daemon, unless it is told none", () => {
  expect(parseLogdCf("", "logd.cf").places).toEqual({ logfacility: "daemon" });
  expect(parseLogdCf("logfacility none\n", "logd.cf").places).toEqual({});
});

test.each([
  ["logfile ha-log", 'warning 1:9 "ha-log" is no absolute path: nothing is written there'],
  ["logfile", 'warning 1:1 "logfile" misses its value'],
  ["logfacility LOCAL3", 'warning 1:13 "LOCAL3" is no facility of syslog'],
  ["syslogmsgfmt maybe", 'warning 1:14 "maybe" must be "on" or "off"'],
  ["nonsense x", 'warning 1:1 Unknown directive "nonsense"'],
])("parseLogdCf() warns of %j", (line, warning) => {
  expect(said(`${line}\n`)).toEqual([warning]);
});

test("parseLogdCf() makes a warning of a line that is too long", () => {
  expect(said(`logfile /${"x".repeat(6_000)}\n`)).toEqual([
    expect.stringMatching(/^warning 1:1 The line is too long/),
  ]);
});

const five = "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode alice bob\n";
const own = "logfile /var/log/own\ndebugfile /var/log/own-debug\nlogfacility local7\n";

function check(haCf: string, logdCf?: Source) {
  const facts = { mode: 0o600, uid: 0, reader: 0 };
  return checkAll({
    haCf: { file: "ha.cf", text: `${five}${own}${haCf}` },
    authkeys: { file: "authkeys", text: "auth 1\n1 sha1 0123456789abcdef\n", facts },
    haresources: { file: "haresources", text: "alice 10.0.0.1\n" },
    self: "alice",
    ...(logdCf && { logdCf }),
  });
}

const logd = { file: "logd.cf", text: "logfile /var/log/logd\n" };

test("checkAll() takes the places of logd.cf for those of ha.cf with use_logd on", () => {
  const { conf, problems, cluster } = check("use_logd on\n", logd);
  expect(problems).toEqual([]);
  expect(cluster).toBeDefined();
  expect(conf.logfile).toBe("/var/log/logd");
  expect(conf.debugfile).toBeUndefined();
  expect(conf.logfacility).toBe("daemon");
});

test.each(["", "use_logd off\n"])("checkAll() does not look at logd.cf with %j", (line) => {
  const { conf, problems } = check(line, { file: "logd.cf", text: "nonsense\n" });
  expect(problems).toEqual([]);
  expect(conf.logfile).toBe("/var/log/own");
});

test("checkAll() keeps ha.cf's places where there is no logd.cf, and says so", () => {
  const { conf, problems } = check("use_logd on\n", { file: "logd.cf", trouble: "ENOENT" });
  expect(problems.map(({ level, line, message }) => [level, line, message])).toEqual([
    ["warning", 9, "The log goes where this file says, for logd.cf cannot be read: ENOENT"],
  ]);
  expect(conf.logfile).toBe("/var/log/own");
});

test("checkAll() puts problems of logd.cf behind those of the three files", () => {
  const { problems, cluster } = check("use_logd on\nudp eth1\n", {
    file: "logd.cf",
    text: "nonsense x\n",
  });
  expect(problems.map(({ file }) => file)).toEqual(["ha.cf", "logd.cf"]);
  expect(cluster).toBeDefined();
});
