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
logmode 0600
sendqlen 512
recvqlen 128
recvqlen 64 cib crmd
syslogprefix linux-ha
`;
  expect(parseLogdCf(text, "logd.cf")).toEqual({
    conf: {
      logfile: "/var/log/ha-log",
      debugfile: "/var/log/ha-debug",
      logmode: 0o600,
      logfacility: "local3",
      entity: "logd",
      syslogprefix: "linux-ha",
      syslogmsgfmt: false,
      sendqlen: 512,
      recvqlen: 128,
      recvqlenOf: new Map([
        ["cib", 64],
        ["crmd", 64],
      ]),
    },
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

test("parseLogdCf() has what ha_logd has where the file says nothing", () => {
  expect(parseLogdCf("", "logd.cf").conf).toEqual({
    ...{ logmode: 0o644, logfacility: "daemon", entity: "logd", sendqlen: 256, recvqlen: 256 },
    recvqlenOf: new Map(),
  });
});

test.each([
  ["logfile ha-log", 'error 1:9 "ha-log" is no absolute path: nothing is written there'],
  ["logfile", 'error 1:1 "logfile" misses its value'],
  ["logfacility LOCAL3", 'error 1:13 "LOCAL3" is no facility of syslog'],
  ["syslogmsgfmt maybe", 'error 1:14 "maybe" must be "on" or "off"'],
  ["nonsense x", 'error 1:1 Unknown directive "nonsense"'],
  ["logmode 0849", 'error 1:9 "0849" is no octal mode of a file'],
  [
    "sendqlen 0",
    'error 1:10 "sendqlen" must be a number of messages from 1 to 1000000: "0" is none',
  ],
  [
    "recvqlen x",
    'error 1:10 "recvqlen" must be a number of messages from 1 to 1000000: "x" is none',
  ],
  ["sendqlen 9 crmd", 'error 1:12 "sendqlen" counts for all programs'],
  ["useapphbd yes", 'warning 1:1 "useapphbd" is not used: nothing watches the log daemon'],
])("parseLogdCf() complains of %j", (line, complaint) => {
  expect(said(`${line}\n`)).toEqual([complaint]);
});

test("parseLogdCf() complains of a line that is too long", () => {
  expect(said(`logfile /${"x".repeat(6_000)}\n`)).toEqual([
    expect.stringMatching(/^error 1:1 The line is too long/),
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
  expect(problems.map(({ level, line, message }) => `${level} ${line} ${message}`)).toEqual(
    ["logfile", "debugfile", "logfacility"].map((name, index) => {
      const why = "the log goes where logd.cf says";
      return `warning ${6 + index} "${name}" does not count with "use_logd on": ${why}`;
    }),
  );
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
  expect(problems.at(-1)).toMatchObject({ file: "logd.cf", level: "warning" });
  expect(problems.filter(({ file }) => file === "ha.cf").length).toBe(4);
  expect(cluster).toBeDefined();
});
