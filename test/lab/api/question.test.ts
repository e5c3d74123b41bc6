// Programs of Heartbeat's client API, as Debian ships them, on a running agent: every subcommand of cl_status beside
// the same on a real daemon, api_test too, and as it was recorded there. What they print and how they end is the same.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { built, settled, startAgent } from "../agent.ts";
import { configure } from "../conf.ts";
import { hasHeartbeat, startHeartbeat, withHeartbeat } from "../heartbeat.ts";
import type { Host } from "../host.ts";
import { withLab } from "../lab.ts";
import { SOON_MS, until } from "../until.ts";
import { brisk, cluster, HELD, hosts, ROUTER, withAgents } from "./pair.ts";

setDefaultTimeout(180_000);

const withPrograms = test.skipIf(!hasHeartbeat());

const nodes = ["alice", "BOB", ROUTER, "nosuch"];
const links = ["alice eth0", "bob eth0", "bob nosuch", `${ROUTER} ${ROUTER}`, "nosuch eth0"];
const parameters = [
  ..."hbversion hopfudge keepalive deadtime deadping warntime initdead baud udpport node apiauth ping".split(
    " ",
  ),
  ..."auto_failback hbgenmethod realtime debug logfile debugfile logfacility watchdog coreroot".split(
    " ",
  ),
  ..."cluster crm pacemaker autojoin uuidfrom msgfmt compression max_rexmit_delay nosuch use_logd".split(
    " ",
  ),
];

const questions = [
  ...[
    "hbstatus",
    "hbstatus -v",
    "listnodes",
    "listnodes -n",
    "listnodes -p",
    "listnodes -v",
    "listnodes -m",
  ],
  ...[
    "nodestatus",
    "nodestatus -m",
    "nodeweight",
    "nodesite",
    "nodetype",
    "listhblinks",
    "listhblinks -v",
  ].flatMap((command) => nodes.map((node) => `${command} ${node}`)),
  ...links.map((link) => `hblinkstatus ${link}`),
  // The real daemon needs up to half a second, which is also what is usual to wait.
  ...["alice ccm", "bob ccm", `${ROUTER} ccm`, "nosuch ccm"].map(
    (which) => `clientstatus ${which} 3000`,
  ),
  ...["rscstatus", "rscstatus -m", "hbparameter", "test", "nosuch"],
  ...parameters.map((name) => `hbparameter -p ${name}`),
];

/** What it says, without the moment and the pid. */
function plain(text: string): string {
  return text.replace(/^\w+ +\d+ [\d:]+ (\S+ \S+): \[\d+\]/gm, "$1").replace(/PID=\d+/, "PID");
}

async function ask(host: Host): Promise<string[]> {
  const answers = await Promise.all(
    questions.map(async (question) => {
      const { code, stdout, stderr } = await host.exec(["cl_status", ...question.split(" ")]);
      return `cl_status ${question}: ${code}\n${plain(stdout)}${plain(stderr)}`;
    }),
  );
  return answers;
}

/** api_test must be of the group haclient, and never ends by itself. */
function apiTest(host: Host, seconds: number) {
  const who = ["setpriv", "--reuid=root", "--regid=haclient", "--clear-groups"];
  const limit = ["timeout", "-s", "KILL", `${seconds}`];
  return host.exec([...who, ...limit, "/usr/libexec/heartbeat/api_test"]);
}

/** How 3.0.6 ends it in the middle: it answers now and then later than api_test waits, which takes that for the
 *  answer to its next question. */
const LATE =
  /(status: \[timeout\]\n(?:.*\n)*).*ERROR: Cannot start if walk\n.*ERROR: REASON: .*\n$/;

interface Found {
  /** It came to the last of the replies that it sends itself. */
  readonly isWhole: boolean;
  readonly wrong: string[];
}

/** What api_test finds wrong with one program; 3.0.6 may have some tries, and to be late is no find. */
async function findings(host: Host, program: "hb" | "3.0.6", tries = 3): Promise<Found> {
  const { code, stderr } = await apiTest(host, 15);
  const isWhole = code === 137 && stderr.includes("Got message 11 of type [pingreply]");
  if (program === "3.0.6" && !isWhole && tries > 1) return findings(host, program, tries - 1);
  const said = program === "3.0.6" ? stderr.replace(LATE, "$1") : stderr;
  const wrong = plain(said)
    .split("\n")
    .filter((line) => /ERROR|CRIT|WARN/.test(line));
  return { isWhole, wrong };
}

withPrograms(
  "hb agent answers cl_status as Heartbeat 3.0.6 does, every subcommand, and api_test finds as little wrong",
  async () => {
    let theirs: string[] = [];
    let own: string[] = [];
    let theirFound: Found | undefined;
    let ownFound: Found | undefined;
    await Promise.all([
      withHeartbeat({ hosts, name: "api306" }, async (lab) => {
        const [alice, bob] = [lab.host("alice"), lab.host("bob")];
        configure(lab, cluster, [alice, bob]);
        await Promise.all([startHeartbeat(alice), startHeartbeat(bob)]);
        await lab.watch.held(HELD, ["alice"], SOON_MS);
        const what = "alice to have all that is its own";
        await until({ what, withinMs: SOON_MS, everyMs: 500 }, async () => {
          const { stdout } = await alice.exec(["cl_status", "rscstatus"]);
          return stdout === "local\n";
        });
        theirs = await ask(alice);
        theirFound = await findings(alice, "3.0.6");
      }),
      withAgents({ name: "apihb" }, async (lab) => {
        own = await ask(lab.host("alice"));
        ownFound = await findings(lab.host("alice"), "hb");
      }),
    ]);
    expect(own).toEqual(theirs);
    expect(ownFound).toEqual({ isWhole: true, wrong: theirFound?.wrong ?? [] });
    expect(theirFound?.wrong.join()).toMatch(
      /^[^,]* ERROR: Mandantory Parameter normalpoll [^,]*$/,
    );
  },
);

/** What a run printed and how it ended, by its transcript. */
function recordedRun(name: string): string {
  const path = join(import.meta.dir, `../../golden/heartbeat-api/cl_status-${name}.txt`);
  const text = readFileSync(path, "latin1");
  const [, code] = /^exit code: (\d+)$/m.exec(text) ?? [];
  const [, said = ""] = /^--- std(?:out|err)\n(.*?)^---$/ms.exec(text) ?? [];
  return `${code}\n${plain(said).replaceAll("apic", "alice")}`;
}

withPrograms(
  "cl_status says of an agent that does not run, or that it may not ask, what was recorded",
  async () => {
    await built();
    await withLab({ hosts, name: "apistopped" }, async (lab) => {
      const alice = lab.host("alice");
      configure(lab, { ...cluster, ...brisk, nodes: ["alice"], initdead: "8" });
      const run = async (...words: readonly string[]): Promise<string> => {
        const { code, stdout, stderr } = await alice.exec(words);
        return `${code}\n${plain(stdout)}${plain(stderr)}`;
      };
      expect(await run("cl_status", "hbstatus")).toBe(recordedRun("hbstatus-stopped"));
      expect(await run("cl_status", "nodestatus", "alice")).toBe(recordedRun("nodestatus-stopped"));
      startAgent(alice);
      await settled(alice);
      // Its file has the group's bit, which is not heeded so.
      const nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
      const asked = await run(...nobody, "--no-new-privs", "cl_status", "hbstatus");
      expect(asked).toBe(recordedRun("hbstatus-nobody"));
      expect(await run("cl_status", "hbstatus")).toBe(recordedRun("hbstatus"));
    });
  },
);

withPrograms(
  "hb agent answers api_test as it was recorded, and tells who else has one",
  async () => {
    await withAgents({ name: "apitest" }, async (lab) => {
      const [first, second] = await Promise.all([
        apiTest(lab.host("bob"), 9),
        Bun.sleep(2_000).then(() => apiTest(lab.host("alice"), 4)),
      ]);
      expect([first?.code, second.code]).toEqual([137, 137]);
      const recorded = readFileSync(
        join(import.meta.dir, "../../golden/heartbeat-api/api_test.txt"),
        "latin1",
      );
      // Its last line was cut when it was ended.
      const [, lines = ""] = /--- stderr\n(.*?)[^\n]*\n---\n/s.exec(recorded) ?? [];
      const expected = plain(lines)
        .replaceAll("apia", "alice")
        .replaceAll("apib", "bob")
        .replaceAll("10.77.0.254", ROUTER)
        .replaceAll("hb0", "eth0")
        // The real one answers too late for it.
        .replaceAll("[timeout]", "[online]");
      const said = plain(second.stderr);
      expect(said.split("\n")).toEqual(expect.arrayContaining(expected.split("\n")));
      expect(said).toContain("alice/api_test status: [online]");
    });
  },
);
