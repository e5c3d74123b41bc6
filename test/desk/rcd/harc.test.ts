// Scripts of rc.d as they are run: for which messages, how, in which order, and what becomes of those that hang.

import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHaCf } from "../../../src/config/hacf.ts";
import { Log } from "../../../src/desk/log.ts";
import { placesOf } from "../../../src/desk/place.ts";
import { processName } from "../../../src/desk/process.ts";
import { Harc } from "../../../src/desk/rcd/harc.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { text } from "../../../src/wire/message.ts";
import { until } from "../../pulse/puppet.ts";

const directory = mkdtempSync(join(tmpdir(), "hb-harc-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Keeps what it was told, one at a time. */
const keep = '#!/bin/sh\necho "$1 $HA_n $HA_OSTATUS" >>"$HA_SAID"\necho "its word"\n';

class Office {
  readonly harc: Harc;
  readonly lines: string[] = [];
  readonly #said: string;

  constructor(scripts: Readonly<Record<string, string>>, haCf = "", managesResources = true) {
    const root = mkdtempSync(join(directory, "office-"));
    const conf = join(root, "ha.d");
    const places = placesOf({ conf, state: join(root, "lib"), run: join(root, "run") });
    for (const made of [places.rcd, places.run, places.work]) mkdirSync(made, { recursive: true });
    for (const [name, body] of Object.entries(scripts)) {
      writeFileSync(join(conf, name), body, { mode: 0o755 });
    }
    this.#said = join(root, "said");
    const sink = new Sink((bytes, done) => {
      this.lines.push(...Buffer.from(bytes).toString().split("\n").filter(Boolean));
      done(null, bytes.length);
    }, String);
    this.harc = new Harc({ places, log: new Log("debug", sink), self: "alice" });
    const given = parseHaCf(`env SAID=${this.#said}\nlogfacility none\n${haCf}`, "ha.cf");
    this.harc.use(given.conf, managesResources);
  }

  hear(t: string, n: number | string, more: Readonly<Record<string, string>> = {}): void {
    this.harc.heard(text({ t, n: String(n), ...more }));
  }

  get said(): string[] {
    try {
      return readFileSync(this.#said, "utf8").trim().split("\n");
    } catch {
      return [];
    }
  }

  async says(line: string): Promise<void> {
    await until(line, () => this.said.includes(line));
  }

  logs(line: RegExp): Promise<void> {
    return until(String(line), () => this.lines.some((each) => line.test(each)));
  }
}

test("Harc runs the script of a message's type, one after the other and in order", async () => {
  const office = new Office({ "rc.d/mytype": keep, "rc.d/other": keep });
  office.harc.knows({ nodes: [{ ...alice, status: "active" }], resources: "none" });
  expect(office.harc.isWanted).toBe(true);
  for (let n = 0; n < 10; n++) office.hear(n % 3 === 0 ? "other" : "mytype", n);
  await office.says("other 9 active");
  expect(office.said.map((line) => line.split(" ")[1])).toEqual([..."0123456789"]);
  await office.logs(/output +rc\.d\/mytype: its word/);
});

test("Harc runs harc with the type where there is one", async () => {
  const office = new Office({ harc: keep.replace("$1", "harc $1"), "rc.d/mytype": keep });
  office.hear("mytype", 1);
  await office.says("harc mytype 1 init");
  expect(office.said).toHaveLength(1);
});

test("Harc hears nothing that has no script, is for another node, or that 3.0.6 keeps for itself", async () => {
  const office = new Office({ "rc.d/mytype": keep, "rc.d/resource": keep });
  office.hear("resource", 1);
  office.hear("../rc.d/mytype", 2);
  office.hear("mytype", 3, { dest: "bob" });
  office.hear("mytype", 4, { dest: "Alice" });
  await office.says("mytype 4 init");
  expect(office.said).toEqual(["mytype 4 init"]);
});

test("Harc runs nothing where Pacemaker decides", () => {
  const office = new Office({ "rc.d/mytype": keep }, "", false);
  expect(office.harc.isWanted).toBe(false);
});

test("Harc looks again before it runs a script: it may be Heartbeat's by now", async () => {
  const change = '#!/bin/sh\nprintf "#!/bin/sh\\nmach_%s\\n" down >"$(dirname "$0")/status"\n';
  const office = new Office({ "rc.d/change": change, "rc.d/status": keep, "rc.d/last": keep });
  office.hear("change", 1);
  office.hear("status", 2);
  office.hear("last", 3);
  await office.says("last 3 init");
  expect(office.said).toEqual(["last 3 init"]);
  await office.logs(/status is not run: it names mach_down/);
});

test("Harc drops what comes while too many messages wait, and says so", async () => {
  const office = new Office({ "rc.d/mytype": keep });
  for (let n = 0; n < 500; n++) office.hear("mytype", n);
  await office.logs(/mytype: not run, as 64 messages wait for scripts of rc\.d/);
  await office.says("mytype 63 init");
  office.hear("mytype", "last");
  await office.says("mytype last init");
  // The first one may have left the queue before the next came.
  expect(office.said.length).toBeLessThanOrEqual(66);
  expect(office.lines.filter((line) => line.includes("not run, as"))).toHaveLength(1);
});

test("Harc ends a script that takes too long, with its children, and goes on", async () => {
  const hang = '#!/bin/sh\nsleep 600 &\necho "$!" >>"$HA_SAID"\nwait\n';
  const office = new Office({ "rc.d/hang": hang, "rc.d/mytype": keep }, "resource_timeout 1\n");
  office.hear("hang", 1);
  office.hear("mytype", 2);
  await office.says("mytype 2 init");
  await office.logs(/rc\.d\/hang failed in \d+ ms: timed out after 1000 ms/);
  const pid = Number(office.said[0]);
  expect(pid).toBeGreaterThan(1);
  await until("its child to end", () => processName(pid) === undefined);
});

test("Harc.end() ends what runs, and runs nothing that waits", async () => {
  const hang = '#!/bin/sh\necho begun >>"$HA_SAID"\nexec sleep 600\n';
  const office = new Office({ "rc.d/hang": hang });
  office.hear("hang", 1);
  office.hear("hang", 2);
  await office.says("begun");
  office.harc.end();
  office.hear("hang", 3);
  await office.logs(/rc\.d\/hang failed in \d+ ms: ended: the agent ends/);
  expect(office.said).toEqual(["begun"]);
});

test("Harc says how a script failed, and of one that cannot be started", async () => {
  const office = new Office({ "rc.d/fails": "#!/bin/sh\nexit 3\n", "rc.d/odd": "no program\n" });
  office.hear("fails", 1);
  office.hear("odd", 2);
  await office.logs(/rc\.d\/fails failed in \d+ ms: exit code 3/);
  await office.logs(/Cannot run \S+rc\.d\/odd odd: /);
});

const alice = { name: "alice", type: "normal", weight: 100, site: "", links: [] } as const;
