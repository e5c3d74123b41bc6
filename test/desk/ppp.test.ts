// PPP links of the agent: how pppd is called, when it is started again, what is done with what it tells.
//
// The kernel that runs this may have no PPP, so a stand-in plays pppd here: it takes pppd's words and
// calls the hooks as pppd does. The real one is in test/vm.

import { afterAll, afterEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { PppMedium } from "../../src/config/medium.ts";
import type { PppView } from "../../src/core/snapshot.ts";
import { placeHooks } from "../../src/desk/ppp/hook.ts";
import { Pauses } from "../../src/desk/ppp/link.ts";
import { parseHeirs } from "../../src/desk/ppp/links.ts";
import { pppdEnding, pppdWords } from "../../src/desk/ppp/pppd.ts";
import { processName } from "../../src/desk/process.ts";
import { parseRequest } from "../../src/desk/request.ts";
import { plainConfig } from "../plainconfig.ts";
import { AgentHost, haCf, started } from "./agenthost.ts";

const root = mkdtempSync("/tmp/hb-ppp-");
const standIns = new Set<number>();
const made = new Set<PppHost>();
afterEach(async () => {
  for (const { pids } of made) for (const pid of pids) standIns.add(pid);
  made.clear();
  for (const host of started) await host.destroy();
  started.clear();
  for (const pid of standIns) if (processName(pid) !== undefined) process.kill(pid, "SIGKILL");
  standIns.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const medium: PppMedium = {
  kind: "ppp",
  device: "/dev/ttyS1",
  local: "10.9.0.1",
  remote: "10.9.0.2",
  baud: 115_200,
  flow: "rtscts",
  port: 694,
};

function wordsFor(deadtimeMs: number, change: Partial<PppMedium> = {}): string {
  const timing = { ...plainConfig.timing, deadtimeMs };
  const places = { hooks: "/run/hb.ppp", run: "/run/hb" };
  return pppdWords({ medium: { ...medium, ...change }, timing, ...places }).join(" ");
}

test("pppdWords() name the tty, its speed, the ends, the hooks and no route of their own", () => {
  const words = wordsFor(10_000);
  expect(words).toStartWith("/dev/ttyS1 115200 local crtscts ");
  expect(wordsFor(10_000, { flow: "none" })).toContain(" local nocrtscts ");
  expect(words).toEndWith(" 10.9.0.1:10.9.0.2");
  for (const word of ["lock", "nodetach", "noauth", "nodefaultroute", "noipv6"]) {
    expect(words.split(" ")).toContain(word);
  }
  expect(words).toContain("ip-up-script /run/hb.ppp/ip-up ip-down-script /run/hb.ppp/ip-down");
  expect(words).toContain("set HB_RUN_DIR=/run/hb ipparam /dev/ttyS1");
  const { remote: _, ...open } = medium;
  expect(pppdWords({ medium: open, timing: plainConfig.timing, hooks: "/h", run: "/r" })).toContain(
    "10.9.0.1:",
  );
});

test.each([
  [1_500, 1],
  [3_000, 1],
  [10_000, 4],
  [30_000, 10],
  [3_600_000, 30],
])(
  "pppdWords() with a deadtime of %d ms give a silent line up after three echoes of %d s",
  (deadtimeMs, s) => {
    expect(wordsFor(deadtimeMs)).toContain(
      `lcp-echo-interval ${s} lcp-echo-failure 3 lcp-echo-adaptive`,
    );
  },
);

test("Pauses grow from 1 s to 30 s while links live short, and vanish after one that was up for long", () => {
  const pauses = new Pauses();
  const lives = [undefined, 0, 9_999, undefined, undefined, undefined, undefined, 10_000, 50];
  const paused = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 0, 1_000];
  expect(lives.map((upMs) => pauses.next(upMs))).toEqual(paused);
});

test("pppdEnding() says in words why pppd ended", () => {
  expect(pppdEnding(7, null)).toBe("pppd ended: the tty cannot be opened, exit code 7");
  expect(pppdEnding(99, null)).toBe("pppd ended: exit code 99");
  expect(pppdEnding(null, "SIGKILL")).toBe("pppd was killed by SIGKILL");
});

test.each([
  ["whole", {}, 1],
  ["that was not up", { line: undefined }, 1],
  ["without its line's ends", { line: { device: "ppp0" } }, 0],
  ["with a line that is none", { line: null }, 0],
  ["with words that are none", { argv: ["pppd", 5] }, 0],
])("parseHeirs() of a run of pppd %s", (_what, change, count) => {
  const line = { device: "ppp0", local: "10.0.0.1", remote: "10.0.0.2" };
  const name = { pid: 12, startedAt: "345" };
  const heir = { tty: "/dev/ttyS0", name, argv: ["pppd", "/dev/ttyS0"], line, ...change };
  expect(parseHeirs(JSON.stringify([heir]))).toHaveLength(count);
});

test("placeHooks() refuses a directory that others may write to", () => {
  const open = join(root, "open");
  mkdirSync(open);
  Bun.spawnSync(["chmod", "777", open]);
  expect(() => placeHooks(open)).toThrow("Others could write");
  expect(existsSync(join(open, "ip-up"))).toBe(false);
});

test("placeHooks() puts both in place, again and again, and leaves nothing else", () => {
  const own = join(root, "own");
  for (let count = 0; count < 2; count += 1) placeHooks(own);
  expect(readdirSync(own).sort()).toEqual(["ip-down", "ip-up"]);
});

test("placeHooks() names the program's file: a number of a process may become anybody's", () => {
  const own = join(root, "own");
  placeHooks(own, ["/proc/self/exe"]);
  expect(readlinkSync(join(own, "ip-up"))).toBe(process.execPath);
});

test("parseRequest() takes what a hook says, and nothing that is not one", () => {
  const line = { device: "ppp0", local: "10.9.0.1", remote: "10.9.0.2" };
  const good = { ask: "ppp", event: "up", tty: "/dev/ttyS1", pid: 99, line } as const;
  expect(parseRequest(JSON.stringify({ ...good, more: 1 }))).toEqual(good);
  const strange = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant({}));
  fc.assert(
    fc.property(fc.constantFrom("event", "tty", "pid", "line"), strange, (key, value) => {
      fc.pre(!(key === "pid" && typeof value === "number" && value > 1));
      fc.pre(!(key === "tty" && typeof value === "string" && value.startsWith("/")));
      expect(parseRequest(JSON.stringify({ ...good, [key]: value }))).toBeUndefined();
    }),
  );
  for (const device of ["", "a/b", "sixteen-letters-", 3]) {
    const odd = { ...good, line: { ...line, device } };
    expect(parseRequest(JSON.stringify(odd))).toBeUndefined();
  }
});

/** Any character device: the stand-in does not talk on it. */
const tty = "/dev/null";

class PppHost {
  readonly host: AgentHost;
  readonly #home: string;

  constructor(name: string) {
    this.#home = join(root, name);
    this.host = new AgentHost(this.#home);
    mkdirSync(join(this.#home, "bin"));
    writeFileSync(join(this.#home, "bin/pppd"), standIn(this.#home), { mode: 0o755 });
    made.add(this);
    this.play("up");
    this.configure();
    this.host.write("haresources", "");
  }

  configure(): void {
    this.host.write("ha.cf", `${haCf.replaceAll("500ms", "2500ms")}ppp ${tty} 10.9.0.1:10.9.0.2\n`);
  }

  read(name: string): string {
    return readFileSync(join(this.#home, name), "utf8");
  }

  /** What the next pppd does: "up", "same" (both ends of one address), "alone" (nobody answers), or
   *  an exit code. */
  play(what: string): void {
    writeFileSync(join(this.#home, "play"), what);
  }

  async network(): Promise<void> {
    await this.host.network();
    const lines = [
      "link add ppp7 type veth peer name ppp8",
      "addr add 10.9.0.1 peer 10.9.0.2/32 dev ppp7",
      "link set ppp7 up",
      "link set ppp8 up",
    ];
    for (const line of lines) await this.host.inside("ip", ...line.split(" ")).exited;
  }

  start(): void {
    this.host.start({ PATH: `${join(this.#home, "bin")}:${process.env.PATH}` });
  }

  /** Pids of the pppds that were started so far. */
  get pids(): number[] {
    const path = join(this.#home, "started");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").map(Number) : [];
  }

  get file(): string {
    return join(this.host.places.conf, "ppp.d/.dev.null");
  }

  async view(): Promise<PppView | undefined> {
    return (await this.host.status())?.ppp?.[0];
  }

  /** How this node's own link is, as the pulse and the core have it. */
  async link(): Promise<string | undefined> {
    const self = (await this.host.status())?.nodes.find(({ name }) => name === "alice");
    return self?.links.find(({ name }) => name === tty)?.state;
  }

  /** Waits until the link is up in the desk and in the pulse, with this many pppds so far. */
  async up(count: number): Promise<void> {
    await this.host.until(async () => {
      const view = await this.view();
      const isUp = view?.state === "up" && (await this.link()) === "up";
      return isUp && this.pids.length === count && view?.pid === this.pids.at(-1);
    });
  }
}

function standIn(home: string): string {
  return `#!/bin/sh
(cd /proc/$$/fd && echo *) >>${home}/descriptors
while read -r line; do case $line in SigBlk*|SigIgn*) echo "$line" >>${home}/signals ;; esac; done </proc/$$/status
echo $$ >>${home}/started
while [ $# -gt 0 ]; do
  case $1 in
  ip-up-script) up=$2 ;; ip-down-script) down=$2 ;; set) set=$2 ;; ipparam) tty=$2 ;; *:*) ends=$1 ;;
  esac
  shift
done
play=$(cat ${home}/play)
case $play in [0-9]*) echo "no luck today"; exit $play ;; esac
here=\${ends%:*} there=\${ends#*:}
[ $play = same ] && there=$here
hook() {
  env -i PATH=$PATH "$set" PPPD_PID=$$ $1 ppp7 /dev/other 115200 $here $there $tty </dev/null >/dev/null 2>&1
}
trap 'hook $down; exit 5' TERM
echo "Using interface ppp7"
[ $play = alone ] || hook $up
while :; do sleep 0.05; done
`;
}

const limit = 60_000;

test(
  "agent brings a PPP link up, tells the pulse and old scripts, and starts pppd again when it dies",
  async () => {
    const ppp = new PppHost("up");
    await ppp.network();
    ppp.start();
    await ppp.up(1);
    const [pid] = ppp.pids;
    expect(await ppp.view()).toMatchObject({
      tty,
      state: "up",
      pid,
      device: "ppp7",
      local: "10.9.0.1",
      remote: "10.9.0.2",
      why: "up",
    });
    expect(readFileSync(ppp.file, "utf8")).toBe(
      `IPREMOTE=10.9.0.2\nIFNAME=ppp7\nPPPD_PID=${pid}\nIPLOCAL=10.9.0.1\n`,
    );
    await ppp.host.until(({ log }) => log.includes("pppd on /dev/null: Using interface ppp7"));

    process.kill(pid ?? 0, "SIGKILL");
    await ppp.host.until(async () => (await ppp.view())?.state === "waiting");
    expect(existsSync(ppp.file)).toBe(false);
    await ppp.host.until(async () => (await ppp.link()) === "dead");
    await ppp.up(2);

    // The next pulse knows nothing until it is told.
    const before = ppp.host.pulse;
    process.kill(before, "SIGKILL");
    await ppp.host.until(({ pulse }) => pulse !== before);
    await ppp.up(2);

    ppp.host.write("ha.cf", haCf);
    process.kill(ppp.host.pid, "SIGHUP");
    await ppp.host.until(() => ppp.pids.every((each) => processName(each) === undefined));
    await ppp.host.until(async () => (await ppp.host.status())?.ppp === undefined);
    expect(existsSync(ppp.file)).toBe(false);

    ppp.configure();
    process.kill(ppp.host.pid, "SIGHUP");
    await ppp.up(3);
    // Nothing of ours: stdin, its words twice, and what the shell keeps its script on.
    expect(ppp.read("descriptors").trim().split("\n").at(-1)).toBe("0 1 10 2");
    expect(ppp.read("signals")).toMatch(/^(SigBlk:\s0+\nSigIgn:\s0+\n)+$/);
  },
  limit,
);

test(
  "agent goes on with the pppd of an agent that was killed, and ends it when it leaves",
  async () => {
    const ppp = new PppHost("adopt");
    await ppp.network();
    ppp.start();
    await ppp.up(1);
    ppp.host.agent?.kill("SIGKILL");
    await ppp.host.agent?.exited;
    ppp.start();
    await ppp.up(1);
    process.kill(ppp.host.pid, "SIGTERM");
    expect(await ppp.host.agent?.exited).toBe(0);
    expect(ppp.pids.map(processName)).toEqual([undefined]);
    expect(existsSync(ppp.file)).toBe(false);
    expect(existsSync(join(ppp.host.places.ppp, "links"))).toBe(false);
  },
  limit,
);

test(
  "agent ends the pppd of an agent that was killed when ha.cf has other ends since",
  async () => {
    const ppp = new PppHost("changed");
    await ppp.network();
    ppp.start();
    await ppp.up(1);
    ppp.host.agent?.kill("SIGKILL");
    await ppp.host.agent?.exited;
    ppp.host.write("ha.cf", `${haCf}ppp ${tty} 10.9.0.1:10.9.0.3\n`);
    ppp.start();
    await ppp.host.until(async () => (await ppp.view())?.remote === "10.9.0.3");
    await ppp.up(2);
    expect(processName(ppp.pids[0] ?? 0)).toBeUndefined();
  },
  limit,
);

test(
  "agent knows the pppd of an agent that was killed where no file for old scripts can be written",
  async () => {
    const ppp = new PppHost("unwritten");
    await ppp.network();
    mkdirSync(join(ppp.file, "in the way"), { recursive: true });
    ppp.start();
    await ppp.up(1);
    ppp.host.agent?.kill("SIGKILL");
    await ppp.host.agent?.exited;
    ppp.host.write("ha.cf", `${haCf}ppp ${tty} 10.9.0.1:10.9.0.3\n`);
    ppp.start();
    await ppp.host.until(async () => (await ppp.view())?.remote === "10.9.0.3");
    await ppp.up(2);
    expect(processName(ppp.pids[0] ?? 0)).toBeUndefined();
  },
  limit,
);

test(
  "agent ends a pppd that nobody answered when its agent was killed",
  async () => {
    const ppp = new PppHost("alone");
    ppp.play("alone");
    await ppp.network();
    ppp.start();
    await ppp.host.until(async () => (await ppp.view())?.state === "starting");
    await ppp.host.until(() => ppp.pids.length === 1);
    ppp.host.agent?.kill("SIGKILL");
    await ppp.host.agent?.exited;
    ppp.play("up");
    ppp.start();
    await ppp.up(2);
    expect(processName(ppp.pids[0] ?? 0)).toBeUndefined();
  },
  limit,
);

test(
  "agent refuses a line whose ends call themselves the same, and says what to do",
  async () => {
    const ppp = new PppHost("same");
    ppp.play("same");
    await ppp.network();
    ppp.start();
    await ppp.host.until(({ log }) => log.includes("each node needs an address of its own"));
    await ppp.host.until(async () => (await ppp.link()) === "dead");
    expect(await ppp.view()).toMatchObject({ why: "both ends call themselves 10.9.0.1" });
  },
  limit,
);

test(
  "hb ip-up takes the line of a pppd that an administrator runs, which hb never ends",
  async () => {
    const ppp = new PppHost("foreign");
    ppp.play("6");
    await ppp.network();
    ppp.start();
    await ppp.host.until(async () => {
      return (
        (await ppp.view())?.why === "pppd ended: the tty is locked by another program, exit code 6"
      );
    });
    await ppp.host.until(({ log }) => log.includes("no luck today"));
    const foreign = Bun.spawn(["sleep", "60"]);
    standIns.add(foreign.pid);
    const say = (name: string, at = tty) =>
      ppp.host.inside(
        ...["env", `PPPD_PID=${foreign.pid}`, process.execPath],
        ...[join(import.meta.dir, "../../src/main.ts"), name, "--run-dir", ppp.host.places.run],
        ...["ppp7", at, "9600", "10.9.0.1", "10.9.0.2", ""],
      ).exited;
    expect(await say("ip-up", "/dev/zero")).toBe(1);
    // Ours may just be trying the tty.
    ppp.play("alone");
    await ppp.host.until(async () => (await ppp.view())?.state === "starting");
    expect(await say("ip-up")).toBe(0);
    await ppp.host.until(async () => (await ppp.link()) === "up");
    expect(await ppp.view()).toMatchObject({ state: "up", pid: foreign.pid });
    await ppp.host.until(() => ppp.pids.every((pid) => processName(pid) === undefined));
    expect(existsSync(ppp.file)).toBe(true);
    expect(await say("ip-down")).toBe(0);
    expect(existsSync(ppp.file)).toBe(false);
    await ppp.host.until(async () => (await ppp.link()) === "dead");
    expect(await say("ip-up")).toBe(0);
    process.kill(ppp.host.pid, "SIGTERM");
    expect(await ppp.host.agent?.exited).toBe(0);
    expect(processName(foreign.pid)).toBeDefined();
  },
  limit,
);
