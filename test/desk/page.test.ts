// The page of `hb status`, and the exit codes of the commands that ask the agent.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { routerSection, statusPage } from "../../src/cli/page.ts";
import type { RouterView, Snapshot } from "../../src/core/snapshot.ts";
import { carpDirectory, carpSocket } from "../../src/desk/carp/place.ts";
import { Control } from "../../src/desk/control.ts";
import type { Request } from "../../src/desk/request.ts";

const snapshot: Snapshot = {
  version: 1,
  node: "alice",
  state: "active",
  generation: 7,
  resources: "local",
  nodes: [
    { name: "alice", state: "active", kind: "hb", links: [] },
    {
      name: "bob",
      state: "dead",
      kind: "heartbeat",
      lastHeardMs: 12_340,
      links: [{ name: "eth0", medium: "bcast", state: "dead" }],
    },
    { name: "10.0.0.254", state: "ping", kind: "ping", links: [] },
  ],
  groups: [
    {
      key: "10.0.0.10",
      owner: "alice",
      resources: ["10.0.0.10", "httpd"],
      holder: "alice",
      state: "held",
      why: "this node is its owner",
    },
    {
      key: "10.0.0.20",
      owner: "bob",
      resources: ["10.0.0.20"],
      holder: null,
      state: "failed",
      why: "",
    },
  ],
  dropped: { duplicate: 812, old: 4, stranger: 2, clone: 0 },
  routers: [],
  pulse: {
    lateMs: { last: 0.041, p99: 0.2, worst: 12.4 },
    packets: [{ link: "eth0", received: 9, sent: 9, rejected: { signature: 3, syntax: 0 } }],
    missing: ["No realtime priority: EPERM"],
  },
};

const router: RouterView = {
  name: "eth0/42",
  device: "eth0",
  vhid: 42,
  state: "master",
  sinceMs: 3_723_000,
  why: "nobody was heard for 3000 ms",
  addresses: ["10.0.0.9", "10.0.0.10"],
  advbase: 1,
  advskew: 0,
  demoted: [],
  heard: { from: "10.0.0.2", advbase: 1, advskew: 100, demote: 0, sealed: true, agoMs: 4_200 },
  packets: { sent: 3_700, received: 12, rejected: { vhid: 900, digest: 3, replay: 1, ttl: 0 } },
  next: { what: "advert", inMs: 400 },
};

const backup: RouterView = {
  ...router,
  name: "eth1/255",
  device: "eth1",
  vhid: 255,
  state: "backup",
  sinceMs: 1_500,
  why: "",
  addresses: ["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5"],
  advskew: 7,
  demoted: ["no carrier on eth1", "/bin/check failed"],
  heard: { from: "fe80::2", advbase: 1, advskew: 0, demote: 2, sealed: false, agoMs: 90 },
  packets: { sent: 0, received: 2, rejected: {} },
  next: { what: "takeover", inMs: 2_910 },
};

const plain = (_style: unknown, text: string) => text;

test("routerSection() shows virtual routers with what they hear and what comes next", () => {
  expect(routerSection([router, backup], plain)).toBe(`Virtual routers
  ●  eth0/42   master  for 62 min  10.0.0.9 10.0.0.10                              advert in 400 ms
               nobody was heard for 3000 ms
               advbase 1 advskew 0; heard 10.0.0.2 4.2 s ago: advbase 1 advskew 100, sealed
               sent 3700 adverts, took 12
               rejected adverts: digest 3, replay 1
  ○  eth1/255  backup  for 1.5 s   10.1.0.1 10.1.0.2 10.1.0.3 10.1.0.4 and 1 more  takeover in 2.9 s
               demoted: no carrier on eth1, /bin/check failed
               advbase 1 advskew 7; heard fe80::2 90 ms ago: advbase 1 advskew 0, demoted by 2
               sent 0 adverts, took 2`);
});

test("statusPage() shows the virtual routers between the groups and the pulse", () => {
  const page = statusPage({ ...snapshot, routers: [router] }, plain);
  expect(page).toMatch(/Groups\n.*Virtual routers\n {2}● {2}eth0\/42 .*\n\nPulse late by/s);
});

test("statusPage() shows each PPP link with its interface and both ends, or why it is down", () => {
  const ends = { local: "10.9.0.1", remote: "10.9.0.2" };
  const up = {
    tty: "/dev/ttyS1",
    state: "up",
    sinceMs: 9,
    pid: 7,
    device: "ppp0",
    ...ends,
  } as const;
  const why = "pppd ended: the tty cannot be opened, exit code 7";
  const down = {
    tty: "/dev/ttyS20",
    state: "waiting",
    sinceMs: 9,
    local: "10.9.1.1",
    why,
  } as const;
  const page = statusPage(
    { ...snapshot, ppp: [{ ...up, why: "up" }, down] },
    (_style, text) => text,
  );
  expect(page).toContain(`PPP
  ●  /dev/ttyS1   up       ppp0  10.9.0.1 to 10.9.0.2  up
  ○  /dev/ttyS20  waiting        10.9.1.1 to ?         ${why}
`);
});

test("statusPage() shows a snapshot in aligned columns", () => {
  expect(statusPage(snapshot, (_style, text) => text)).toBe(`alice is active, holds its own groups

Nodes
  ●  alice       active  hb         this node
  ○  bob         dead    heartbeat  heard 12.3 s ago
  ●  10.0.0.254  ping    ping       never heard

Links
  ○  bob  bcast eth0  dead

Groups
  ●  10.0.0.10  alice   its owner  held here    httpd
                this node is its owner
  ○  10.0.0.20  nobody  for bob    failed here

Pulse late by: last 0.04 ms, p99 0.20 ms, worst 12 ms
  No realtime priority: EPERM
  eth0 rejected packets: signature 3
  Dropped messages: stranger 2`);
});

test.each([
  [
    {
      timeoutS: 11,
      identity: "i6300ESB timer",
      firmware: 0,
      features: ["settimeout", "magicclose"],
      nowayout: true,
    },
    [
      "  Watchdog /dev/watchdog0: timeout 11 s (i6300ESB timer, firmware 0, settimeout magicclose)",
      "  Watchdog /dev/watchdog0: cannot be stopped (nowayout): leaving the cluster resets this host",
    ],
  ],
  [{ trouble: "ENOENT, no such device" }, ["  Watchdog /dev/watchdog0: ENOENT, no such device"]],
])("statusPage() shows a watchdog with %j", (watchdog, lines) => {
  const pulse = { ...snapshot.pulse, watchdog: { device: "/dev/watchdog0", ...watchdog } };
  const page = statusPage({ ...snapshot, pulse }, (_style, text) => text);
  expect(page.split("\n").filter((line) => line.includes("Watchdog"))).toEqual(lines);
});

test("statusPage() shows a node that does not hear this one", () => {
  const nodes = snapshot.nodes.map((node) =>
    node.name === "bob" ? { ...node, deaf: true as const } : node,
  );
  const page = statusPage({ ...snapshot, nodes }, (_style, text) => text);
  expect(page).toContain("heard 12.3 s ago, but does not hear this node\n");
});

test("statusPage() shows by which way a node is silent, and since when", () => {
  const [alice, bob, ping] = snapshot.nodes;
  if (alice === undefined || bob === undefined || ping === undefined) throw new Error("No nodes");
  const eth0 = { name: "eth0", medium: "bcast", state: "up" } as const;
  const cable = { name: "/dev/ttyS0", medium: "serial", state: "dead" } as const;
  const fresh = { name: "eth1", medium: "bcast", state: "unknown" } as const;
  const echo = { name: ping.name, medium: "ping", state: "up" } as const;
  const nodes = [
    { ...alice, links: [eth0] },
    { ...bob, links: [eth0, cable, fresh] },
    { ...ping, lastHeardMs: 30, links: [echo] },
  ];
  const links = [
    { name: "eth0", from: "10.0.0.2", agoMs: 412 },
    { name: "/dev/ttyS0", agoMs: 300_000 },
  ];
  const senders = [{ node: "bob", aheadS: 0, links }];
  const page = statusPage({ ...snapshot, nodes, pulse: { ...snapshot.pulse, senders } }, plain);
  expect(page).toContain(`Links
  ●  alice       bcast eth0         up
  ●  bob         bcast eth0         up       last packet 412 ms ago
  ○  bob         serial /dev/ttyS0  dead     last packet 5 min ago
  ○  bob         bcast eth1         unknown
  ●  10.0.0.254  ping 10.0.0.254    up       last packet 30 ms ago
`);
});

test("statusPage() says nothing of packets and messages when all is well", () => {
  const dropped = { duplicate: 812, old: 4 };
  const pulse = { ...snapshot.pulse, packets: [], missing: [] };
  const page = statusPage({ ...snapshot, dropped, pulse }, (_style, text) => text);
  expect(page.split("\n").at(-1)).toBe("Pulse late by: last 0.04 ms, p99 0.20 ms, worst 12 ms");
});

test("statusPage() aligns by what is seen, not by its colour codes", () => {
  const painted = statusPage(snapshot, (_style, text) => `\x1b[1m${text}\x1b[0m`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
  const seen = painted.replace(/\x1b\[[01]m/g, "");
  expect(seen).toBe(statusPage(snapshot, (_style, text) => text));
});

test("statusPage() shows the first few of many resources", () => {
  const [group] = snapshot.groups;
  const resources = Array.from({ length: 1_000 }, (_, i) => `r${i}`);
  const page = statusPage(
    { ...snapshot, groups: group === undefined ? [] : [{ ...group, resources }] },
    (_style, text) => text,
  );
  expect(page).toContain("held here  r1 r2 r3 r4 r5 r6 r7 r8 and 991 more\n");
});

const run = mkdtempSync("/tmp/hb-page-");
const main = join(import.meta.dir, "../../src/main.ts");
const asked: Request[] = [];
let control: Control;
let answers = true;

beforeAll(async () => {
  control = await Control.listen(join(run, "hb.sock"), async (request, { progress }) => {
    asked.push(request);
    if (request.ask === "status") {
      const known = { ok: true, text: "", snapshot };
      return { say: "done", ...(answers ? known : { ok: false, text: "The pulse is starting" }) };
    }
    progress("script: httpd stop: done in 5 ms");
    const ok = request.ask !== "takeover";
    return { say: "done", ok, text: ok ? "Moved in 6 ms" : "bob is in flux" };
  });
});
afterAll(() => {
  control.close();
  rmSync(run, { recursive: true, force: true });
});

async function hb(...argv: string[]) {
  const child = Bun.spawn([process.execPath, main, ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

const nowhere = ["--run-dir", join(run, "nowhere")];
const here = ["--run-dir", run];

test("hb status exits 3 when no agent runs, and says what to type", async () => {
  const { code, out, err } = await hb("status", ...nowhere);
  expect(code).toBe(3);
  expect(out).toBe("");
  expect(err).toContain('start it with "hb agent"');
});

test("hb status exits 4 when the agent cannot tell", async () => {
  answers = false;
  const { code, err } = await hb("status", ...here);
  answers = true;
  expect({ code, err }).toEqual({ code: 4, err: "The pulse is starting\n" });
});

test("hb status --json prints the snapshot as it is", async () => {
  const { code, out } = await hb("status", "--json", ...here);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(snapshot);
});

test("hb status prints the page, plain where nobody sees colours", async () => {
  const { code, out } = await hb("status", ...here);
  expect(code).toBe(0);
  expect(out).toBe(`${statusPage(snapshot, (_style, text) => text)}\n`);
});

test("hb status shows the virtual routers of every process of hb carp, agent or not", async () => {
  const alone = mkdtempSync("/tmp/hb-page-");
  const pids = [101, 102];
  const controls = await Promise.all(
    [here[1] ?? "", alone].flatMap((directory) => {
      mkdirSync(carpDirectory(directory));
      // One that was killed leaves its socket behind.
      writeFileSync(carpSocket(directory, 100), "");
      return pids.map((pid) =>
        Control.listen(carpSocket(directory, pid), async () => {
          const routers = [pid === 101 ? backup : router];
          return { say: "done", ok: true, text: "", snapshot: { ...snapshot, routers } };
        }),
      );
    }),
  );
  const beside = await hb("status", "--json", ...here);
  const without = await hb("status", "--run-dir", alone);
  const json = await hb("status", "--json", "--run-dir", alone);
  for (const each of controls) each.close();
  rmSync(carpDirectory(run), { recursive: true });
  rmSync(alone, { recursive: true });

  const carp = pids.map((pid) => ({ pid }));
  const routers = [
    { ...router, pid: 102 },
    { ...backup, pid: 101 },
  ];
  expect(JSON.parse(beside.out)).toEqual({ ...snapshot, routers, carp });
  expect(without).toEqual({ code: 3, out: `${routerSection(routers, plain)}\n`, err: "" });
  expect(without.out).toContain('runs in "hb carp", pid 102');
  expect(json).toMatchObject({ code: 3, err: "" });
  expect(JSON.parse(json.out)).toEqual({ version: 1, routers, carp });
});

test("hb status says which process of hb carp does not answer", async () => {
  const alone = mkdtempSync("/tmp/hb-page-");
  mkdirSync(carpDirectory(alone));
  const deaf = createServer().listen(carpSocket(alone, 77));
  const { err } = await hb("status", "--run-dir", alone);
  deaf.close();
  rmSync(alone, { recursive: true });
  expect(err).toStartWith('"hb carp" with pid 77 does not answer: no answer\n');
});

test("hb standby waits, with progress on stderr and the end on stdout", async () => {
  const { code, out, err } = await hb("standby", "failback", ...here);
  expect({ code, out }).toEqual({ code: 0, out: "Moved in 6 ms\n" });
  expect(err).toContain("httpd stop");
  expect(asked.at(-1)).toEqual({ ask: "standby", set: "foreign", wait: true });
});

test("hb takeover exits 1 with the reason when it is refused", async () => {
  const { code, out, err } = await hb("takeover", "--no-wait", ...here);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("bob is in flux");
  expect(asked.at(-1)).toEqual({ ask: "takeover", set: "all", wait: false });
});

test.each([
  [["standby", "some"], 2],
  [["standby", "all", "spare"], 2],
  [["takeover", "--speed"], 2],
  [["node", "rename", "carol"], 2],
  [["node", "add"], 2],
  [["node", "add", "not a name"], 2],
] as const)("hb %p is a usage error", async (words, expected) => {
  const { code, out, err } = await hb(...words, ...here);
  expect({ code, out }).toEqual({ code: expected, out: "" });
  expect(err).not.toBe("");
});

test.each([
  ["hb_standby", [], { ask: "standby", set: "all", wait: true }],
  ["hb_takeover", ["failback"], { ask: "takeover", set: "local", wait: true }],
  ["hb_addnode", ["Carol", "dave"], { ask: "addnode", nodes: ["carol", "dave"] }],
  ["hb_delnode", ["carol"], { ask: "delnode", nodes: ["carol"] }],
] as const)(
  "%s %p asks what Heartbeat's command of that name does",
  async (name, words, request) => {
    const child = Bun.spawn([process.execPath, main, ...words, ...here], {
      argv0: `/usr/bin/${name}`,
      stdio: ["ignore", "ignore", "ignore"],
    });
    await child.exited;
    expect(asked.at(-1)).toEqual(request as Request);
  },
);

test("hb_addnode explains itself by its own name", async () => {
  const child = Bun.spawn([process.execPath, main], {
    argv0: "/usr/share/heartbeat/hb_addnode",
    stdio: ["ignore", "ignore", "pipe"],
  });
  expect(await child.exited).toBe(1);
  expect(await new Response(child.stderr).text()).toBe(
    "hb_addnode: Missing argument NODE\n" +
      "Usage: hb_addnode [options] NODE…\n" +
      'Try "hb_addnode --help"\n',
  );
});

test("hb_standby with an unknown word exits 1, as the old program does", async () => {
  const child = Bun.spawn([process.execPath, main, "some", ...here], {
    argv0: "hb_standby",
    stdio: ["ignore", "ignore", "pipe"],
  });
  expect(await new Response(child.stderr).text()).toContain("Usage: hb_standby");
  expect(await child.exited).toBe(1);
});

test("hb standby exits 7 when no agent runs", async () => {
  expect((await hb("standby", ...nowhere)).code).toBe(7);
});
