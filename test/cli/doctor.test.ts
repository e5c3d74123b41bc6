// `hb doctor` without an agent: its form, its exit codes, and a bundle of a host that is full of secrets.

import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { hbCommand, run } from "./run.ts";

const root = mkdtempSync("/tmp/hb-doctor-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

let hosts = 0;

/** A host with these files; the directories as options. */
function host(files: Readonly<Record<string, string>>): string[] {
  hosts += 1;
  const top = join(root, `${hosts}`);
  for (const name of ["conf", "state", "run"]) mkdirSync(join(top, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(top, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll("$TOP", top), { mode: 0o600 });
  }
  const option = (name: string) => join(top, name);
  return ["--dir", option("conf"), "--state-dir", option("state"), "--run-dir", option("run")];
}

const plain = {
  "conf/ha.cf": "keepalive 1\ndeadtime 10\nbcast lo\nnode alice\non_stop_failure ignore\n",
  "conf/nodeinfo": "alice\n",
  "conf/authkeys": "auth 1\n1 sha1 lab-secret\n",
  "conf/haresources": "",
};

function doctor(words: readonly string[], env: Record<string, string> = {}) {
  return run(hbCommand("doctor", ...words), env);
}

test("hb doctor says a line for each thing, and below it what repairs it", () => {
  const options = host(plain);
  const keys = join(options[1] ?? "", "authkeys");
  chmodSync(keys, 0o644);
  const { code, stdout, stderr } = doctor(options);
  expect([code, stderr]).toEqual([1, ""]);
  const lines = stdout.trimEnd().split("\n");
  const at = lines.indexOf(`fail  keys           Others may read ${keys}: its mode is 644`);
  expect(lines[at + 1]).toBe(`                     $ chmod 600 ${keys}`);
  for (const line of lines) expect(line).toMatch(/^(ok {2}|warn|fail) {2}[a-z]+ +\S|^ {21}\S/);
});

test("hb doctor --json tells the same", () => {
  const { code, stdout } = doctor([...host(plain), "--json"]);
  const { version, node, good, findings } = JSON.parse(stdout);
  expect([code, version, node, good]).toEqual([1, 1, "alice", false]);
  expect(findings[0]).toMatchObject({ check: "agent", level: "fail", fix: expect.any(String) });
  expect(findings).toContainEqual(expect.objectContaining({ check: "keys", level: "ok" }));
});

test("hb doctor warns of a file that its user may not read, and fails for none of it", () => {
  const options = host(plain);
  const [, conf = ""] = options;
  chownSync(join(conf, "authkeys"), 1, 1);
  // Another user's file, for a root who may no more than others.
  const plainly = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  const { stdout, stderr } = run([...plainly, ...hbCommand("doctor", ...options, "--json")]);
  expect(stderr).toBe("");
  const { findings } = JSON.parse(stdout);
  expect(findings.filter(({ check }: { check: string }) => check === "configuration")).toEqual([
    {
      check: "configuration",
      level: "warn",
      text: `This user may not read ${conf}/authkeys: not looked at`,
      fix: "sudo hb doctor",
    },
  ]);
});

/** What stands in each place; none of it may be found in a bundle, in whatever form. */
const secrets = {
  key: "Zq7-active-key",
  second: "Zq7-second-key",
  old: "Zq7-commented-key",
  comment: "Zq7-in-a-comment",
  stonith: "Zq7-stonith",
  env: "Zq7-env",
  notify: "Zq7-notify",
  xparam: "Zq7-xparam",
  argument: "Zq7-argument",
  named: "Zq7-named",
  quoted: 'Zq7-"quoted"\\\\back',
  carp: "Zq7-carp-pw",
  carpOld: "Zq7-carp-old",
  ocf: "Zq7-ocf",
  environment: "Zq7-environment",
  inside: "Zq7-inside",
  umlaut: "Zq7-gr\u00fcn",
  printed: "Zq7-printed-by-a-script",
  unknown: "Zq7-password-nobody-knows",
  mistake: "Zq7-mistake",
} as const;

const s = secrets;
const secretive = {
  "conf/nodeinfo": "alice\n",
  "conf/authkeys": `auth 1\n1 sha1 ${s.key}\n2 md5 ${s.second}\n#3 sha1 ${s.old}\n4 sha1 ${s.umlaut}\n`,
  "conf/ha.cf": [
    `# ${s.comment}`,
    "keepalive 1",
    `deadtime 10 # ${s.comment}`,
    "bcast lo",
    "node alice",
    `stonith_host * external/ipmi alice 10.0.0.2 admin ${s.stonith}`,
    `env DB_PASSWORD=${s.env}`,
    `notify /bin/true --token ${s.notify}`,
    `carp lo 1 10.9.9.9 passfile=$TOP/conf/carp.pw xparam=${s.xparam} pass=${s.mistake}`,
    "carp lo 2 10.9.9.8 passfile=$TOP/conf/carp.pw",
    `passwd ${s.mistake}`,
    "logfile $TOP/ha-log",
    "debugfile $TOP/ha-debug",
    "",
  ].join("\n"),
  "conf/haresources": `alice mysql::admin::${s.argument} ocf:x:db::pw=${s.named}::q=${s.quoted}\n`,
  "conf/carp.pw": `${s.carp}\n${s.carpOld}\n`,
  "conf/conf/OCF/db/one": `password='${s.ocf}'\n`,
  "ha-log": [
    "Nov 27 12:31:12 alice hb: [33]: info: start: hb starts as alice",
    `Nov 27 12:31:12 alice hb: [33]: info: script: mysql::admin::${s.argument} start: done`,
    `Nov 27 12:31:12 alice hb: [33]: info: output: mysql start: ${s.printed}`,
    `Nov 27 12:31:12 alice mysql[9]: ${s.printed}`,
    `Nov 27 12:31:12 alice hb: [33]: info: x: password=${s.unknown} ${s.key} ${s.carp}`,
    "",
  ].join("\n"),
  "ha-debug": `Nov 27 12:31:12 alice hb: [33]: debug: env: ${Object.values(s).slice(0, 17).join(" ")}\n`,
  "state/hb_events": [
    { text: `Group mysql::admin::${s.argument} is up`, quoted: s.quoted },
    { text: `The environment was ${s.environment}, ${s.ocf} and ${s.umlaut}` },
    { text: s.printed, kind: "output" },
  ]
    .map((event) => ({ v: 1, at: 1, boot: "b", node: "alice", kind: "x", level: "info", ...event }))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join(""),
};

/** As text, JSON, base64, hex and percent signs; of bytes of UTF-8 and of one byte each. */
function forms(secret: string): Buffer[] {
  const bytes = Buffer.from(secret, "utf8");
  const texts = [
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("hex"),
    encodeURIComponent(secret),
  ];
  return [bytes, Buffer.from(secret, "latin1"), ...texts.map((text) => Buffer.from(text))];
}

test("hb doctor --bundle lets no secret out, wherever it stands", () => {
  const file = join(root, "bundle.tar.gz");
  const { environment, inside } = secrets;
  const env = { MY_THING: environment, OPTIONS: `--quiet --with=${inside}` };
  const { code, stderr } = doctor([...host(secretive), "--bundle", file], env);
  expect(stderr).toMatch(/^\S+bundle\.tar\.gz: \d+ files, \d+ KiB, without keys and passwords\n$/);
  expect(code).toBe(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const bytes = gunzipSync(new Uint8Array(Bun.mmap(file)));
  const found = Object.entries(secrets).filter(([, secret]) =>
    forms(secret).some((form) => bytes.includes(form)),
  );
  expect(found.map(([name]) => name)).toEqual([]);
  expect(bytes.includes("Zq7")).toBe(false);

  const read = (name: string) => run(["tar", "-xzOf", file, `hb-alice/${name}`]).stdout;
  expect(read("conf/authkeys").split("\n").slice(0, 3)).toEqual([
    "auth 1",
    "1 sha1 [redacted]",
    "2 md5 [redacted]",
  ]);
  expect(read("conf/ha.cf")).toContain("keepalive 1\ndeadtime 10\nbcast lo\nnode alice\n");
  expect(read("conf/haresources")).toStartWith("alice mysql::[redacted]::[redacted] ocf:x:db::pw=");
  expect(read("events.jsonl")).toContain("is up");
  expect(JSON.parse(read("doctor.json"))[0]).toMatchObject({ check: "agent", level: "fail" });
  expect(read("README")).toContain("look at it before you send it");
  expect(read("system/proc/net/udp")).toContain("local_address");
});

test("hb doctor --bundle goes over no file, and says why there is none", () => {
  const file = join(root, "there");
  writeFileSync(file, "mine");
  const options = host(plain);
  const { code, stderr } = doctor([...options, "--bundle", file]);
  expect([code, stderr]).toEqual([1, `There is a ${file} already: choose another name\n`]);
  expect(run(["cat", file]).stdout).toBe("mine");
  const lost = doctor([...options, "--bundle", join(root, "nowhere/x")]);
  const missing = join(root, "nowhere");
  expect(lost.stderr).toBe(
    `No bundle: there is no directory ${missing}: make it, or choose another\n`,
  );
});
