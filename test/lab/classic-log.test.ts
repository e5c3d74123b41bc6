// `log_format classic` beside the log of a running Heartbeat 3.0.6: two nodes start, one dies and returns, goes standby,
// and the other one leaves, once with hb on both and once with 3.0.6 on both. What tools look for in such a log
// (heartbeat-config 8) is in both, at the same levels.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readPage } from "../page.ts";
import { built, hb, leave, settled, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import { heartbeatCommand, startHeartbeat, stopHeartbeat, withHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { SOON_MS } from "./until.ts";

setDefaultTimeout(180_000);
const LOG = "log/ha-log";
const ADDRESS = { alice: "10.77.0.100", bob: "10.77.0.101" } as const;

/** "Nov 20 09:50:24 alice heartbeat: [143]: WARN: node bob: is dead" */
const HEAD = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (\S+) heartbeat: \[\d+\]: (.*)$/;

/** How each of the programs does what the story tells. */
interface Program {
  start(host: Host): Promise<void>;
  /** Until nothing is under way on this node, which is said last after what happened. */
  calm(host: Host, last: RegExp): Promise<void>;
  standby(host: Host): Promise<void>;
  stop(host: Host): Promise<void>;
}

async function tell(lab: Lab, program: Program, directives: readonly string[]): Promise<void> {
  const [alice, bob] = [lab.host("alice"), lab.host("bob")];
  const held = (name: keyof typeof ADDRESS, by: Host) =>
    lab.watch.held(ADDRESS[name], [by.name], SOON_MS);
  configure(lab, {
    resources: Object.entries(ADDRESS).map(([name, address]) => `${name} ${address}/24/eth0`),
    ...{ keepalive: "500ms", warntime: "1500ms", deadtime: "3", initdead: "8", failback: "on" },
    extra: directives,
  });
  await Promise.all([program.start(alice), program.start(bob)]);
  await Promise.all([held("alice", alice), held("bob", bob)]);
  const acquired = /Local Resource acquisition completed/;
  await Promise.all([program.calm(alice, acquired), program.calm(bob, acquired)]);
  await lab.crash("bob");
  await held("bob", alice);
  await program.calm(alice, /mach_down takeover complete/);
  await lab.boot("bob");
  await program.start(bob);
  await held("bob", bob);
  await program.calm(alice, /Other node completed standby takeover of foreign/);
  await program.standby(bob);
  await held("bob", alice);
  await program.calm(bob, /Other node completed standby takeover of all/);
  await program.stop(alice);
  await Promise.all([held("alice", bob), held("bob", bob)]);
  await program.calm(bob, /mach_down takeover complete/);
}

const real: Program = {
  start: startHeartbeat,
  calm: async (host, last) => void (await host.says(LOG, last, SOON_MS)),
  standby: async (host) => void (await heartbeatCommand(host, "hb_standby", "all")),
  stop: async (host) => void (await stopHeartbeat(host)),
};

function ours(): Program {
  const agents = new Map<string, ReturnType<typeof startAgent>>();
  return {
    start: async (host) => void agents.set(host.name, startAgent(host)),
    calm: async (host) => void (await settled(host)),
    standby: async (host) => void (await hb(host, "standby", "all")),
    stop: async (host) => {
      const agent = agents.get(host.name);
      if (agent !== undefined) await leave(host, agent);
    },
  };
}

/** The daemon's lines of both nodes, without what another run has otherwise: "info: Link PEER:eth0 up." */
function linesOf(lab: Lab): string[] {
  return lab.hosts.flatMap((host) => {
    const peer = host.name === "alice" ? "bob" : "alice";
    const lines = host.read(LOG).split("\n");
    // Scripts of 3.0.6 write lines of another form.
    const daemon = lines.filter((line) => line !== "" && !/^\d{4}\/|send_arp/.test(line));
    return daemon.map((line) => {
      const [, name, said = ""] = HEAD.exec(line) ?? [];
      expect([name, line]).toEqual([host.name, line]);
      return said.replaceAll(peer, "PEER").replaceAll(host.name, "SELF");
    });
  });
}

const protocol = readPage("docs/protocol/heartbeat-config.md");
const [, section = ""] = /^Messages tools look for.*?$(.*?)^---/ms.exec(protocol) ?? [];
const messages = [...section.matchAll(/`(.*?)`/g)].map(([, message = ""]) => message);
const [, without = ""] = /It\ndoes not write (.*?):/s.exec(readPage("docs/directives.md")) ?? [];
const unsaid = [...without.matchAll(/`(.*?)`/g)].map(([, message = ""]) => message);
/** What this story has no place for, or only a busy machine: with hb test/desk/logform has the words. */
const byChance = /returning after partition|lost packet|No pkts missing/;

/** The levels at which a message was said, where bob is the other node; none when it was not. */
function levelsOf(message: string, lines: readonly string[]): string[] {
  const literal = message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const text = literal
    .replaceAll("bob", "PEER")
    .replaceAll("alice", "SELF")
    .replace(/\bN\b|\bpid\b/, "\\d+")
    .replace("…", ".*");
  const pattern = new RegExp(`^(\\w+): ${text}$`);
  return [...new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []))].toSorted();
}

test("log_format classic says what 3.0.6 says in the same story", async () => {
  await built();
  let theirs: string[] = [];
  let own: string[] = [];
  const hosts = ["alice", "bob"];
  await Promise.all([
    withHeartbeat({ hosts, name: "log306" }, async (lab) => {
      await tell(lab, real, []);
      theirs = linesOf(lab);
    }),
    withLab({ hosts, name: "loghb" }, async (lab) => {
      await tell(lab, ours(), ["log_format classic"]);
      own = linesOf(lab);
    }),
  ]);
  const judged = messages.filter((message) => !byChance.test(message));
  const said = judged.map((message) => [message, ...levelsOf(message, theirs)]);
  // 3.0.6 says all of it in this story.
  expect(said.filter(([, level]) => level === undefined)).toEqual([]);
  expect(judged.map((message) => [message, ...levelsOf(message, own)])).toEqual(
    said.map(([message = "", ...levels]) => [message, ...(unsaid.includes(message) ? [] : levels)]),
  );
  const known = /^(?:EMERG|ALERT|CRIT|ERROR|WARN|notice|info|debug): /;
  expect([...own, ...theirs].filter((line) => !known.test(line))).toEqual([]);
  expect([messages.length, unsaid.length]).toEqual([25, 1]);
});

test("log_format classic says beside 3.0.6 what hb nodes do not tell each other", async () => {
  await built();
  await withHeartbeat({ hosts: ["alice", "bob"], name: "logmix" }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const resources = Object.entries(ADDRESS).map(
      ([name, address]) => `${name} ${address}/24/eth0`,
    );
    configure(lab, { resources }, [alice]);
    configure(lab, { resources, extra: ["log_format classic"] }, [bob]);
    const agent = startAgent(bob);
    await startHeartbeat(alice);
    const says = (text: RegExp) => bob.says(LOG, text, SOON_MS);
    await says(/ info: remote resource transition completed\.$/);
    await says(/ info: Initial resource acquisition complete \(T_RESOURCES\(us\)\)$/);
    await says(/ info: Local Resource acquisition completed\.$/);
    await alice.says(LOG, /Local Resource acquisition completed\.$/, SOON_MS);
    await lab.watch.held(ADDRESS.alice, ["alice"], SOON_MS);
    await heartbeatCommand(alice, "hb_standby", "all");
    await says(/ info: alice wants to go standby \[all\]$/);
    await lab.watch.held(ADDRESS.alice, ["bob"], SOON_MS);
    await alice.says(LOG, /Other node completed standby takeover of all/, SOON_MS);
    await hb(bob, "standby", "all");
    await says(/ info: bob wants to go standby \[all\]$/);
    await alice.says(LOG, / info: bob wants to go standby \[all\]$/, SOON_MS);
    await leave(bob, agent);
    await stopHeartbeat(alice);
  });
});
