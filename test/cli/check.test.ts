import { afterAll, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHaCf } from "../../src/config/hacf.ts";
import { parseHaresources } from "../../src/config/haresources.ts";
import { hb, hbCommand, run } from "./run.ts";

const dir = mkdtempSync(join(tmpdir(), "hb-check-"));
const key = "0123456789abcdef0123";
const haCf = "keepalive 200ms\ndeadtime 2\nbcast lo\nauto_failback on\nnode alice bob\n";
const haresources = "alice 10.0.0.1/24/eth0\nbob 10.0.0.2\n";

afterAll(() => rmSync(dir, { recursive: true }));

beforeEach(() => {
  put("ha.cf", haCf);
  put("authkeys", `auth 1\n1 sha1 ${key}\n`);
  chmodSync(join(dir, "authkeys"), 0o600);
  put("haresources", haresources);
  put("nodeinfo", "alice\n");
});

function put(name: string, text: string): void {
  writeFileSync(join(dir, name), text);
}

function check(...words: readonly string[]) {
  return hb("check", "--dir", dir, ...words);
}

test("hb check has no data to print about good files", () => {
  expect(check()).toEqual({
    code: 0,
    stdout: "",
    stderr: 'No problems: node "alice", 2 nodes, 2 groups\n',
  });
});

test("hb check tells which scripts of rc.d are run for messages", () => {
  const rcd = join(dir, "rc.d");
  mkdirSync(rcd);
  writeFileSync(join(rcd, "mytype"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(rcd, "status"), "#!/bin/sh\nmach_down $HA_src\n", { mode: 0o755 });
  const { stderr } = check();
  const { scripts } = JSON.parse(check("--json").stdout);
  rmSync(rcd, { recursive: true });
  const why = "it names mach_down, and hb moves groups itself";
  expect(stderr).toEndWith(`\n${rcd}: run for messages: mytype; not run: status (${why})\n`);
  expect(scripts).toEqual([{ name: "mytype" }, { name: "status", why }]);
});

test("hb check prints every problem on stdout and exits 6", () => {
  put("ha.cf", `${haCf}deadtmie 5\nstonith x\n`);
  put("haresources", "carol 10.0.0.300\n");
  chmodSync(join(dir, "authkeys"), 0o644);
  const { code, stdout, stderr } = check();
  expect(stderr).toBe("");
  expect(code).toBe(6);
  expect(stdout).toContain(
    `${dir}/ha.cf:6:1: Unknown directive "deadtmie"\n    deadtmie 5\n    ^\n`,
  );
  expect(stdout).toContain(`${dir}/ha.cf:7:9: The stonith device "x" misses its file`);
  expect(stdout).toContain(`${dir}/authkeys: Others may read the keys: mode is 644`);
  expect(stdout).toContain(`${dir}/haresources:1:1: Unknown node "carol"`);
  expect(stdout).toContain(`${dir}/haresources:1:7: Not an IPv4 address: "10.0.0.300"`);
  expect(stdout).toEndWith("\n\n5 errors\n");
});

test("hb check warns of a log file that is a directory", () => {
  put("ha.cf", `${haCf}logfile ${dir}\ndebugfile ${dir}/new\n`);
  const { code, stdout } = check();
  expect(code).toBe(0);
  expect(stdout).toContain(
    `${dir}/ha.cf:6:9: warning: "${dir}" is a directory: nothing is written there\n`,
  );
  expect(stdout).toContain(`  Name a file: logfile ${dir}/ha-log\n`);
  expect(stdout).not.toContain("debugfile");
});

test("hb check reads the logd.cf of this host with use_logd on", () => {
  put("ha.cf", `${haCf}use_logd on\nlogfile /var/log/own\n`);
  put("logd.cf", "logfile /var/log/logd\nnonsense x\n");
  const there = 'mount --bind "$1" /etc/logd.cf; shift; exec "$@"';
  const words = ["unshare", "--mount", "sh", "-euc", there, "sh", join(dir, "logd.cf")];
  const { stdout, code } = run([...words, ...hbCommand("check", "--dir", dir, "--json")]);
  expect(code).toBe(0);
  const { problems, conf } = JSON.parse(stdout);
  expect(problems).toMatchObject([
    { level: "warning", line: 7, hint: "Leave it out" },
    { level: "warning", file: "/etc/logd.cf", line: 2, message: 'Unknown directive "nonsense"' },
  ]);
  expect(conf).toMatchObject({ logfile: "/var/log/logd", logfacility: "daemon" });
});

test("hb check exits 0 when there are only warnings", () => {
  put("ha.cf", haCf.replace("auto_failback on\n", ""));
  const { code, stdout } = check();
  expect(stdout).toContain('warning: "auto_failback" is not given');
  expect(stdout).toEndWith("\n\n1 warning\n");
  expect(code).toBe(0);
});

test.each([
  ["/dev/no-such-watchdog", 'This host has no "/dev/no-such-watchdog" now'],
  ["/etc/passwd", '"/etc/passwd" is not a character device'],
])("hb check warns of the watchdog %s", (device, message) => {
  put("ha.cf", `${haCf}watchdog ${device}\n`);
  const { code, stdout } = check();
  expect(stdout).toContain(`${dir}/ha.cf:6:10: warning: ${message}\n`);
  expect(stdout).toContain("modprobe softdog");
  expect(code).toBe(0);
});

test("hb check says nothing of a device that is there", () => {
  put("ha.cf", `${haCf}watchdog /dev/null\n`);
  expect(check().stderr).toStartWith("No problems");
});

test("hb check --print prints files that mean the same, and problems on stderr", () => {
  put("ha.cf", `${haCf}udp lo\nping 10.0.0.9\nwatchdog /dev/watchdog\n`);
  const { code, stdout, stderr } = check("--print");
  expect(code).toBe(0);
  expect(stderr).toContain('The directive "udp" is now called "bcast"');
  const [, cf = "", resources = ""] = stdout.split(/^# .*\/(?:ha\.cf|haresources)\n/m);
  const { written, listed, ...conf } = parseHaCf(
    `${haCf}ping 10.0.0.9\nwatchdog /dev/watchdog\n`,
    "x",
  ).conf;
  expect(parseHaCf(cf, "x").conf).toMatchObject(conf);
  expect(parseHaresources(resources, "x").groups).toEqual(
    parseHaresources(haresources, "x").groups,
  );
});

test("hb check --json prints one document without keys", () => {
  const { code, stdout, stderr } = check("--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toContain(key);
  const document = JSON.parse(stdout);
  expect(Object.keys(document)).toEqual([
    "version",
    "good",
    "problems",
    "conf",
    "groups",
    "scripts",
    "authkeys",
  ]);
  expect(document).toMatchObject({
    version: 1,
    good: true,
    problems: [],
    conf: { nodes: ["alice", "bob"], keepaliveMs: 200 },
    authkeys: { active: 1, keys: [{ number: 1, method: "sha1" }] },
  });
});

test("hb check says which files are missing", () => {
  const { code, stdout } = hb("check", "--dir", join(dir, "nowhere"));
  expect(code).toBe(6);
  for (const name of ["ha.cf", "authkeys", "haresources"]) {
    expect(stdout).toContain(`${dir}/nowhere/${name}: Cannot read the file: ENOENT`);
  }
});

test("hb check tells of names that mean nothing here, as the agent would", () => {
  put("ha.cf", `${haCf}ucast lo nowhere.invalid\nping_group g 10.0.0.9 lost.invalid # hm\n`);
  const { code, stdout } = check();
  expect(stdout).toContain(
    `${dir}/ha.cf:6:10: Cannot resolve "nowhere.invalid" to an IPv4 address\n` +
      "    ucast lo nowhere.invalid\n" +
      "             ^\n",
  );
  expect(stdout).toContain(`${dir}/ha.cf:7:23: Cannot resolve "lost.invalid"`);
  expect(code).toBe(6);
});

test("hb check does not mind a reader that goes away", () => {
  put("ha.cf", `${haCf}nonsense\n`.repeat(500));
  const command = hbCommand("check", "--dir", dir).join(" ");
  const { code, stdout, stderr } = run([
    "bash",
    "-c",
    `${command} | head -n 1; exit \${PIPESTATUS[0]}`,
  ]);
  expect(stdout.split("\n")).toHaveLength(2);
  expect(stderr).toBe("");
  expect(code).toBe(6);
});
